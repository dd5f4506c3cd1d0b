#include "shard/record_check.h"

#include <algorithm>
#include <optional>

#include "mqtt/topic.h"
#include "mqtt/utf8.h"
#include "session/pages.h"
#include "shard/named_takers.h"
#include "shard/queue_records.h"
#include "shard/stream_records.h"

namespace dray::shard {

namespace {

constexpr const char* kValueNotUnderstood = "its value cannot be understood";
constexpr const char* kKeyNotUnderstood = "its key cannot be understood";

// What is said of a record that belongs to nobody.
RecordCheck::Verdict left_by(const char* owner) {
    return {std::string("it belongs to a ") + owner + " that is not there", {}, true};
}

bool is_positioned(Table table) {
    return table == Table::kEntries || table == Table::kProgress;
}
bool is_filtered(Table table) {
    return table == Table::kSubscriptions || table == Table::kStreamCursors;
}
bool is_of_session(Table table) {
    return is_positioned(table) || is_filtered(table) || table == Table::kIncoming;
}
bool is_of_stream(Table table) {
    return table == Table::kStreamRecords || table == Table::kStreamSegments ||
           table == Table::kStreamPromises;
}
bool is_of_queue(Table table) {
    return table == Table::kQueueEntries;
}
bool is_numbered(Table table) {
    return table == Table::kBodies || table == Table::kHolders;
}

// Whose number a table's keys begin with; none: nobody's.
const char* owner_of(Table table) {
    if (is_of_stream(table)) return "stream";
    if (is_of_queue(table)) return "queue";
    return is_of_session(table) ? "session" : nullptr;
}

std::string in_hexadecimal(std::string_view key) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text = "0x";
    for (const char c : key) {
        const auto byte = static_cast<unsigned char>(c);
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text;
}

std::string in_words(std::string_view key) {
    const bool is_text = mqtt::is_valid_utf8(as_bytes(key)) &&
                         std::ranges::none_of(key, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
    return is_text ? "'" + std::string(key) + "'" : in_hexadecimal(key);
}

// Whether what follows the session's number in the key is what it must be.
bool is_rest_good(Table table, std::string_view rest) {
    if (is_filtered(table)) return !rest.empty() && mqtt::is_valid_utf8(as_bytes(rest));
    return rest.size() ==
           (is_positioned(table) || is_of_stream(table) ? sizeof(std::uint64_t) : sizeof(std::uint16_t));
}

bool is_number(std::string_view key) {
    return key.size() == sizeof(std::uint64_t);
}

std::string look_at_retained(std::string_view topic, std::string_view value) {
    if (!mqtt::is_valid_topic_name(topic)) return kKeyNotUnderstood;
    const session::MessageRef message = decode_message(value);
    if (!message) return kValueNotUnderstood;
    return message->topic() == topic ? "" : "its message is of another topic";
}

// When it is due, and its number.
std::string look_at_delayed(std::string_view key, std::string_view value) {
    if (key.size() != 2 * sizeof(std::uint64_t)) return kKeyNotUnderstood;
    return decode_message(value) ? "" : kValueNotUnderstood;
}

void count_queued(QueueMessages::Totals& totals, const std::vector<QueuedRecord>& page, std::uint64_t first,
                  std::uint64_t live) {
    for (std::size_t i = 0; i < page.size(); ++i) {
        if ((live >> i & 1) == 0) continue;
        ++totals.messages;
        totals.bytes += page[i].message->weight();
    }
    totals.last_position = std::max(totals.last_position, first + page.size() - 1);
}

}  // namespace

RecordCheck::Verdict RecordCheck::look_at(Table table, std::string_view key, std::string_view value) {
    switch (table) {
        case Table::kSessions:
            return {look_at_session(key, value)};
        case Table::kSubscriptions:
        case Table::kIncoming:
        case Table::kProgress:
        case Table::kStreamCursors:
            return look_at_part(table, key, value);
        case Table::kRetained:
            return {look_at_retained(key, value)};
        case Table::kBodies:
            return {look_at_body(key, value)};
        case Table::kHolders:
            return look_at_holders(key, value);
        case Table::kEntries:
            return look_at_page(key, value);
        case Table::kStreams:
            return {look_at_stream(key, value)};
        case Table::kStreamRecords:
        case Table::kStreamSegments:
        case Table::kStreamPromises:
            return look_at_part_of_stream(table, key, value);
        case Table::kQueues:
            return {look_at_queue(key, value)};
        case Table::kQueueEntries:
            return look_at_queued(key, value);
        case Table::kDelayed:
            return {look_at_delayed(key, value)};
    }
    return {"this version has no such records"};
}

std::string RecordCheck::look_at_session(std::string_view client_id, std::string_view value) {
    if (client_id.empty() || !mqtt::is_valid_utf8(as_bytes(client_id))) return kKeyNotUnderstood;
    const auto record = decode_session(value);
    if (!record) return kValueNotUnderstood;
    if (!sessions_.insert(record->number).second) {
        return "another session has its number " + std::to_string(record->number);
    }
    return {};
}

std::string RecordCheck::look_at_body(std::string_view key, std::string_view value) {
    if (!is_number(key)) return kKeyNotUnderstood;
    if (!decode_message(value)) return kValueNotUnderstood;
    bodies_[*parse_number(key)] = 0;
    return {};
}

// With too few the message would go before the last has it; with too many it only stays.
RecordCheck::Verdict RecordCheck::look_at_holders(std::string_view key, std::string_view value) const {
    if (!is_number(key)) return {kKeyNotUnderstood};
    const auto count = decode_holders(value);
    if (!count) return {kValueNotUnderstood};
    const auto body = bodies_.find(*parse_number(key));
    if (body == bodies_.end()) return {"its message is not there"};
    if (*count == body->second) return {};
    Verdict verdict{"it counts " + std::to_string(*count) + " that hold the message, and there are " +
                    std::to_string(body->second)};
    verdict.is_leftover = *count > body->second;
    return verdict;
}

RecordCheck::Verdict RecordCheck::look_at_part(Table table, std::string_view key, std::string_view value) {
    const auto parts = parse_session_key(key);
    if (!parts || !is_rest_good(table, parts->rest)) return {kKeyNotUnderstood};
    if (table == Table::kSubscriptions && !decode_subscription(value)) return {kValueNotUnderstood};
    if (table == Table::kStreamCursors && !decode_stream_cursor(value)) return {kValueNotUnderstood};
    if (table == Table::kIncoming && !value.empty()) return {kValueNotUnderstood};
    const auto progress = table == Table::kProgress ? decode_progress(value) : std::nullopt;
    if (table == Table::kProgress && !progress) return {kValueNotUnderstood};
    if (!sessions_.contains(parts->session)) return left_by("session");
    if (progress) progress_[std::string(key)] = *progress;
    return {};
}

std::string RecordCheck::look_at_stream(std::string_view name, std::string_view value) {
    if (name.empty() || !mqtt::is_valid_utf8(as_bytes(name))) return kKeyNotUnderstood;
    const auto record = decode_stream(value);
    if (!record) return kValueNotUnderstood;
    streams_.insert(record->number);
    return {};
}

RecordCheck::Verdict RecordCheck::look_at_part_of_stream(Table table, std::string_view key,
                                                         std::string_view value) const {
    const auto parts = parse_session_key(key);
    if (!parts || !is_rest_good(table, parts->rest)) return {kKeyNotUnderstood};
    const bool is_good = table == Table::kStreamRecords    ? decode_stream_record(value).has_value()
                         : table == Table::kStreamSegments ? decode_stream_segment(value).has_value()
                                                           : bool(decode_message(value));
    if (!is_good) return {kValueNotUnderstood};
    return streams_.contains(parts->session) ? Verdict() : left_by("stream");
}

std::string RecordCheck::look_at_queue(std::string_view name, std::string_view value) {
    if (!is_valid_taker_name(name)) return kKeyNotUnderstood;
    const auto record = decode_queue(value);
    if (!record) return kValueNotUnderstood;
    queues_[record->number] = {};
    return {};
}

// Totals may be behind, after a crash: the broker counts anew when it reads the messages.
RecordCheck::Verdict RecordCheck::look_at_queued(std::string_view key, std::string_view value) {
    const auto parts = parse_session_key(key);
    if (!parts) return {kKeyNotUnderstood};
    const auto queue = queues_.find(parts->session);
    if (parts->rest.empty()) {
        const auto totals = decode_totals(value);
        if (!totals) return {kValueNotUnderstood};
        if (queue == queues_.end()) return left_by("queue");
        queue->second.last_position = std::max(queue->second.last_position, totals->last_position);
        return {};
    }
    const auto place = parse_queued_key(key);
    if (!place) return {kKeyNotUnderstood};
    const auto page = place->kind == QueuedKey::kPage ? decode_queue_page(value) : std::nullopt;
    const auto progress = place->kind == QueuedKey::kProgress ? decode_progress(value) : std::nullopt;
    if (!page && !progress && !(place->kind == QueuedKey::kDeliveries && decode_deliveries(value)))
        return {kValueNotUnderstood};
    if (queue == queues_.end()) return left_by("queue");
    const std::string first = key_of(parts->session, place->position);
    if (progress) progress_[first] = *progress;
    if (page) count_queued(queue->second, *page, place->position, live_of(first));
    return {};
}

std::uint64_t RecordCheck::live_of(const std::string& page) const {
    const auto known = progress_.find(page);
    return known == progress_.end() ? ~std::uint64_t{0} : known->second.live;
}

RecordCheck::Verdict RecordCheck::look_at_page(std::string_view key, std::string_view value) {
    const auto parts = parse_session_key(key);
    if (!parts || !is_rest_good(Table::kEntries, parts->rest)) return {kKeyNotUnderstood};
    const auto entries = decode_page(value);
    if (!entries || entries->empty() || entries->size() > session::Page::kCountMax)
        return {kValueNotUnderstood};
    if (!sessions_.contains(parts->session)) return left_by("session");
    const auto known = progress_.find(std::string(key));
    ProgressRecord progress{~std::uint64_t{0} >> (session::Page::kCountMax - entries->size()), 0};
    if (known != progress_.end()) progress = known->second;
    std::string missing;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const std::uint64_t bit = std::uint64_t{1} << i;
        if ((progress.live & bit) == 0) continue;
        const auto& entry = (*entries)[i];
        if (!entry && (progress.released & bit) != 0) continue;  // only its packet id is needed
        const auto body = entry ? bodies_.find(entry->body) : bodies_.end();
        if (body != bodies_.end()) ++body->second;
        if (body != bodies_.end() || (entry && entry->body == 0)) continue;
        progress.live &= ~bit;
        missing += (missing.empty() ? "" : ", ") + std::to_string(*parse_number(parts->rest) + i);
    }
    if (missing.empty()) return {};
    return {"the messages at these positions are not there: " + missing, encode(progress)};
}

std::string describe_key(Table table, std::string_view key) {
    if (is_numbered(table) && is_number(key)) return "message " + std::to_string(*parse_number(key));
    const auto parts = owner_of(table) != nullptr ? parse_session_key(key) : std::nullopt;
    if (!parts) return in_words(key);
    const std::string owner = std::string(owner_of(table)) + ' ' + std::to_string(parts->session);
    if (is_of_queue(table) && parts->rest.empty()) return owner;
    if (is_filtered(table)) return owner + ", " + in_words(parts->rest);
    const auto queued = is_of_queue(table) ? parse_queued_key(key) : std::nullopt;
    const auto number = queued                             ? std::optional(queued->position)
                        : is_rest_good(table, parts->rest) ? parse_number(parts->rest)
                                                           : std::nullopt;
    if (!number) return owner + ", " + in_hexadecimal(parts->rest);
    const char* const what = is_of_stream(table) ? "offset " : "position ";
    return owner + ", " + (table == Table::kIncoming ? "packet id " : what) + std::to_string(*number);
}

}  // namespace dray::shard
