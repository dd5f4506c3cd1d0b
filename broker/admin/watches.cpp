#include "admin/watches.h"

#include <utility>

#include "admin/problem.h"
#include "mqtt/properties.h"
#include "shard/watches.h"

namespace dray::admin {

namespace {

constexpr std::string_view kApi = "/api/v1/";

session::MessageRef to_message(const std::string& topic, const HttpResponse& document) {
    mqtt::PropertyList properties;
    properties.add(mqtt::PropertyId::kContentType, document.content_type);
    mqtt::Publish packet;
    packet.properties = properties.view();
    packet.payload = as_bytes(document.body);
    return session::Message::make(packet, topic, {});
}

}  // namespace

Watches::Watches(EventLoop& loop, Switchboard& switchboard, const Router& router)
    : loop_(loop), switchboard_(switchboard), router_(router) {
    switchboard_.on_watch_news(
        [this](shard::ShardIndex from, const shard::WatchNews& news) { hear(from, news); });
}

// One that nobody watches any more stays until it is looked at next: who comes and goes causes no more work
// than who stays.
void Watches::hear(shard::ShardIndex from, const shard::WatchNews& news) {
    auto found = watches_.find(news.topic);
    if (!news.is_watched) {
        if (found != watches_.end()) found->second.shards.erase(from);
        return;
    }
    if (found == watches_.end()) {
        if (watches_.size() >= kWatchesMax) {
            const Problem problem{503,
                                  std::to_string(kWatchesMax) + " topics are watched, more are not served"};
            return send(from, to_message(news.topic, to_response(problem)));
        }
        found = watches_.emplace(news.topic, Watch()).first;
    }
    Watch& watch = found->second;
    watch.shards.insert(from);
    if (watch.last) {
        send(from, watch.last);
    } else if (!watch.is_asked) {
        look(found->first, watch);
    }
    if (std::exchange(is_looking_, true)) return;
    loop_.after(kWatchInterval, [this] { look_at_all(); });
}

void Watches::look(const std::string& topic, Watch& watch) {
    watch.is_asked = true;
    std::string target(kApi);
    target.append(topic, shard::kWatchRoot.size());
    router_.get(std::move(target), [this, topic](HttpResponse answer) { take(topic, std::move(answer)); });
}

void Watches::look_at_all() {
    for (auto next = watches_.begin(); next != watches_.end();) {
        auto& [topic, watch] = *next;
        if (watch.shards.empty() && !watch.is_asked) {
            next = watches_.erase(next);
            continue;
        }
        if (!watch.is_asked && !watch.is_settled) look(topic, watch);
        ++next;
    }
    is_looking_ = !watches_.empty();
    if (is_looking_) loop_.after(kWatchInterval, [this] { look_at_all(); });
}

void Watches::take(const std::string& topic, HttpResponse answer) {
    Watch& watch = watches_.at(topic);
    watch.is_asked = false;
    if (answer.open_body) {
        watch.is_settled = true;
        answer = to_response({400, "its answer never ends: subscribe to the topics themselves"});
    }
    if (answer.body.size() > kWatchDocumentBytesMax) {
        answer = to_response({413, "the answer has " + std::to_string(answer.body.size()) +
                                       " bytes, and what is watched at most " +
                                       std::to_string(kWatchDocumentBytesMax) + ": ask for less of it"});
    }
    if (watch.last && as_text(watch.last->payload()) == answer.body) return;
    watch.last = to_message(topic, answer);
    for (const shard::ShardIndex shard : watch.shards) send(shard, watch.last);
}

void Watches::send(shard::ShardIndex to, const session::MessageRef& message) {
    switchboard_.tell(to, shard::Deliver{message});
}

}  // namespace dray::admin
