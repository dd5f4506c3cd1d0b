#include "shard/queue_requests.h"

#include <algorithm>

#include "shard/core.h"
#include "shard/queue_store.h"
#include "shard/queues.h"

namespace dray::shard {

namespace {

QueueReply unknown(const std::string& name) {
    QueueReply reply;
    reply.error = QueueError::kUnknown;
    reply.what = "there is no queue '" + name + "'";
    return reply;
}

constexpr std::uint32_t kPeekMessagesMax = 1000;

QueueInfo info_of(Core& core, Queue& queue) {
    QueueInfo info;
    static_cast<QueueCounters&>(info) = queue.counters;
    info.options = queue.options;
    info.messages = queue.messages.totals().messages;
    info.bytes = queue.messages.totals().bytes;
    info.unacknowledged = queue.messages.count(QueueMessages::State::kOut);
    info.delayed = queue.messages.count(QueueMessages::State::kDelayed);
    if (const auto oldest = oldest_arrival(core, queue))
        info.oldest_age_ms = static_cast<std::uint64_t>((core.now - *oldest).count());
    info.is_full = queue.is_full;
    info.is_alerting = queue.alert.is_on;
    info.is_redriving = queue.redrive.is_running();
    info.consumers = queue.consumers.members().size();
    return info;
}

class ServeQueues {
  public:
    // The answer waits for `ticket`.
    ServeQueues(Core& its_core, Ticket its_ticket) : core(its_core), ticket(its_ticket) {}

    QueueReply operator()(const ListQueues& list) const {
        QueueReply reply;
        if (list.name.empty()) {
            for (const auto& [name, queue] : core.queues.by_name)
                reply.queues.push_back(info_of(core, *queue));
            return reply;
        }
        Queue* queue = core.queues.find(list.name);
        if (queue == nullptr) return unknown(list.name);
        reply.queues.push_back(info_of(core, *queue));
        return reply;
    }
    QueueReply operator()(const CreateQueue& creation) const {
        QueueReply reply;
        if (const auto mistake = find_mistake(creation.options)) {
            reply.error = QueueError::kInvalid;
            reply.what = std::string(mistake->option) + ": " + mistake->what;
            return reply;
        }
        reply.queues.push_back(info_of(core, declare_queue(core, creation.options, ticket)));
        return reply;
    }
    QueueReply operator()(const DeleteQueue& deletion) const {
        Queue* queue = core.queues.find(deletion.name);
        if (queue == nullptr) return unknown(deletion.name);
        QueueReply reply;
        if (const std::size_t consumers = queue->consumers.members().size(); consumers > 0) {
            reply.error = QueueError::kInUse;
            reply.what = "queue '" + deletion.name + "' has " + std::to_string(consumers) + " consumers";
            return reply;
        }
        reply.count = queue->messages.totals().messages;
        delete_queue(core, *queue);
        return reply;
    }
    QueueReply operator()(const PeekQueue& peek) const {
        Queue* queue = core.queues.find(peek.name);
        if (queue == nullptr) return unknown(peek.name);
        QueueReply reply;
        reply.messages = peek_queue(core, *queue, peek.after, std::min(peek.messages_max, kPeekMessagesMax));
        return reply;
    }
    QueueReply operator()(const PurgeQueue& purging) const {
        Queue* queue = core.queues.find(purging.name);
        if (queue == nullptr) return unknown(purging.name);
        QueueReply reply;
        reply.count = purge(core, *queue);
        queue->counters.discarded += reply.count;
        touch(core, *queue);
        return reply;
    }

    QueueReply operator()(const RedriveQueue& redriving) const {
        Queue* queue = core.queues.find(redriving.name);
        if (queue == nullptr) return unknown(redriving.name);
        QueueReply reply;
        queue->redrive = {};
        if (redriving.stop) return reply;
        start_redrive(core, *queue, redriving.rate_per_s, redriving.messages_max);
        reply.count = queue->messages.totals().messages;
        if (redriving.messages_max > 0) reply.count = std::min(reply.count, redriving.messages_max);
        touch(core, *queue);
        return reply;
    }

  private:
    Core& core;
    Ticket ticket;
};

}  // namespace

void serve_queue_request(Core& core, ShardIndex from, const QueueRequest& request) {
    const std::uint64_t records = core.persistence.records;
    const Ticket ticket = core.tickets.open(SendMail{});
    QueueReply reply = std::visit(ServeQueues(core, ticket), request.action);
    reply.ticket = request.ticket;
    core.tickets.set(ticket, SendMail{from, std::move(reply)});
    if (core.persistence.records != records) wait_for_disk(core, ticket);
    confirm(core, ticket);
}

}  // namespace dray::shard
