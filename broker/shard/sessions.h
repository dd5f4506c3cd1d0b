// The sessions of one shard: by client id, by index (what the subscription tree knows) and by number.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "session/session.h"
#include "shard/link_id.h"

namespace dray::shard {

// Where it lives.
inline ShardIndex shard_of(session::SessionNumber number) {
    return static_cast<ShardIndex>(number & 0xFF);
}

class Sessions {
  public:
    explicit Sessions(ShardIndex shard) : shard_(shard) {}

    session::Session& create(std::string client_id) {
        auto owned = std::make_unique<session::Session>();
        session::Session& session = *owned;
        session.client_id = std::move(client_id);
        session.number = (++last_number_ << 8) | shard_;
        if (free_.empty()) {
            session.index = static_cast<std::uint32_t>(by_index_.size());
            by_index_.push_back(std::move(owned));
        } else {
            session.index = free_.back();
            free_.pop_back();
            by_index_[session.index] = std::move(owned);
        }
        by_client_id_.emplace(session.client_id, &session);
        by_number_.emplace(session.number, &session);
        return session;
    }
    void erase(session::Session& session) {
        const std::uint32_t index = session.index;
        by_client_id_.erase(session.client_id);
        by_number_.erase(session.number);
        by_index_[index].reset();
        free_.push_back(index);
    }
    session::Session* find(std::string_view client_id) const {
        const auto found = by_client_id_.find(client_id);
        return found == by_client_id_.end() ? nullptr : found->second;
    }
    session::Session* find_number(session::SessionNumber number) const {
        const auto found = by_number_.find(number);
        return found == by_number_.end() ? nullptr : found->second;
    }
    session::Session& at(std::uint32_t index) const { return *by_index_[index]; }
    // Nothing if that index is free; below slots().
    session::Session* slot(std::uint32_t index) const { return by_index_[index].get(); }
    std::size_t slots() const { return by_index_.size(); }
    std::size_t size() const { return by_client_id_.size(); }
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const auto& session : by_index_) {
            if (session) visit(*session);
        }
    }

  private:
    ShardIndex shard_;
    std::uint64_t last_number_ = 0;
    std::vector<std::unique_ptr<session::Session>> by_index_;
    std::vector<std::uint32_t> free_;
    // The key is a view of the session's own client id.
    std::unordered_map<std::string_view, session::Session*> by_client_id_;
    std::unordered_map<session::SessionNumber, session::Session*> by_number_;
};

}  // namespace dray::shard
