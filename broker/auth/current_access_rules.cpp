#include "auth/current_access_rules.h"

namespace dray::auth {

namespace {

// Belongs to the client's shard.
class CurrentClientRules final : public shard::ClientAccess {
  public:
    CurrentClientRules(const CurrentAccessRules& source, const shard::Subject& subject) : source_(source) {
        const auto [current, version] = source.current();
        rules_ = current->of(subject);
        version_ = version;
    }

    bool may_publish(std::string_view topic) override { return rules().may_publish(topic); }
    bool may_receive(std::string_view topic) override { return rules().may_receive(topic); }
    bool may_subscribe(std::string_view filter) const override { return rules().may_subscribe(filter); }
    const shard::Subject& subject() const override { return rules_->subject(); }
    shard::AccessGrants grants() const override { return rules().grants(); }

  private:
    shard::ClientAccess& rules() const {
        if (version_ != source_.version()) {
            const auto [current, version] = source_.current();
            rules_ = current->of(rules_->subject());
            version_ = version;
        }
        return *rules_;
    }

    const CurrentAccessRules& source_;
    // A cache of what the source says.
    mutable std::unique_ptr<shard::ClientAccess> rules_;
    mutable std::uint64_t version_ = 0;
};

}  // namespace

void CurrentAccessRules::replace(std::shared_ptr<const AccessRules> next) {
    const std::lock_guard lock(mutex_);
    current_ = std::move(next);
    version_.fetch_add(1, std::memory_order_release);
}

std::unique_ptr<shard::ClientAccess> CurrentAccessRules::of(const shard::Subject& subject) const {
    return std::make_unique<CurrentClientRules>(*this, subject);
}

std::pair<std::shared_ptr<const AccessRules>, std::uint64_t> CurrentAccessRules::current() const {
    const std::lock_guard lock(mutex_);
    return {current_, version()};
}

}  // namespace dray::auth
