#include "reactor/mailroom.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

namespace dray::reactor {

Mailroom::Mailroom(shard::ShardIndex shards) : shards_(shards), receivers_(std::size_t{shards} + 1) {
    for (Receiver& receiver : receivers_) {
        receiver.bell = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!receiver.bell.is_open()) throw std::system_error(errno, std::system_category(), "eventfd");
    }
    queues_.resize(receivers_.size() * receivers_.size());
    for (std::size_t i = 0; i < queues_.size(); ++i) {
        const bool to_itself = i / receivers_.size() == i % receivers_.size();
        if (!to_itself) queues_[i] = std::make_unique<MailQueue<Mail>>();
    }
}

bool Mailroom::has_mail(shard::ShardIndex to) {
    for (std::size_t place = 0; place < receivers_.size(); ++place) {
        if (place != place_of(to) && !queue(party_at(place), to).empty()) return true;
    }
    return false;
}

bool Mailroom::may_sleep(shard::ShardIndex to) {
    baton(to).lie_down();
    if (!has_mail(to)) return true;
    woken(to);
    return false;
}

void Mailroom::give_back(shard::ShardIndex of, bool needed) {
    baton(of).give_back();
    if (needed || has_mail(of)) wake(of);
}

void Mailroom::ring(shard::ShardIndex to) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell(to), &one, sizeof one);
}

}  // namespace dray::reactor
