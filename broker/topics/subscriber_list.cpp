#include "topics/subscriber_list.h"

#include "base/assert.h"

namespace dray::topics {
namespace {

// Session numbers are small and dense: spread them.
std::uint32_t hash_session(SessionIndex session) {
    return session * 0x9e3779b1U;
}

}  // namespace

std::uint32_t SubscriberList::Many::position(SessionIndex session) const {
    return positions.find(hash_session(session),
                          [&](std::uint32_t position) { return subscribers[position].session == session; });
}

void SubscriberList::Many::add(const Subscriber& subscriber) {
    positions.insert(hash_session(subscriber.session), static_cast<std::uint32_t>(subscribers.size()));
    subscribers.push_back(subscriber);
}

void SubscriberList::Many::remove_at(std::uint32_t position) {
    positions.erase(hash_session(subscribers[position].session), position);
    const auto last = static_cast<std::uint32_t>(subscribers.size() - 1);
    if (position != last) {
        positions.renumber(hash_session(subscribers[last].session), last, position);
        subscribers[position] = subscribers[last];
    }
    subscribers.pop_back();
    // What was once wide need not stay wide.
    if (subscribers.size() * 4 < subscribers.capacity()) subscribers.shrink_to_fit();
}

bool SubscriberList::put(const Subscriber& subscriber) {
    DRAY_ASSERT(subscriber.session != kNoSession);
    if (!many_) {
        if (one_.session == kNoSession || one_.session == subscriber.session) {
            const bool is_new = one_.session == kNoSession;
            one_ = subscriber;
            return is_new;
        }
        many_ = std::make_unique<Many>();
        many_->add(one_);
    }
    const std::uint32_t position = many_->position(subscriber.session);
    if (position == FlatIndex::kNone) {
        many_->add(subscriber);
        return true;
    }
    many_->subscribers[position] = subscriber;
    return false;
}

bool SubscriberList::remove(SessionIndex session) {
    if (!many_) {
        if (session == kNoSession || one_.session != session) return false;
        one_ = Subscriber{};
        return true;
    }
    const std::uint32_t position = many_->position(session);
    if (position == FlatIndex::kNone) return false;
    many_->remove_at(position);
    if (many_->subscribers.size() == 1) {
        one_ = many_->subscribers.front();
        many_.reset();
    }
    return true;
}

const Subscriber* SubscriberList::find(SessionIndex session) const {
    if (!many_) return session != kNoSession && one_.session == session ? &one_ : nullptr;
    const std::uint32_t position = many_->position(session);
    return position == FlatIndex::kNone ? nullptr : &many_->subscribers[position];
}

std::size_t SubscriberList::memory_bytes() const {
    if (!many_) return 0;
    return sizeof(Many) + many_->subscribers.capacity() * sizeof(Subscriber) +
           many_->positions.memory_bytes();
}

}  // namespace dray::topics
