#include "reactor/mailroom.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

namespace dray::reactor {

Mailroom::Mailroom(shard::ShardIndex shards) : shards_(shards), receivers_(shards) {
    for (Receiver& receiver : receivers_) {
        receiver.bell = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!receiver.bell.is_open()) throw std::system_error(errno, std::system_category(), "eventfd");
    }
    queues_.resize(std::size_t{shards} * shards);
    for (std::size_t i = 0; i < queues_.size(); ++i) {
        const bool to_itself = i / shards == i % shards;
        if (!to_itself) queues_[i] = std::make_unique<MailQueue<Mail>>();
    }
}

void Mailroom::deliver(shard::ShardIndex from) {
    for (shard::ShardIndex to = 0; to < shards_; ++to) {
        if (to == from || !queue(from, to).publish()) continue;
        if (receivers_[to].sleeping.load() && receivers_[to].sleeping.exchange(false)) ring(to);
    }
}

bool Mailroom::may_sleep(shard::ShardIndex to) {
    if (shards_ == 1) return true;  // nobody sends
    receivers_[to].sleeping.store(true);
    for (shard::ShardIndex from = 0; from < shards_; ++from) {
        if (from == to || queue(from, to).empty()) continue;
        woken(to);
        return false;
    }
    return true;
}

void Mailroom::ring(shard::ShardIndex to) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell(to), &one, sizeof one);
}

}  // namespace dray::reactor
