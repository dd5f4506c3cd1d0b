#include "admin/idempotency_keys.h"

#include <utility>

#include "admin/problem.h"
#include "auth/crypto.h"

namespace dray::admin {

namespace {

std::string digest_of(const HttpRequest& request) {
    return std::string(
        auth::as_text(auth::sha256(request.method + ' ' + request.target + '\n' + request.body)));
}

}  // namespace

std::optional<HttpResponse> IdempotencyKeys::begin(const HttpRequest& request, Time now) {
    const std::string& key = request.idempotency_key;
    if (key.size() > kKeyBytesMax) {
        return to_response(
            {400, "the Idempotency-Key is longer than " + std::to_string(kKeyBytesMax) + " bytes"});
    }
    while (!by_age_.empty() && by_age_.front().first + kKeptTime <= now) forget_oldest();
    const auto [found, is_first] = entries_.try_emplace(key, Entry{digest_of(request), now, std::nullopt});
    if (is_first) {
        by_age_.emplace_back(now, key);
        if (by_age_.size() > kCountMax) forget_oldest();
        return std::nullopt;
    }
    const Entry& known = found->second;
    if (known.request != digest_of(request))
        return to_response({422, "that Idempotency-Key belongs to another request"});
    if (!known.response)
        return to_response({409, "the request of that Idempotency-Key is being carried out"});
    return known.response;
}

void IdempotencyKeys::finish(const std::string& key, const HttpResponse& response) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    if (response.status >= 500) {
        entries_.erase(found);
    } else {
        found->second.response = response;
    }
}

void IdempotencyKeys::forget_oldest() {
    const auto& [begun, key] = by_age_.front();
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.begun == begun) entries_.erase(found);
    by_age_.pop_front();
}

Handler IdempotencyKeys::once(Handler handler) {
    return [this, handler = std::move(handler)](std::shared_ptr<Call> call) {
        const std::string key = call->request.idempotency_key;
        if (key.empty()) return handler(std::move(call));
        if (auto known = begin(call->request, std::chrono::steady_clock::now()))
            return call->respond(std::move(*known));
        call->respond = [this, key, respond = std::move(call->respond)](HttpResponse response) {
            finish(key, response);
            respond(std::move(response));
        };
        handler(std::move(call));
    };
}

}  // namespace dray::admin
