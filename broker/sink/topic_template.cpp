#include "sink/topic_template.h"

#include <algorithm>
#include <charconv>

#include "mqtt/topic.h"

namespace dray::sink {

namespace {

constexpr std::string_view kTopic = "topic";
constexpr std::string_view kLevel = "topic.";
constexpr std::size_t kKafkaNameMax = 249;

bool is_kafka_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
}

void append(std::string& text, std::string_view inserted, Letters letters) {
    for (const char letter : inserted) {
        if (letters != Letters::kAsTheyAre && letter == '/') {
            text += '.';
        } else {
            text += letters == Letters::kKafkaName && !is_kafka_letter(letter) ? '_' : letter;
        }
    }
}

std::string_view level_of(std::string_view topic, std::size_t number) {
    mqtt::Levels levels(topic);
    auto level = levels.next();
    for (; level && number > 0; --number) level = levels.next();
    return level.value_or("");
}

}  // namespace

Result<TopicTemplate, net::Failure> TopicTemplate::parse(std::string_view text, Letters letters) {
    TopicTemplate made;
    made.letters_ = letters;
    while (!text.empty()) {
        const std::size_t open = std::min(text.find('{'), text.size());
        const std::string_view before = text.substr(0, open);
        if (before.find('}') != std::string_view::npos) return net::Failure{"has a '}' without its '{'"};
        if (!before.empty()) made.parts_.push_back({What::kText, std::string(before)});
        text.remove_prefix(open);
        if (text.empty()) break;
        const std::size_t close = text.find('}');
        if (close == std::string_view::npos) return net::Failure{"has a '{' without its '}'"};
        const std::string_view name = text.substr(1, close - 1);
        text.remove_prefix(close + 1);
        if (name == kTopic) {
            made.parts_.push_back({What::kTopic});
            continue;
        }
        Part part{What::kLevel};
        const std::string_view number = name.starts_with(kLevel) ? name.substr(kLevel.size()) : "";
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), part.level);
        if (number.empty() || error != std::errc() || end != number.data() + number.size())
            return net::Failure{"knows {topic} and its levels {topic.0}, {topic.1}, ... only, not {" +
                                std::string(name) + '}'};
        made.parts_.push_back(std::move(part));
    }
    return made;
}

std::string TopicTemplate::fill(std::string_view topic) const {
    std::string text;
    for (const Part& part : parts_) {
        switch (part.what) {
            case What::kText:
                text += part.text;
                break;
            case What::kTopic:
                append(text, topic, letters_);
                break;
            case What::kLevel:
                append(text, level_of(topic, part.level), letters_);
                break;
        }
    }
    return text;
}

std::string_view mistake_in_kafka_topic(std::string_view name) {
    if (name.empty() || name == "." || name == "..") return "it has no name that a Kafka topic can have";
    if (name.size() > kKafkaNameMax) return "its name is longer than the 249 bytes of a Kafka topic's";
    if (!std::ranges::all_of(name, is_kafka_letter))
        return "its name has other letters than the a-z, A-Z, 0-9, '.', '_' and '-' of a Kafka topic's";
    return {};
}

}  // namespace dray::sink
