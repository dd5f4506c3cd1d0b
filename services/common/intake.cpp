#include "services/common/intake.h"

#include <soci/soci.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "services/common/bus.h"

namespace dray::service {
namespace {

constexpr char kStreamOffset[] = "stream-offset";

Intake::Mode parse_mode(const Settings& settings) {
    const auto& text = settings.text("consume");
    if (text == "subscription") return Intake::Mode::kSubscription;
    if (text == "shared") return Intake::Mode::kShared;
    if (text == "queue") return Intake::Mode::kQueue;
    throw SettingsError(settings.origin("consume") +
                        ": consume must be subscription, shared or queue, not \"" + text + "\"");
}

std::uint64_t to_number(const std::string& text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

const char* const kIntakeSchema = R"(
    CREATE TABLE stream_places (
        stream TEXT PRIMARY KEY,
        place BIGINT NOT NULL
    );
)";

Intake::Intake(const Settings& settings, std::string group)
    : mode_(parse_mode(settings)), group_(std::move(group)) {}

void Intake::add(Source source, const std::string& filter, Handler handler) {
    routes_.push_back({source, filter, std::move(handler)});
}

bool Intake::has(Source source) const {
    return std::any_of(routes_.begin(), routes_.end(), [&](const Route& r) { return r.source == source; });
}

void Intake::follow(const std::string& stream, const std::vector<std::string>& filters, Reader reader) {
    stream_ = stream;
    reader_ = std::move(reader);
    for (const auto& filter : filters) {
        add(Source::kLog, filter, [this](const Message& message) {
            return mode_ == Mode::kQueue ? read_log(message) : read_event(message);
        });
    }
}

void Intake::load_place(soci::session& sql) {
    long long place = 0;
    sql << "SELECT COALESCE(MAX(place), 0) FROM stream_places WHERE stream = :stream", soci::use(stream_),
        soci::into(place);
    place_ = static_cast<std::uint64_t>(place);
}

std::vector<std::string> Intake::filters() const {
    std::vector<std::string> filters;
    if (mode_ == Mode::kQueue) {
        const auto start = place_ == 0 ? "earliest" : std::to_string(place_ + 1);
        if (has(Source::kLog)) filters.push_back("$stream/" + stream_ + "/" + start);
        if (has(Source::kEvents)) filters.push_back("$queue/" + group_);
    }
    for (const auto& route : routes_) {
        const bool is_state = route.source == Source::kState;
        if (mode_ == Mode::kQueue && !is_state) continue;
        const bool shared = mode_ == Mode::kShared && !is_state;
        filters.push_back(shared ? "$share/" + group_ + "/" + route.filter : route.filter);
    }
    return filters;
}

Intake::Task Intake::task_for(const Message& message) const {
    // One topic may come from the log and from the queue.
    const bool from_log = !message.user_property(kStreamOffset).empty();
    for (const auto& route : routes_) {
        if (mode_ == Mode::kQueue && (route.source == Source::kLog) != from_log) continue;
        if (!topic_matches(route.filter, message.topic)) continue;
        return {.work = route.handler(message),
                .from_queue = mode_ == Mode::kQueue && route.source == Source::kEvents};
    }
    return {.work = {}, .is_known = false};
}

Intake::Work Intake::read_log(const Message& message) const {
    const auto offset = to_number(message.user_property(kStreamOffset));
    v1::AnyEvent event;
    if (offset == 0 || !event.ParseFromString(message.payload)) return {};
    return [this, message, offset, header = event.header()](Transaction& tx) {
        const auto place = static_cast<long long>(offset);
        soci::statement advance =
            (tx.sql().prepare << "INSERT INTO stream_places (stream, place) VALUES (:stream, :place) "
                                 "ON CONFLICT (stream) DO UPDATE SET place = excluded.place WHERE "
                                 "stream_places.place < excluded.place",
             soci::use(stream_), soci::use(place));
        advance.execute(true);
        if (advance.get_affected_rows() == 0) return;  // read before
        reader_(tx, message, header);
        place_ = offset;
    };
}

Intake::Work Intake::read_event(const Message& message) const {
    v1::AnyEvent event;
    if (!event.ParseFromString(message.payload) || event.header().event_id().empty()) return {};
    return [this, message, header = event.header()](Transaction& tx) {
        if (tx.first_time(header)) reader_(tx, message, header);
    };
}

}  // namespace dray::service
