#include "admin/session_routes.h"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "admin/json_response.h"
#include "admin/query.h"
#include "admin/session_json.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;
using shard::SessionPlace;
using shard::SessionReply;
using shard::SessionRequest;
using shard::SessionState;
using CallRef = std::shared_ptr<Call>;

constexpr std::uint64_t kPageMax = 1000;
constexpr int kQuestionsMax = 64;  // that are asked for one page

constexpr std::array kStateWords{
    std::pair{SessionState::kAny, "any"}, std::pair{SessionState::kConnected, "connected"},
    std::pair{SessionState::kAway, "away"}, std::pair{SessionState::kBehind, "behind"}};

// Where a list goes on, among all shards: "<shard>.<session>", and ".<filter>" behind it.
struct Cursor {
    shard::ShardIndex shard = 0;
    SessionPlace place;
};

std::string to_text(const Cursor& cursor) {
    std::string text = std::to_string(cursor.shard) + '.' + std::to_string(cursor.place.session);
    if (!cursor.place.filter.empty()) text += '.' + cursor.place.filter;
    return text;
}

template <typename Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take_dot(std::string_view& text) {
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<Cursor> to_cursor(std::string_view text) {
    Cursor cursor;
    if (text.empty()) return cursor;
    if (!take_number(text, cursor.shard) || !take_dot(text) || !take_number(text, cursor.place.session))
        return std::nullopt;
    if (take_dot(text)) cursor.place.filter = std::exchange(text, {});
    if (!text.empty()) return std::nullopt;
    return cursor;
}

ordered_json items_of(const SessionReply& reply, const shard::ListSessions&) {
    ordered_json items = ordered_json::array();
    for (const auto& session : reply.sessions) items.push_back(session_json(session));
    return items;
}
ordered_json items_of(const SessionReply& reply, const shard::ListSubscriptions&) {
    ordered_json items = ordered_json::array();
    for (const auto& subscription : reply.subscriptions) items.push_back(subscription_json(subscription));
    return items;
}

// One page of a list: asks shard after shard until it is full, or enough was looked at.
template <typename Action>
class Page : public std::enable_shared_from_this<Page<Action>> {
  public:
    struct Options {
        const char* name;          // of the list in the answer
        Action action;             // without its place and its count
        shard::ShardIndex shards;  // the first that is not asked
        std::uint64_t count;
    };
    Page(const Context& context, CallRef call, Options options, Cursor cursor)
        : context_(context),
          call_(std::move(call)),
          options_(std::move(options)),
          cursor_(std::move(cursor)) {}

    void ask() {
        Action action = options_.action;
        action.from = cursor_.place;
        action.count_max = static_cast<std::uint32_t>(options_.count - items_.size());
        context_.switchboard.ask<SessionReply>(
            cursor_.shard, SessionRequest{0, std::move(action)},
            [self = this->shared_from_this()](const std::optional<SessionReply>& reply) {
                self->answered(reply);
            });
    }

  private:
    void answered(const std::optional<SessionReply>& reply) {
        if (!reply) return call_->respond(to_response(kShardSilent));
        if (!reply->is_found) return call_->respond(to_response({404, "there is no such session"}));
        for (auto& item : items_of(*reply, options_.action)) items_.push_back(std::move(item));
        if (reply->next) {
            cursor_.place = *reply->next;
        } else {
            cursor_ = {static_cast<shard::ShardIndex>(cursor_.shard + 1), {}};
        }
        const bool is_last = cursor_.shard >= options_.shards;
        if (!is_last && items_.size() < options_.count && ++questions_ < kQuestionsMax) return ask();
        call_->respond(json_response(
            {{options_.name, items_}, {"next", is_last ? ordered_json() : ordered_json(to_text(cursor_))}}));
    }

    const Context& context_;
    CallRef call_;
    Options options_;
    Cursor cursor_;
    ordered_json items_ = ordered_json::array();
    int questions_ = 0;
};

void read_state(Query& query, SessionState& state) {
    std::string word = "any";
    query.read("state", word);
    std::string allowed;
    for (const auto& [value, name] : kStateWords) {
        if (word == name) {
            state = value;
            return;
        }
        allowed += (allowed.empty() ? "" : ", ") + std::string(name);
    }
    query.fail("state", "must be one of " + allowed);
}

// `only`: the one shard that is asked; else all are, one after the other.
template <typename Action>
void answer_page(const Context& context, const CallRef& call, Query& query, const char* name, Action action,
                 std::optional<shard::ShardIndex> only = std::nullopt) {
    std::uint64_t count = 100;
    std::string after;
    query.read("count", count, kPageMax);
    query.read("part", action.part);
    query.read("after", after);
    if (count == 0) query.fail("count", "must be at least 1");
    const auto shards = only ? static_cast<shard::ShardIndex>(*only + 1) : context.switchboard.shards();
    auto cursor = to_cursor(after);
    if (cursor && after.empty() && only) cursor->shard = *only;
    if (!cursor || cursor->shard >= shards || (only && cursor->shard != *only)) {
        query.fail("after", "must be the \"next\" of an answer");
    }
    if (const auto problem = query.finish()) return call->respond(to_response(*problem));
    std::make_shared<Page<Action>>(context, call,
                                   typename Page<Action>::Options{name, std::move(action), shards, count},
                                   std::move(*cursor))
        ->ask();
}

void list_sessions(const Context& context, const CallRef& call) {
    Query query(call->target.query);
    shard::ListSessions list;
    read_state(query, list.state);
    answer_page(context, call, query, "sessions", std::move(list));
}

void list_subscriptions(const Context& context, const CallRef& call) {
    Query query(call->target.query);
    answer_page(context, call, query, "subscriptions", shard::ListSubscriptions{});
}

void list_subscriptions_of_one(const Context& context, const CallRef& call) {
    Query query(call->target.query);
    shard::ListSubscriptions list;
    list.client_id = call->names[0];
    answer_page(context, call, query, "subscriptions", std::move(list),
                shard::home_of_session(call->names[0], context.switchboard.shards()));
}

// Asks where that client's session lives; `then` gets the answer if it is there.
template <typename Action>
void ask_home(const Context& context, const CallRef& call, Action action, const char* if_missing,
              std::function<void(const SessionReply&)> then) {
    const shard::ShardIndex home = shard::home_of_session(action.client_id, context.switchboard.shards());
    context.switchboard.ask<SessionReply>(
        home, SessionRequest{0, std::move(action)},
        [call, if_missing, then = std::move(then)](const std::optional<SessionReply>& reply) {
            if (!reply) return call->respond(to_response(kShardSilent));
            if (!reply->is_found) return call->respond(to_response({404, if_missing}));
            then(*reply);
        });
}

constexpr const char* kNoSession = "there is no such session";

void show(const Context& context, const CallRef& call) {
    ask_home(context, call, shard::FindSession{call->names[0]}, kNoSession,
             [call](const SessionReply& reply) {
                 call->respond(json_response(session_json(reply.sessions.at(0))));
             });
}

void end(const Context& context, const CallRef& call) {
    ask_home(context, call, shard::EndSession{call->names[0]}, kNoSession, [call](const SessionReply&) {
        call->respond(json_response({{"ended", call->names[0]}}));
    });
}

void disconnect(const Context& context, const CallRef& call) {
    ask_home(context, call, shard::DisconnectClient{call->names[0]}, "no such client is connected",
             [call](const SessionReply&) {
                 call->respond(json_response({{"disconnected", call->names[0]}}));
             });
}

}  // namespace

void add_session_routes(Router& router, const Context& context) {
    const auto add = [&](const char* method, const char* path, auto handler) {
        router.add(method, path, [&context, handler](const CallRef& call) { handler(context, call); });
    };
    add("GET", "/api/v1/sessions", list_sessions);
    add("GET", "/api/v1/sessions/{client_id}", show);
    add("DELETE", "/api/v1/sessions/{client_id}", end);
    add("DELETE", "/api/v1/sessions/{client_id}/connection", disconnect);
    add("GET", "/api/v1/sessions/{client_id}/subscriptions", list_subscriptions_of_one);
    add("GET", "/api/v1/subscriptions", list_subscriptions);
}

}  // namespace dray::admin
