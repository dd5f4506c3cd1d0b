// A stream: an offset means the same message for ever and for everybody; each reader gets them in order and
// leaves none out that its filter takes; what was acknowledged to its publisher is there, at QoS 2 once, and
// what one client publishes to one topic is there in that order (not counting what was sent again). Whoever
// reads to the end has, from where it began, all that any other reader has. Expired messages are not given,
// and empty ones do not show which they are: those may be missing.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "laws/laws.h"
#include "mqtt/topic.h"
#include "shard/stream_filter.h"
#include "situation.h"

namespace dray::sim {

namespace {

using Offset = std::uint64_t;

class StreamsAreLogs final : public Law {
  public:
    std::string_view name() const override { return "streams are logs"; }

    void began(const test::ClusterOptions& options) override {
        for (const shard::StreamOptions& stream : options.streams) streams_[stream.name].options = stream;
    }
    void sent(const Message& message) override {
        for (auto& [name, stream] : streams_) {
            if (takes(stream, message)) stream.messages.push_back(&message);
            if (takes(stream, message) && may_be_missing(message)) ++stream.missing_max;
        }
    }
    void sent_again(const Message& message) override {
        for (auto& [name, stream] : streams_) {
            if (takes(stream, message) && may_be_missing(message)) ++stream.missing_max;
        }
    }
    void asked(const Subscription& subscription) override {
        const auto parts = shard::parse_stream_filter(subscription.filter);
        if (!parts) return;
        Reader& reader = readers_[subscription.client];
        reader.stream = parts->stream;
        reader.start = *shard::parse_stream_start(parts->start);
        reader.filter = parts->filter.empty() ? "#" : std::string(parts->filter);
    }
    void connected(const std::string& client) override {
        if (const auto reader = readers_.find(client); reader != readers_.end()) reader->second.last = 0;
    }
    void session_ended(const std::string& client) override { readers_.erase(client); }

    void arrived(const Arrival& arrival) override {
        const auto found = readers_.find(arrival.client);
        if (found == readers_.end()) return;
        Reader& reader = found->second;
        Stream& stream = streams_.at(reader.stream);
        const std::string what = describe(arrival.message) + ", offset " + std::to_string(arrival.offset);
        if (arrival.offset == 0 || !takes(stream, arrival.message) ||
            !mqtt::matches(reader.filter, arrival.message.topic))
            return broken(what + " came to " + arrival.client + ", which does not read such");
        const auto [known, is_new] = stream.log.emplace(arrival.offset, &arrival.message);
        if (known->second != &arrival.message)
            return broken(what + " came to " + arrival.client + ", and was message " +
                          std::to_string(known->second->number) + " before");
        if (arrival.offset <= reader.last)
            return broken(what + " came to " + arrival.client + " behind offset " +
                          std::to_string(reader.last));
        reader.last = arrival.offset;
        reader.seen.insert(arrival.offset);
    }
    void at_the_end(Situation& situation) override {
        for (const auto& [name, stream] : streams_) look_at_log(stream, situation);
        for (const auto& [client, reader] : readers_) look_at_reader(client, reader);
    }

  private:
    struct Stream {
        shard::StreamOptions options;
        std::vector<const Message*> messages;  // that it may have taken
        std::uint64_t missing_max = 0;
        std::map<Offset, const Message*> log;
    };
    struct Reader {
        std::string stream;
        shard::StreamStart start;
        std::string filter;
        Offset last = 0;  // on this connection
        std::set<Offset> seen;
    };

    static bool may_be_missing(const Message& message) {
        return message.is_empty || message.expires_at != kNever;
    }
    static bool takes(const Stream& stream, const Message& message) {
        return std::ranges::any_of(stream.options.filters, [&](const std::string& filter) {
            return mqtt::matches(filter, message.topic);
        });
    }

    void look_at_log(const Stream& stream, Situation& situation) {
        const Offset end = stream.log.empty() ? 0 : stream.log.rbegin()->first;
        if (end - stream.log.size() > stream.missing_max)
            broken("offsets up to " + std::to_string(end) + " of " + stream.options.name + " have gaps");
        std::map<const Message*, int> times;
        std::map<std::pair<std::string, std::string>, std::uint32_t> last;
        for (const auto& [offset, message] : stream.log) {
            ++times[message];
            if (message->was_repeated || message->is_will || message->delay_s > 0) continue;
            std::uint32_t& before = last[{message->publisher, message->topic}];
            if (message->number < before)
                broken(describe(*message) + " is in " + stream.options.name + " behind " +
                       std::to_string(before));
            before = message->number;
        }
        for (const Message* message : stream.messages) {
            const bool may_repeat = message->was_repeated && message->qos != mqtt::QoS::kExactlyOnce;
            if (times[message] > 1 && !may_repeat)
                broken(describe(*message) + " is in " + stream.options.name + " twice");
            if (message->qos == mqtt::QoS::kAtMostOnce || message->fate != Message::Fate::kAccepted) continue;
            if (message->is_empty || message->expires_at <= situation.cluster().now()) continue;
            if (times[message] == 0) broken(describe(*message) + " is not in " + stream.options.name);
        }
    }
    void look_at_reader(const std::string& client, const Reader& reader) {
        for (const auto& [offset, message] : streams_.at(reader.stream).log) {
            if (offset < beginning(reader) || may_be_missing(*message)) continue;
            if (!mqtt::matches(reader.filter, message->topic) || reader.seen.contains(offset)) continue;
            return broken(client + " never got offset " + std::to_string(offset) + " of " + reader.stream);
        }
    }
    static Offset beginning(const Reader& reader) {
        const Offset first_seen = reader.seen.empty() ? ~Offset{0} : *reader.seen.begin();
        switch (reader.start.from) {
            case shard::StreamStart::From::kEarliest:
                return 1;
            case shard::StreamStart::From::kOffset:
                return reader.start.offset;
            case shard::StreamStart::From::kLatest:
            case shard::StreamStart::From::kTime:
                break;
        }
        return first_seen;
    }

    std::map<std::string, Stream, std::less<>> streams_;
    std::map<std::string, Reader> readers_;
};

}  // namespace

std::unique_ptr<Law> streams_are_logs() {
    return std::make_unique<StreamsAreLogs>();
}

}  // namespace dray::sim
