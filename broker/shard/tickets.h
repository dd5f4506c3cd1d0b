// Operations that wait for something: other shards' confirmations, or the disk. Each has a ticket; when the
// last thing it waits for is confirmed, what it promised is done (finish() in tickets.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ring.h"
#include "mqtt/packet.h"
#include "session/session.h"
#include "shard/link_id.h"
#include "shard/shard_message.h"
#include "shard/store_port.h"

namespace dray::shard {

// A PUBACK or PUBREC.
struct AcknowledgePublish {
    LinkId link;
    std::uint64_t due = 0;  // which of the link's due acknowledgements
};

// A SUBACK, and then the messages that the subscriptions it grants begin with.
struct GrantSubscriptions {
    struct Replayed {
        std::string filter;
        mqtt::SubscriptionOptions options;
        std::uint32_t subscription_id = 0;
    };
    LinkId link;
    session::SessionNumber session = 0;
    mqtt::PacketId packet_id{};
    std::vector<mqtt::ReasonCode> reasons;
    std::vector<Replayed> replays;
    std::vector<std::string> queues;   // filters of those that are consumed from now on
    std::vector<std::string> watches;  // topics of those that begin
    const char* why = "";              // of the first that was refused; a literal
};

// An UNSUBACK.
struct ConfirmUnsubscribe {
    LinkId link;
    mqtt::PacketId packet_id{};
    std::vector<mqtt::ReasonCode> reasons;
};

// Somebody's own ticket: another shard's, or one of ours. 0 = nobody waits.
struct ConfirmTicket {
    ShardIndex shard = 0;
    Ticket ticket = 0;
};

// A PUBREL or PUBCOMP.
struct SendShort {
    LinkId link;
    mqtt::PacketType type{};
    mqtt::PacketId packet_id{};
    mqtt::ReasonCode reason{};
};

// Lets go what was held back in a link's outbox: a CONNACK and what followed it.
struct ReleaseOutput {
    LinkId link;
};

// A message that left a queue is safe in another.
struct MoveDone {
    std::uint64_t queue = 0;  // that it left, by its number
    std::uint64_t position = 0;
    bool is_dead = false;  // else it was redriven
};

// Every shard has said what it has to keep of a message (collection.h).
struct CollectionComplete {
    Ticket collection = 0;
};
// ... and it is kept. A message in a session's queue may leave now, or has its place in a stream:
struct Promised {
    std::uint64_t stream = 0;  // its number, and `position` is the promise; 0 = a session
    session::SessionNumber session = 0;
    std::uint64_t stored = 0;
    std::uint64_t position = 0;
    std::uint64_t body = 0;
    std::uint64_t queue = 0;  // its number, if it is in a queue instead
};
struct CollectionDurable {
    Ticket collection = 0;
    std::vector<Ticket> waiting;
    std::vector<Promised> promised;
    std::vector<ShardIndex> holders;
};

// Tells another shard, or the outside, that something is done.
struct SendMail {
    ShardIndex to = 0;
    ShardMessage message;
};

using Operation =
    std::variant<AcknowledgePublish, GrantSubscriptions, ConfirmUnsubscribe, ConfirmTicket, SendShort,
                 ReleaseOutput, MoveDone, CollectionComplete, CollectionDurable, SendMail>;

class Tickets {
  public:
    // Born with one thing to wait for: the caller's own confirm() when it has added the rest.
    Ticket open(Operation operation) {
        waiting_.push_back({1, std::move(operation)});
        return oldest_ + waiting_.size() - 1;
    }
    void set(Ticket ticket, Operation operation) { at(ticket).operation = std::move(operation); }
    void wait_for_more(Ticket ticket, std::uint32_t count = 1) { at(ticket).count += count; }
    // The operation, if that was the last it waited for.
    std::optional<Operation> confirm(Ticket ticket);
    // Of one that is not done.
    Operation& operation(Ticket ticket) { return at(ticket).operation; }
    std::size_t size() const { return waiting_.size(); }  // from the oldest that is not done

    // Tickets that the disk confirms, ours and other shards', in the order of their sequence numbers.
    struct OnDisk {
        StoreSequence sequence = 0;
        ConfirmTicket ticket;
    };
    Ring<OnDisk> on_disk;

  private:
    struct Waiting {
        std::uint32_t count = 0;  // 0: it is done, and vanishes when it is the oldest
        Operation operation;
    };
    Waiting& at(Ticket ticket) {
        DRAY_ASSERT(ticket >= oldest_ && ticket - oldest_ < waiting_.size());
        return waiting_[ticket - oldest_];
    }

    Ring<Waiting> waiting_;  // by ticket
    Ticket oldest_ = 1;
};

struct Core;

// What a SUBACK that waits says of one request: refused. `why` is a literal.
void refuse_request(Core& core, Ticket ticket, std::uint16_t request, const char* why);

// Something that this ticket waited for has come.
void confirm(Core& core, Ticket ticket);
// ... a ticket of this shard or of another.
void confirm(Core& core, const ConfirmTicket& ticket);

}  // namespace dray::shard
