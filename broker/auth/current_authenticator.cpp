#include "auth/current_authenticator.h"

namespace dray::auth {

namespace {

// Keeps what the exchange refers to.
class KeepingExchange final : public shard::AuthExchange {
  public:
    KeepingExchange(std::shared_ptr<const Authenticator> authenticator,
                    std::unique_ptr<shard::AuthExchange> exchange)
        : authenticator_(std::move(authenticator)), exchange_(std::move(exchange)) {}
    shard::AuthAnswer next(std::string_view data) override { return exchange_->next(data); }

  private:
    std::shared_ptr<const Authenticator> authenticator_;
    std::unique_ptr<shard::AuthExchange> exchange_;
};

}  // namespace

void CurrentAuthenticator::replace(std::shared_ptr<const Authenticator> next) {
    const std::lock_guard lock(mutex_);
    current_ = std::move(next);
}

std::shared_ptr<const Authenticator> CurrentAuthenticator::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

std::unique_ptr<shard::AuthExchange> CurrentAuthenticator::begin(std::string_view method) const {
    auto authenticator = current();
    auto exchange = authenticator->begin(method);
    if (!exchange) return nullptr;
    return std::make_unique<KeepingExchange>(std::move(authenticator), std::move(exchange));
}

shard::AuthAnswer CurrentAuthenticator::check_password(std::string_view user, ByteView password,
                                                       Instant now) const {
    return current()->check_password(user, password, now);
}

}  // namespace dray::auth
