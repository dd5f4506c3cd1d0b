// What became of requests that carry an Idempotency-Key: whoever got no answer asks again, and gets the one
// that there was, while nothing is done twice.
//
//     first of its key                 is carried out; its answer is kept for kKeptTime
//     again, and it is being done      409
//     again, with another request      422
//     again                            the answer that there was
//
// What failed for now (5xx) is forgotten: it may be tried again. Kept in memory, so not over a restart; with
// more than kCountMax the oldest are forgotten. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "admin/router.h"

namespace dray::admin {

class IdempotencyKeys {
  public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::hours kKeptTime{1};
    static constexpr std::size_t kCountMax = 10'000;
    static constexpr std::size_t kKeyBytesMax = 255;

    // The answer that there is without doing anything. Nothing: the request is to be carried out, and
    // finish() to be called.
    std::optional<HttpResponse> begin(const HttpRequest& request, Time now);
    void finish(const std::string& key, const HttpResponse& response);

    // A handler whose requests may carry a key. `this` outlives it.
    Handler once(Handler handler);

  private:
    struct Entry {
        std::string request;  // what it was: a digest
        Time begun;
        std::optional<HttpResponse> response;  // none: it is being done
    };
    void forget_oldest();

    std::unordered_map<std::string, Entry> entries_;
    std::deque<std::pair<Time, std::string>> by_age_;  // may name what is forgotten
};

}  // namespace dray::admin
