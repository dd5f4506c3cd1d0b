#include "admin/trace_routes.h"

#include <algorithm>
#include <utility>

#include "admin/event_routes.h"
#include "admin/json_response.h"
#include "admin/message_json.h"
#include "admin/query.h"
#include "base/iso_time.h"
#include "mqtt/topic.h"
#include "mqtt/utf8.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;
using shard::TraceReply;
using shard::TraceRequest;
using shard::TraceStep;
using CallRef = std::shared_ptr<Call>;
using Replies = std::optional<std::vector<TraceReply>>;

constexpr std::uint64_t kLinesMax = 2000;  // a second
constexpr std::uint64_t kTracePayloadBytesMax = 64 * 1024;

struct TraceWish {
    shard::TraceWish trace;
    std::uint64_t payload_bytes_max = 1024;
};

struct Tracing {
    std::size_t open = 0;
    std::uint64_t last_number = 0;
};

std::string to_event(const ordered_json& json) {
    return "data: " + json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n\n";
}

ordered_json step_json(const TraceStep& step, std::size_t payload_bytes_max) {
    ordered_json json = {{"time", to_iso_time(step.at)}, {"step", step.what}};
    if (!step.client.empty()) json["client"] = step.client;
    for (const TraceStep::Detail& detail : step.details)
        std::visit([&](const auto& value) { json[detail.name] = value; }, detail.value);
    if (step.message) add_payload(json, step.message->payload(), payload_bytes_max);
    return json;
}

// Those of all shards in one line. Of two shards' at one moment, a message that has come from elsewhere is
// later.
std::vector<TraceStep> merge(std::vector<TraceReply>& replies) {
    std::vector<TraceStep> all;
    std::vector<std::size_t> next(replies.size(), 0);
    const auto key = [&](std::size_t shard) {
        const TraceStep& step = replies[shard].steps[next[shard]];
        return std::pair(step.at, step.is_from_afar);
    };
    for (;;) {
        std::optional<std::size_t> first;
        for (std::size_t shard = 0; shard < replies.size(); ++shard) {
            if (next[shard] == replies[shard].steps.size()) continue;
            if (!first || key(shard) < key(*first)) first = shard;
        }
        if (!first) return all;
        all.push_back(std::move(replies[*first].steps[next[*first]++]));
    }
}

// One watcher: shards that are asked again and again on one side, an open answer on the other.
class Watcher : public std::enable_shared_from_this<Watcher> {
  public:
    Watcher(const Context& context, std::shared_ptr<Tracing> tracing, CallRef call, TraceWish wish)
        : loop_(context.loop),
          switchboard_(context.switchboard),
          tracing_(std::move(tracing)),
          call_(std::move(call)),
          payload_bytes_max_(wish.payload_bytes_max) {
        ++tracing_->open;
        request_.trace = ++tracing_->last_number;
        request_.wish = std::move(wish.trace);
    }
    ~Watcher() { --tracing_->open; }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // Twice: the second time every shard learns of the client's session.
    void begin(bool is_first = true) {
        ask([self = shared_from_this(), is_first](Replies replies) {
            if (!replies) return self->refuse(kShardSilent);
            if (std::ranges::any_of(*replies, &TraceReply::is_refused))
                return self->refuse({503, "as many traces are under way as may be"});
            self->note_publisher(*replies);
            self->take(*replies);
            if (is_first) return self->begin(false);
            self->open();
        });
    }

  private:
    void ask(std::function<void(Replies)> then) {
        switchboard_.ask_all<TraceReply>(request_, std::move(then));
    }

    void refuse(const Problem& problem) {
        end();
        std::exchange(call_, nullptr)->respond(to_response(problem));
    }

    void end() {
        body_.reset();
        for (shard::ShardIndex shard = 0; shard < switchboard_.shards(); ++shard)
            switchboard_.tell(shard, shard::TraceEnd{request_.trace});
    }

    void open() {
        HttpResponse response{.content_type = "text/event-stream"};
        response.open_body = [self = shared_from_this()](const std::shared_ptr<OpenBody>& body) {
            self->body_ = body;
            body->on_end([self] { self->end(); });
            self->write();
        };
        std::exchange(call_, nullptr)->respond(std::move(response));
    }

    void poll() {
        loop_.after(kTraceInterval, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self || self->body_.expired()) return;
            self->ask([self](Replies replies) {
                if (replies) self->note_publisher(*replies);
                if (replies) self->take(*replies);
                self->write();
            });
        });
    }

    void note_publisher(const std::vector<TraceReply>& replies) {
        for (const TraceReply& reply : replies) {
            if (reply.publisher != 0) request_.publisher = reply.publisher;
        }
    }

    void take(std::vector<TraceReply>& replies) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= second_began_ + std::chrono::seconds(1)) {
            second_began_ = now;
            lines_left_ = request_.wish.steps_per_s_max;
        }
        for (const TraceStep& step : merge(replies)) {
            if (lines_left_ == 0) {
                ++left_out_;
                continue;
            }
            --lines_left_;
            say_what_was_left_out(lines_left_ > 0);
            text_ += to_event(step_json(step, payload_bytes_max_));
        }
        for (const TraceReply& reply : replies) left_out_ += reply.left_out;
        say_what_was_left_out(lines_left_ > 0);
    }

    // Where they are missing; if there is no room for more now, with the next that has.
    void say_what_was_left_out(bool has_room) {
        if (left_out_ == 0 || !has_room) return;
        text_ += to_event({{"step", "left-out"}, {"lines", std::exchange(left_out_, 0)}});
    }

    // What has gathered, if anything has; then the next question.
    void write() {
        const auto body = body_.lock();
        if (!body) return;
        const auto now = std::chrono::steady_clock::now();
        if (text_.empty() && now < said_at_ + kCommentInterval) return poll();
        said_at_ = now;
        if (text_.empty()) text_ = ":\n\n";
        body->write(std::exchange(text_, {}), [self = shared_from_this()] { self->poll(); });
    }

    EventLoop& loop_;
    Switchboard& switchboard_;
    std::shared_ptr<Tracing> tracing_;
    CallRef call_;  // until it is answered
    TraceRequest request_;
    std::size_t payload_bytes_max_;
    std::chrono::steady_clock::time_point second_began_{};
    std::chrono::steady_clock::time_point said_at_{};
    std::uint32_t lines_left_ = 0;
    std::uint64_t left_out_ = 0;
    std::string text_;
    std::weak_ptr<OpenBody> body_;  // which keeps this for as long as it is open
};

void trace(const Context& context, const std::shared_ptr<Tracing>& tracing, const CallRef& call) {
    TraceWish wish;
    std::uint64_t lines = wish.trace.steps_per_s_max;
    std::string payload = "false";
    Query query(call->target.query);
    query.read("client", wish.trace.client_id);
    query.read("topic", wish.trace.filter);
    query.read("payload", payload);
    query.read("payload_bytes_max", wish.payload_bytes_max, kTracePayloadBytesMax);
    query.read("lines_per_s_max", lines, kLinesMax);
    wish.trace.steps_per_s_max = static_cast<std::uint32_t>(lines);
    wish.trace.with_payloads = payload == "true";
    if (payload != "true" && payload != "false") query.fail("payload", "must be true or false");
    if (lines == 0) query.fail("lines_per_s_max", "must be a whole number from 1 to 2000");
    if (wish.trace.client_id.empty() == wish.trace.filter.empty())
        query.fail("client", "give a client or a topic, one of both");
    if (!wish.trace.filter.empty() && (wish.trace.filter.size() > mqtt::kTopicBytesMax ||
                                       !mqtt::is_valid_utf8(as_bytes(wish.trace.filter)) ||
                                       !mqtt::is_valid_topic_filter(wish.trace.filter)))
        query.fail("topic", "must be a filter of topics");
    if (const auto problem = query.finish()) return call->respond(to_response(*problem));
    if (tracing->open >= shard::Traces::kTracesMax)
        return call->respond(to_response(
            {503, std::to_string(shard::Traces::kTracesMax) + " traces are under way, more are not served"}));
    std::make_shared<Watcher>(context, tracing, call, std::move(wish))->begin();
}

}  // namespace

void add_trace_routes(Router& router, const Context& context) {
    router.add("GET", "/api/v1/trace",
               [&context, tracing = std::make_shared<Tracing>()](const CallRef& call) {
                   trace(context, tracing, call);
               });
}

}  // namespace dray::admin
