// What may stand in a slot: its words, its limits, and how it is read and shown.
#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "app/config_table.h"
#include "net/address.h"

namespace dray::app {

namespace {

// --- words for values ---

template <typename Enum>
struct Word {
    std::string_view word;
    Enum value{};
};
template <typename Enum>
Word(std::string_view, Enum) -> Word<Enum>;
constexpr std::array kWords{Word{"debug", reactor::LogLevel::kDebug}, Word{"info", reactor::LogLevel::kInfo},
                            Word{"warning", reactor::LogLevel::kWarning},
                            Word{"error", reactor::LogLevel::kError}};
constexpr std::array kDurabilityWords{Word{"fsync", store::Durability::kFsync},
                                      Word{"os", store::Durability::kOs},
                                      Word{"memory", store::Durability::kMemory}};
constexpr std::array kPollerWords{Word{"auto", reactor::PollerKind::kAuto},
                                  Word{"io_uring", reactor::PollerKind::kIoUring},
                                  Word{"epoll", reactor::PollerKind::kEpoll}};
constexpr std::array kFormatWords{Word{"human", reactor::LogFormat::kHuman},
                                  Word{"json", reactor::LogFormat::kJson}};
constexpr std::array kKindWords{
    Word{"mqtt", net::ListenerKind::kMqtt}, Word{"ws", net::ListenerKind::kWebSocket},
    Word{"mqtts", net::ListenerKind::kMqtts}, Word{"wss", net::ListenerKind::kWss}};
constexpr std::array kCertificateWords{Word{"none", net::ClientCertificate::kNone},
                                       Word{"optional", net::ClientCertificate::kOptional},
                                       Word{"required", net::ClientCertificate::kRequired}};
constexpr std::array kIdentityWords{Word{"none", net::ClientIdentity::kNone},
                                    Word{"cn", net::ClientIdentity::kCommonName},
                                    Word{"san", net::ClientIdentity::kAlternativeName}};
constexpr std::array kTlsWords{Word{"1.2", net::TlsVersion::k12}, Word{"1.3", net::TlsVersion::k13}};
constexpr std::array kRedirectWords{Word{"none", shard::Redirect::kNone},
                                    Word{"use-another-server", shard::Redirect::kUseAnotherServer},
                                    Word{"server-moved", shard::Redirect::kServerMoved}};

constexpr std::array kChoiceWords{Word{"round-robin", shard::SharedChoice::kRoundRobin},
                                  Word{"least-inflight", shard::SharedChoice::kLeastInflight}};

constexpr std::array kOverflowWords{Word{"reject", shard::Overflow::kReject},
                                    Word{"drop-oldest", shard::Overflow::kDropOldest},
                                    Word{"dead-letter", shard::Overflow::kDeadLetter}};

constexpr std::array kDirectionWords{Word{"out", bridge::Direction::kOut}, Word{"in", bridge::Direction::kIn},
                                     Word{"both", bridge::Direction::kBoth}};

constexpr std::array kSinkWords{Word{"kafka", sink::Kind::kKafka}, Word{"amqp", sink::Kind::kAmqp}};
constexpr std::array kRefusedWords{Word{"stop", sink::OnRefused::kStop},
                                   Word{"dead-letter", sink::OnRefused::kDeadLetter}};
constexpr std::array kSaslWords{Word{"plain", sink::Sasl::kPlain},
                                Word{"scram-sha-256", sink::Sasl::kScramSha256},
                                Word{"scram-sha-512", sink::Sasl::kScramSha512}};

const auto& words_of(sink::Kind) {
    return kSinkWords;
}
const auto& words_of(sink::OnRefused) {
    return kRefusedWords;
}
const auto& words_of(sink::Sasl) {
    return kSaslWords;
}
// Of those that bridges speak.
constexpr std::array kVersionWords{Word{"5.0", mqtt::ProtocolVersion::kV5},
                                   Word{"3.1.1", mqtt::ProtocolVersion::kV311}};

const auto& words_of(mqtt::ProtocolVersion) {
    return kVersionWords;
}
const auto& words_of(bridge::Direction) {
    return kDirectionWords;
}
const auto& words_of(shard::Overflow) {
    return kOverflowWords;
}
const auto& words_of(shard::SharedChoice) {
    return kChoiceWords;
}
const auto& words_of(shard::Redirect) {
    return kRedirectWords;
}
const auto& words_of(reactor::PollerKind) {
    return kPollerWords;
}
const auto& words_of(reactor::LogLevel) {
    return kWords;
}
const auto& words_of(store::Durability) {
    return kDurabilityWords;
}
const auto& words_of(reactor::LogFormat) {
    return kFormatWords;
}
const auto& words_of(net::ListenerKind) {
    return kKindWords;
}
const auto& words_of(net::ClientCertificate) {
    return kCertificateWords;
}
const auto& words_of(net::ClientIdentity) {
    return kIdentityWords;
}
const auto& words_of(net::TlsVersion) {
    return kTlsWords;
}

// --- one visitor for each thing that is done with a slot ---

template <typename Enum>
concept Worded = requires(Enum value) {
    words_of(value);
};

struct Allowed {
    const Key& key;
    template <std::integral Number>
    std::string operator()(Number*) const {
        return "a whole number from " + std::to_string(key.least) + " to " + std::to_string(key.most) +
               (key.unit.empty() ? "" : " (" + std::string(key.unit) + ")");
    }
    std::string operator()(std::string*) const { return "a text in quotes"; }
    std::string operator()(Texts*) const { return "a list of texts in quotes"; }
    std::string operator()(BindSlot) const { return "\"HOST:PORT\", \"unix:/PATH\" or \"\""; }
    std::string operator()(ModeSlot) const { return "permissions in quotes, from \"0000\" to \"0777\""; }
    std::string operator()(bool*) const { return "true or false"; }
    std::string operator()(std::optional<bool>*) const { return "true or false"; }
    template <Worded Enum>
    std::string operator()(Enum* slot) const {
        std::string text;
        for (const auto& [word, value] : words_of(*slot)) {
            if (!text.empty()) text += value == words_of(*slot).back().value ? " or " : ", ";
            text += '"' + std::string(word) + '"';
        }
        return text;
    }
};

struct Store {
    const Key& key;
    const Value& value;

    std::string refuse(auto slot) const { return "must be " + Allowed{key}(slot); }
    template <std::integral Number>
    std::string operator()(Number* slot) const {
        const auto* const number = std::get_if<std::int64_t>(&value);
        if (!number || *number < 0) return refuse(slot);
        const auto wide = static_cast<std::uint64_t>(*number);
        if (wide < key.least || wide > key.most) return refuse(slot);
        *slot = static_cast<Number>(wide);
        return {};
    }
    std::string operator()(std::string* slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text) return refuse(slot);
        *slot = *text;
        return {};
    }
    std::string operator()(Texts* slot) const {
        const auto* const texts = std::get_if<Texts>(&value);
        if (!texts) return refuse(slot);
        *slot = *texts;
        return {};
    }
    std::string operator()(BindSlot slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text) return refuse(slot);
        if (!text->empty()) {
            if (std::string wrong = net::check_bind(*text); !wrong.empty()) return wrong;
        }
        *slot.text = *text;
        return {};
    }
    std::string operator()(ModeSlot slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        std::uint32_t mode = 0;
        if (!text || text->empty()) return refuse(slot);
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
        if (error != std::errc() || end != text->data() + text->size() || mode > 0777) return refuse(slot);
        *slot.mode = mode;
        return {};
    }
    std::string operator()(bool* slot) const {
        const auto* const truth = std::get_if<bool>(&value);
        if (!truth) return refuse(slot);
        *slot = *truth;
        return {};
    }
    std::string operator()(std::optional<bool>* slot) const {
        const auto* const truth = std::get_if<bool>(&value);
        if (!truth) return refuse(slot);
        *slot = *truth;
        return {};
    }
    template <Worded Enum>
    std::string operator()(Enum* slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text) return refuse(slot);
        for (const auto& [word, meaning] : words_of(*slot)) {
            if (word != *text) continue;
            *slot = meaning;
            return {};
        }
        return refuse(slot);
    }
};

// As TOML's basic strings are written.
std::string in_quotes(std::string_view text) {
    static constexpr char kHexDigits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte < ' ' || byte == 0x7F) {
            out += {'\\', 'u', '0', '0', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
            continue;
        }
        if (letter == '"' || letter == '\\') out += '\\';
        out += letter;
    }
    return out + '"';
}

struct Show {
    using Shown = std::optional<std::string>;
    template <std::integral Number>
    Shown operator()(Number* slot) const {
        return std::to_string(*slot);
    }
    Shown operator()(std::string* slot) const { return in_quotes(*slot); }
    Shown operator()(Texts* slot) const {
        std::string text;
        for (const std::string& each : *slot) text += (text.empty() ? "" : ", ") + in_quotes(each);
        return '[' + text + ']';
    }
    Shown operator()(BindSlot slot) const { return in_quotes(*slot.text); }
    Shown operator()(ModeSlot slot) const {
        std::string text = "\"0";
        for (int shift = 6; shift >= 0; shift -= 3)
            text += static_cast<char>('0' + (*slot.mode >> shift & 7));
        return text + '"';
    }
    Shown operator()(bool* slot) const { return *slot ? "true" : "false"; }
    Shown operator()(std::optional<bool>* slot) const {
        if (!*slot) return std::nullopt;
        return **slot ? "true" : "false";
    }
    template <Worded Enum>
    Shown operator()(Enum* slot) const {
        for (const auto& [word, meaning] : words_of(*slot)) {
            if (meaning == *slot) return in_quotes(word);
        }
        return std::nullopt;
    }
};

Texts split_at_commas(std::string_view text) {
    Texts parts;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        parts.emplace_back(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

}  // namespace

std::string allowed_values(const Key& key, const Slot& slot) {
    return std::visit(Allowed{key}, slot);
}

std::string store(const Key& key, const Slot& slot, const Value& value) {
    return std::visit(Store{key, value}, slot);
}

std::string store_text(const Key& key, const Slot& slot, std::string_view text) {
    const bool is_truth =
        std::holds_alternative<std::optional<bool>*>(slot) || std::holds_alternative<bool*>(slot);
    if (is_truth && (text == "true" || text == "false")) return store(key, slot, text == "true");
    const bool is_number = std::holds_alternative<std::uint16_t*>(slot) ||
                           std::holds_alternative<std::uint32_t*>(slot) ||
                           std::holds_alternative<std::uint64_t*>(slot);
    if (std::holds_alternative<Texts*>(slot)) return store(key, slot, split_at_commas(text));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (is_number && error == std::errc() && end == text.data() + text.size())
        return store(key, slot, number);
    return store(key, slot, std::string(text));  // what is no text is refused, and told what is allowed
}

std::optional<std::string> show(const Slot& slot) {
    return std::visit(Show{}, slot);
}

}  // namespace dray::app
