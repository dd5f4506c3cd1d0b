#include "auth/access_role.h"

#include <algorithm>

#include "mqtt/topic.h"

namespace dray::auth {

namespace {

constexpr std::size_t kExpandedMax = 256;  // filters that one pattern may become

// A pattern, piece by piece.
struct Piece {
    enum class Kind : std::uint8_t { kText, kClientId, kUser, kClaim };
    Kind kind = Kind::kText;
    std::string_view text;  // or the claim's name
};

// The first piece of a pattern that is not empty, which is taken off. Nothing: '%' is not followed by what it
// should be.
std::optional<Piece> take_piece(std::string_view& rest) {
    const auto take = [&rest](std::size_t bytes, Piece piece) {
        rest.remove_prefix(bytes);
        return piece;
    };
    const std::size_t percent = std::min(rest.find('%'), rest.size());
    if (percent > 0) return take(percent, {Piece::Kind::kText, rest.substr(0, percent)});
    if (rest.starts_with("%c")) return take(2, {Piece::Kind::kClientId, {}});
    if (rest.starts_with("%u")) return take(2, {Piece::Kind::kUser, {}});
    const std::size_t end = rest.find('}');
    if (!rest.starts_with("%{") || end == std::string_view::npos || end == 2) return std::nullopt;
    return take(end + 1, {Piece::Kind::kClaim, rest.substr(2, end - 2)});
}

std::vector<std::string_view> values_of(const Piece& piece, const shard::Subject& subject) {
    switch (piece.kind) {
        case Piece::Kind::kText:
            return {piece.text};
        case Piece::Kind::kClientId:
            return {subject.client_id};
        case Piece::Kind::kUser:
            break;
        case Piece::Kind::kClaim: {
            std::vector<std::string_view> values;
            for (const auto& [name, value] : subject.claims) {
                if (name == piece.text) values.push_back(value);
            }
            return values;
        }
    }
    if (subject.user.empty()) return {};
    return {subject.user};
}

bool is_safe(std::string_view value) {
    return !value.empty() && value.find_first_of(std::string_view("+#/\0", 4)) == std::string_view::npos;
}

// With a word in place of each variable.
std::optional<std::string> example_of(std::string_view pattern) {
    std::string text;
    while (!pattern.empty()) {
        const auto piece = take_piece(pattern);
        if (!piece) return std::nullopt;
        text += piece->kind == Piece::Kind::kText ? piece->text : "x";
    }
    return text;
}

bool has_claim(const shard::Subject& subject, std::string_view wanted) {
    const std::size_t equals = wanted.find('=');
    return std::ranges::any_of(subject.claims, [&](const auto& claim) {
        if (claim.first != wanted.substr(0, equals)) return false;
        return equals == std::string_view::npos || claim.second == wanted.substr(equals + 1);
    });
}

}  // namespace

std::optional<AccessMistake> find_mistake(const AccessRole& role) {
    if (role.name.empty()) return AccessMistake{"name", "is missing: what people call this role"};
    if (role.users.empty() && role.claims.empty() && !role.anonymous) {
        return AccessMistake{"users", "whom is it for? Say users, claims or anonymous = true"};
    }
    const std::pair<const char*, const std::vector<std::string>*> lists[] = {
        {"publish", &role.publish},
        {"subscribe", &role.subscribe},
        {"deny_publish", &role.deny_publish},
        {"deny_subscribe", &role.deny_subscribe}};
    for (const auto& [option, filters] : lists) {
        for (const std::string& filter : *filters) {
            std::string wrong = mistake_in_filter(filter);
            if (!wrong.empty()) return AccessMistake{option, std::move(wrong)};
        }
    }
    return std::nullopt;
}

std::string mistake_in_filter(const std::string& pattern) {
    const auto example = example_of(pattern);
    if (!example) return '\'' + pattern + "': after % comes c, u, or a claim as in %{order}";
    if (mqtt::parse_shared(*example)) return '\'' + pattern + "': name the filter without $share/<group>/";
    return mqtt::is_valid_topic_filter(*example) ? "" : '\'' + pattern + "' is no filter of topics";
}

bool is_for(const AccessRole& role, const shard::Subject& subject) {
    if (subject.user.empty() && subject.claims.empty()) return role.anonymous;
    return std::ranges::any_of(
               role.users, [&](const std::string& user) { return user == "*" || user == subject.user; }) ||
           std::ranges::any_of(role.claims,
                               [&](const std::string& claim) { return has_claim(subject, claim); });
}

Expanded expand(std::string_view pattern, const shard::Subject& subject) {
    Expanded done{{""}, false};
    while (!pattern.empty()) {
        const auto piece = take_piece(pattern);
        if (!piece) return {{}, true};
        std::vector<std::string> longer;
        for (const std::string_view value : values_of(*piece, subject)) {
            if (piece->kind != Piece::Kind::kText && !is_safe(value)) {
                done.is_unsafe = true;
                continue;
            }
            for (const std::string& begun : done.filters) {
                if (longer.size() < kExpandedMax) longer.push_back(begun + std::string(value));
            }
        }
        done.filters = std::move(longer);
    }
    return done;
}

}  // namespace dray::auth
