#include "random_topics.h"

#include <cstdio>
#include <cstdlib>
#include <random>

#include "mqtt/topic.h"

namespace dray::topics {
namespace {

constexpr std::uint64_t kLevelsMax = 4;

std::string random_word(Random& random) {
    constexpr const char* words[] = {"a", "b", "", "$SYS", "$", "a longer level than a short string holds"};
    return words[random.below(std::size(words))];
}

}  // namespace

std::string random_topic(Random& random) {
    std::string topic = random_word(random);
    for (std::uint64_t more = random.below(kLevelsMax); more > 0; --more) topic += "/" + random_word(random);
    return topic.empty() ? "/" : topic;
}

std::string random_filter(Random& random) {
    std::string filter;
    for (std::uint64_t more = random.below(kLevelsMax) + 1; more > 0; --more) {
        const std::uint64_t kind = random.below(6);
        if (kind == 0 && more == 1) return filter + "#";
        filter += kind < 3 ? "+" : random_word(random);
        if (more > 1) filter += "/";
    }
    return filter.empty() ? "+" : filter;
}

std::uint64_t test_seed() {
    const char* given = std::getenv("DRAY_SEED");
    const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("DRAY_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

}  // namespace dray::topics
