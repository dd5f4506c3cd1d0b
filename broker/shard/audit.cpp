#include "shard/audit.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "shard/core.h"
#include "shard/queue_overflow.h"
#include "shard/queues.h"

namespace dray::shard {

namespace {

using session::Held;
using session::RootIndex;
using session::Session;

class Auditor {
  public:
    explicit Auditor(Core& core) : core_(core) {}

    std::string report() {
        core_.sessions.for_each([this](Session& session) { count(session); });
        core_.links.for_each(
            [this](Link& link) { link.outbox.for_each_qos0([this](RootIndex root) { ++held_[root]; }); });
        for (const auto& [id, waiting] : core_.groups.waiting) {
            for (std::size_t i = 0; i < waiting.messages.size(); ++i) {
                ++held_[core_.statistics.books.root_of(waiting.messages[i]->topic())];
            }
        }
        for (const auto& [name, stream] : core_.streams.here) {
            for (const auto& [promise, message] : stream->promised) {
                ++held_[core_.statistics.books.root_of(message->topic())];
            }
        }
        for (const auto& [name, queue] : core_.queues.by_name) count(*queue);
        compare();
        return std::move(report_);
    }

  private:
    void count(Session& session) {
        std::uint64_t queue_bytes = 0;
        session.inflight.for_each([this](const session::Inflight::Entry& entry) {
            ++inflight_;
            count(entry.held);
        });
        for (std::size_t i = 0; i < session.queue.size(); ++i) {
            const Held& held = session.queue[i];
            queued_bytes_ += held.message->payload().size();
            queue_bytes += held.message->weight();
            count(held);
        }
        expect("queue bytes of " + session.client_id, session.queue_bytes, queue_bytes);
    }
    // What is on disk only is taken on trust.
    void count(const Queue& queue) {
        std::map<RootIndex, std::uint64_t> found;
        const auto look = [&](std::uint64_t, const QueueMessages::Message& message) {
            if (message.state == QueueMessages::State::kOut) return;
            ++found[core_.statistics.books.root_of(message.message->topic())];
        };
        for (const auto& [position, message] : queue.messages.loaded()) look(position, message);
        queue.messages.for_each_in_tail(look);
        for (const auto& [root, held] : queue.books.held) {
            held_[root] += held;
            const bool is_wrong = queue.messages.is_all_loaded() ? found[root] != held : found[root] > held;
            if (is_wrong) report_ += "queue " + queue.options.name + " holds another number; ";
        }
    }
    void count(const Held& held) {
        ++held_[held.root];
        if (held.message && core_.statistics.books.root_of(held.message->topic()) != held.root)
            report_.append("a message of '").append(held.message->topic()).append("' is in another's book; ");
    }
    void compare() {
        const RootBooks& books = core_.statistics.books;
        const auto expect_root = [this](std::string_view name, const Books& root, std::uint64_t found) {
            expect("held of root '" + std::string(name) + "'", root.held, found);
            if (!root.balance()) report_.append("the books of '").append(name).append("' do not balance; ");
        };
        books.for_each_root([&, this](std::string_view name, const Books& root) {
            expect_root(name, root, held_[core_.statistics.books.root_of(name)]);
        });
        expect_root("(others)", books.other_roots(), held_[RootBooks::kOtherRoots]);
        expect("messages in flight", core_.statistics.inflight, inflight_);
        expect("queued bytes", core_.statistics.queued_bytes, queued_bytes_);
    }
    void expect(const std::string& what, std::uint64_t counted, std::uint64_t found) {
        if (counted == found) return;
        report_ += what + ": counted " + std::to_string(counted) + ", found " + std::to_string(found) + "; ";
    }

    Core& core_;
    std::map<RootIndex, std::uint64_t> held_;
    std::uint64_t inflight_ = 0;
    std::uint64_t queued_bytes_ = 0;
    std::string report_;
};

}  // namespace

std::string audit(Core& core) {
    return Auditor(core).report();
}

std::string beyond_limits(Core& core) {
    const Limits& limits = core.limits();
    std::string report;
    const auto expect_at_most = [&](const std::string& what, std::uint64_t found, std::uint64_t max) {
        if (found > max) report += what + ": " + std::to_string(found) + " of " + std::to_string(max) + "; ";
    };
    core.sessions.for_each([&](const Session& session) {
        const std::string of = " of " + session.client_id;
        // After a restart what was in flight is in the queue again, in front.
        const std::size_t again = std::min<std::size_t>(session.queue.size(), limits.inflight_messages_max);
        std::uint64_t bytes = session.queue_bytes;
        for (std::size_t i = 0; i < again; ++i) bytes -= session.queue[i].message->weight();
        expect_at_most("queued messages" + of, session.queue.size() - again, limits.queue_messages_max);
        expect_at_most("queued bytes" + of, bytes, limits.queue_bytes_max);
        expect_at_most("subscriptions" + of, session.subscriptions.size(), limits.subscriptions_max);
        const Link* link = core.link_of(session);
        if (link != nullptr) expect_at_most("messages in flight" + of, session.inflight.sent(), link->window);
    });
    for (const auto& [id, waiting] : core.groups.waiting) {
        const std::string of = " of group " + core.subscriptions.group(id).name();
        expect_at_most("waiting messages" + of, waiting.messages.size(), limits.queue_messages_max);
        expect_at_most("waiting bytes" + of, waiting.bytes, limits.queue_bytes_max);
    }
    for (const auto& [name, queue] : core.queues.by_name) {
        // One that rejects stops its publishers, sooner or later; one that was touched, or has its time, is
        // looked at next.
        if (queue->options.overflow == Overflow::kReject || queue->is_touched || queue->timer_at <= core.now)
            continue;
        using State = QueueMessages::State;
        std::uint64_t promised = queue->messages.count(State::kPromised);  // cannot be removed yet
        queue->messages.for_each_in_tail([&](auto, const QueueMessages::Message& message) {
            if (message.state == State::kPromised) ++promised;
        });
        expect_at_most("messages of queue " + name, waiting_messages(*queue) - promised,
                       queue->options.messages_max);
    }
    return report;
}

std::string unfinished(Core& core) {
    std::string report;
    const auto expect_none = [&report](const std::string& what, std::size_t found) {
        if (found > 0) report += std::to_string(found) + " " + what + "; ";
    };
    core.sessions.for_each([&](const Session& session) {
        expect_none("messages in flight to " + session.client_id, session.inflight.size());
        expect_none("messages queued for " + session.client_id, session.queue.size());
        expect_none("packet ids of " + session.client_id, session.incoming.size());
        expect_none("replays to " + session.client_id, session.replays);
    });
    core.links.for_each([&](const Link& link) {
        expect_none("acknowledgements due", link.due.size());
        expect_none("bytes to be sent", link.outbox.bytes());
    });
    for (const auto& [id, waiting] : core.groups.waiting) {
        expect_none("messages of a group", waiting.messages.size());
    }
    expect_none("parked messages", core.parking.messages + core.parking.links.size());
    expect_none("bytes of parked messages", core.parking.bytes);
    for (const auto& [name, queue] : core.queues.by_name) {
        expect_none("messages of queue " + name, queue->messages.totals().messages);
    }
    expect_none("delayed messages", core.delayed.waiting.size());
    expect_none("tickets", core.tickets.size());
    expect_none("tickets on disk", core.tickets.on_disk.size());
    expect_none("sessions that wait for the disk", core.persistence.sessions.size());
    expect_none("links that wait for the disk", core.persistence.links.size());
    expect_none("replays", core.replays.running.size() + core.replays.serving.size());
    expect_none("collections", core.collections.open.size() + core.collections.promised.size() +
                                   core.collections.committing);
    return report;
}

}  // namespace dray::shard
