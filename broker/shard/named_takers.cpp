#include "shard/named_takers.h"

#include <algorithm>

#include "mqtt/topic.h"

namespace dray::shard {

bool is_valid_taker_name(std::string_view name) {
    constexpr std::size_t kNameBytesMax = 200;
    if (name.empty() || name.size() > kNameBytesMax) return false;
    return std::ranges::all_of(name, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte >= 0x20 && byte != 0x7F && letter != '/' && letter != '+' && letter != '#';
    });
}

bool is_attracted_by(std::string_view filter) {
    if (!mqtt::is_valid_topic_filter(filter)) return false;
    return std::ranges::none_of(
        std::initializer_list<std::string_view>{"$share/", "$queue/", "$stream/", "$delayed/", "$dray/"},
        [filter](std::string_view root) { return filter.starts_with(root); });
}

}  // namespace dray::shard
