#include "shard/traces.h"

#include <algorithm>

#include "mqtt/topic.h"
#include "shard/core.h"

namespace dray::shard {

namespace {

using Trace = Traces::Trace;

std::size_t size_of(const TraceStep::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return text->size();
    std::size_t bytes = 0;
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
        for (const std::string& text : *texts) bytes += sizeof text + text.size();
    }
    return bytes;
}

bool belongs_to(const TraceWish& wish, std::uint64_t publisher, const TraceStep& step,
                const session::Message* message) {
    if (wish.filter.empty()) {
        return step.client == wish.client_id ||
               (message != nullptr && publisher != 0 && message->publisher() == publisher);
    }
    return message != nullptr && mqtt::matches(wish.filter, message->topic());
}

bool has_place(Trace& trace, Instant now) {
    if (now >= trace.second_began + std::chrono::seconds(1)) {
        trace.second_began = now;
        trace.steps_left = trace.wish.steps_per_s_max;
    }
    if (trace.steps_left == 0 || trace.steps_bytes >= Traces::kStepsBytesMax) return false;
    --trace.steps_left;
    return true;
}

}  // namespace

std::size_t TraceStep::weight() const {
    std::size_t bytes = sizeof(TraceStep) + client.size() + (message ? message->weight() : 0);
    for (const Detail& detail : details) bytes += sizeof detail + size_of(detail.value);
    return bytes;
}

Trace* Traces::find(std::uint64_t trace) {
    const auto found = std::ranges::find(traces_, trace, &Trace::number);
    return found == traces_.end() ? nullptr : &*found;
}

Trace* Traces::find_or_begin(const TraceRequest& request, Instant now) {
    end_old(now);
    Trace* trace = find(request.trace);
    if (trace == nullptr) {
        if (traces_.size() == kTracesMax) return nullptr;
        trace = &traces_.emplace_back();
        trace->number = request.trace;
        trace->wish = request.wish;
        trace->second_began = now;
        trace->steps_left = request.wish.steps_per_s_max;
        is_on_ = true;
    }
    trace->ends_at = now + std::chrono::milliseconds(kKeptMs);
    return trace;
}

void Traces::end(std::uint64_t trace) {
    std::erase_if(traces_, [trace](const Trace& each) { return each.number == trace; });
    is_on_ = !traces_.empty();
}

void Traces::end_old(Instant now) {
    std::erase_if(traces_, [now](const Trace& each) { return each.ends_at < now; });
    is_on_ = !traces_.empty();
}

void serve_trace_request(Core& core, ShardIndex from, const TraceRequest& request) {
    TraceReply reply;
    reply.ticket = request.ticket;
    Trace* const trace = core.traces.find_or_begin(request, core.now);
    reply.is_refused = trace == nullptr;
    if (trace != nullptr) {
        if (const session::Session* session = core.sessions.find(trace->wish.client_id)) {
            trace->publisher = reply.publisher = session->number;
        } else if (request.publisher != 0) {
            trace->publisher = request.publisher;
        }
        reply.steps = std::exchange(trace->steps, {});
        reply.left_out = std::exchange(trace->left_out, 0);
        trace->steps_bytes = 0;
    }
    core.forward(from, std::move(reply));
}

void end_trace(Core& core, const TraceEnd& end) {
    core.traces.end(end.trace);
}

void follow_publisher(Core& core, const TraceFollow& follow) {
    if (Trace* trace = core.traces.find(follow.trace)) trace->publisher = follow.publisher;
}

void tell_publisher(Core& core, std::string_view client_id, std::uint64_t session) {
    for (Trace& trace : core.traces.all()) {
        if (!trace.wish.filter.empty() || trace.wish.client_id != client_id) continue;
        trace.publisher = session;
        for (ShardIndex shard = 0; shard < core.options.count; ++shard) {
            if (shard != core.options.index) core.forward(shard, TraceFollow{trace.number, session});
        }
    }
}

void add_step(Core& core, TraceStep step, const session::Message* message) {
    core.traces.end_old(core.now);
    step.at = core.now;
    for (Trace& trace : core.traces.all()) {
        if (!belongs_to(trace.wish, trace.publisher, step, message)) continue;
        if (!has_place(trace, core.now)) {
            ++trace.left_out;
            continue;
        }
        TraceStep& added = trace.steps.emplace_back(step);
        if (!trace.wish.with_payloads) added.message = {};
        trace.steps_bytes += added.weight();
    }
}

}  // namespace dray::shard
