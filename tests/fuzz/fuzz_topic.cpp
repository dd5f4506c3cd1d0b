// Topic filters and names. Input: a filter, a line end, a topic.
// Laws: matching one by one, by the subscription tree and by the retained tree agree; leaving empties a tree.
#include <memory>

#include "base/assert.h"
#include "mqtt/topic.h"
#include "mqtt/topic_scan.h"
#include "mqtt/utf8.h"
#include "topics/retained_tree.h"
#include "topics/subscription_tree.h"

namespace dray::topics {
namespace {

void check_trees(std::string_view filter, std::string_view topic) {
    const bool expected = mqtt::matches(filter, topic);

    SubscriptionTree subscriptions(1);
    subscriptions.subscribe(filter, {.session = 1});
    MatchResult match;
    subscriptions.match(topic, match);
    DRAY_ASSERT(match.subscribers.size() == (expected ? 1U : 0U));
    DRAY_ASSERT(subscriptions.unsubscribe(filter, 1).was_last_local_for_filter);
    DRAY_ASSERT(subscriptions.node_count() == 0);

    RetainedTree<std::shared_ptr<int>> retained(1);
    retained.set(topic, std::make_shared<int>(1));
    int given = 0;
    auto walk = retained.walk(filter);
    while (!walk.done()) walk.next(1, [&](const std::shared_ptr<int>&) { ++given; });
    DRAY_ASSERT(given == (expected ? 1 : 0));
    retained.erase(topic);
    DRAY_ASSERT(retained.node_count() == 0);
}

}  // namespace
}  // namespace dray::topics

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dray;
    const std::string_view input = as_text({data, size});
    if (!mqtt::is_valid_utf8(as_bytes(input))) return 0;
    const std::size_t line_end = input.find('\n');
    const std::string_view filter = input.substr(0, line_end);
    const std::string_view topic = line_end == input.npos ? "a/b" : input.substr(line_end + 1);

    const bool is_topic = mqtt::is_valid_topic_name(topic);
    DRAY_ASSERT(is_topic || !mqtt::is_plain_topic_name(topic));
    if (!mqtt::is_valid_topic_filter(filter)) return 0;
    const auto shared = mqtt::parse_shared(filter);
    if (shared) DRAY_ASSERT(!shared->group.empty() && !shared->filter.empty());
    if (is_topic) topics::check_trees(shared ? shared->filter : filter, topic);
    return 0;
}
