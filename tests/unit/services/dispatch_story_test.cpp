// Dispatch under random schedules: bids come late, twice and in any order, vehicles go silent or break down,
// customers change their mind, and the program is killed between two transactions and in the middle of one.
// Whatever happens:
//
//  - at most one vehicle wins an order's epoch, and what was once in the database stays there;
//  - it had bid in that epoch, before the wave expired;
//  - no vehicle has more orders than it takes, and none gets back an order that was taken from it;
//  - bids that are late, stale or repeated change nothing;
//  - every order ends, delivered or cancelled; one that a willing vehicle can reach is awarded in time.
#include <soci/soci.h>

#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <tuple>
#include <type_traits>
#include <variant>

#include "../shard/seeds.h"
#include "desk.h"
#include "services/logistics/dispatch.h"
#include "services/logistics/records.h"

namespace dray::testing {
namespace {

namespace fs = std::filesystem;
using logistics::Dispatch;
using service::Transaction;

constexpr int kOrders = 8;
constexpr int kVehicles = 5;
constexpr int kSteps = 400;
constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kWave = 8 * kSecond;
constexpr char kHero[] = "hero";  // comes at the end, takes everything

struct Counts {
    int awards = 0, revoked = 0, crashes = 0, idle_bids = 0, delivered = 0, cancelled = 0;
};

struct Killed {};  // in the middle of a transaction

// The program dies here, the machine does not: nothing has to reach a disk.
fs::path fast_folder() {
    const fs::path memory = "/dev/shm";
    return fs::exists(memory) ? memory : fs::temp_directory_path();
}

class Story {
  public:
    Story(std::uint64_t seed, Counts& counts) : random_(seed), counts_(counts) {
        fs::create_directories(folder_);
        options_.bid_window_ms = seed % 2 == 0 ? 0 : kWave / 4;
        for (int i = 0; i < kVehicles; ++i) vehicles_["v" + std::to_string(i)] = {.capacity = 1 + below(3)};
        open();
    }
    ~Story() {
        desk_.reset();
        fs::remove_all(folder_);
    }
    Story(const Story&) = delete;
    Story& operator=(const Story&) = delete;

    void tell() {
        for (int i = 0; i < kSteps && !::testing::Test::HasFailure(); ++i) step();
        end_well();
    }

  private:
    using Event = std::variant<v1::ShipmentOffer, v1::Bid, v1::VehicleStatus, v1::CancelOrder>;
    using Epoch = std::pair<std::string, int>;  // of an order
    struct Vehicle {
        int capacity = 1;
        std::map<std::string, std::uint32_t> carries = {};  // order -> epoch
    };

    // --- chance ---

    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
    bool happens(int percent) { return below(100) < percent; }
    template <class Container>
    auto& any_of(Container& container) {
        return *std::next(container.begin(), below(static_cast<int>(container.size())));
    }

    void step() {
        switch (below(12)) {
            case 0:
                return place_order();
            case 1:
                now_ += below(static_cast<int>(kWave / 2));
                return;
            case 2:
                return tick();
            case 3:
                return hear_commands();
            case 4:
                return drive(any_of(vehicles_));
            case 5:
                return go_silent_or_cancel();
            case 6:
            case 7:
            case 8:
                return bid_for_an_offer();
            default:
                return deliver_something();
        }
    }

    // --- the program, and how it dies ---

    void open() {
        desk_.emplace("dray-logistics", logistics::kMigrations, file());
        dispatch_.emplace(options_, town_, [this] { return now_; });
    }
    fs::path file() const { return folder_ / (std::to_string(life_) + ".db"); }

    // What kill -9 leaves: the files as they are, with nobody to tidy up.
    void die() {
        const auto before = file();
        ++life_;
        for (const auto* part : {"", "-wal"}) {
            if (fs::exists(before.string() + part))
                fs::copy_file(before.string() + part, file().string() + part);
        }
        open();
        ++counts_.crashes;
        look();
    }

    // True when it was committed.
    bool run(const std::function<void(Transaction&)>& work) {
        const bool is_killed = happens(deaths_percent_);
        try {
            desk_->run([&](Transaction& tx) {
                work(tx);
                if (is_killed) throw Killed();
            });
        } catch (const Killed&) {
            die();
            return false;
        }
        for (const auto& told : desk_->take_told()) hear_told(told);
        look();
        if (happens(deaths_percent_)) die();
        return true;
    }

    void tick() {
        run([&](Transaction& tx) { dispatch_->tick(tx); });
    }

    // --- the world ---

    void place_order() {
        if (orders_.size() == kOrders) return;
        const auto id = "o" + std::to_string(orders_.size());
        orders_.insert(id);
        auto offer = event_of<v1::ShipmentOffer>(id);
        offer.set_epoch(1);
        offer.set_zip("10002");
        offer.set_expires_at_ms(now_ + kWave);
        in_the_air(offer);
        network_.emplace_back(offer);
    }

    void hear_told(const Said& told) {
        if (!told.topic.starts_with("order/ship/") || told.topic.ends_with("/taken")) return;
        const auto offer = told.as<v1::ShipmentOffer>();
        in_the_air(offer);
        if (happens(20)) network_.emplace_back(offer);  // dispatch hears its own offers
    }
    void in_the_air(const v1::ShipmentOffer& offer) {
        auto& expires = expires_at_[{offer.header().order_id(), static_cast<int>(offer.epoch())}];
        expires = std::max(expires, offer.expires_at_ms());
        offers_.push_back(offer);
    }

    static v1::Bid make_bid(const v1::ShipmentOffer& offer, const std::string& vehicle, int eta_seconds) {
        auto bid = event_of<v1::Bid>(offer.header().order_id());
        bid.set_epoch(offer.epoch());
        bid.set_vehicle_id(vehicle);
        bid.set_bid_id(vehicle + "/" + std::to_string(offer.epoch()));
        bid.set_eta_seconds(static_cast<std::uint32_t>(eta_seconds));
        return bid;
    }
    void bid_for_an_offer() {
        if (!offers_.empty())
            network_.emplace_back(make_bid(any_of(offers_), any_of(vehicles_).first, below(600)));
    }

    v1::VehicleStatus make_status(const std::string& id, v1::VehicleState state, const std::string& order,
                                  std::uint32_t epoch) const {
        auto status = event_of<v1::VehicleStatus>(order);
        status.set_vehicle_id(id);
        status.set_state(state);
        status.set_epoch(epoch);
        status.set_zip("10002");
        status.set_capacity(static_cast<std::uint32_t>(vehicles_.at(id).capacity));
        return status;
    }

    void drive(std::pair<const std::string, Vehicle>& vehicle) {
        auto& [id, about] = vehicle;
        if (about.carries.empty()) {
            network_.emplace_back(make_status(id, v1::VEHICLE_STATE_IDLE, "", 0));
            return;
        }
        const auto [order, epoch] = any_of(about.carries);
        const bool arrives = happens(30) || id == kHero;
        if (arrives) about.carries.erase(order);
        const auto state = about.carries.empty() ? v1::VEHICLE_STATE_IDLE : v1::VEHICLE_STATE_TO_CUSTOMER;
        auto status = make_status(id, state, order, epoch);
        status.set_delivered(arrives);
        network_.emplace_back(status);
    }

    void go_silent_or_cancel() {
        if (happens(20)) {
            network_.emplace_back(make_status(any_of(vehicles_).first, v1::VEHICLE_STATE_BROKEN_DOWN, "", 0));
        } else if (happens(60)) {
            auto will = make_status(any_of(vehicles_).first, v1::VEHICLE_STATE_OFFLINE, "", 0);
            will.set_capacity(0);
            network_.emplace_back(will);
        } else if (!orders_.empty() && happens(30)) {
            network_.emplace_back(event_of<v1::CancelOrder>(any_of(orders_)));
        }
    }

    // --- messages on their way ---

    void deliver_something() {
        if (network_.empty()) return;
        const auto at = network_.begin() + below(static_cast<int>(network_.size()));
        const auto event = *at;
        if (!happens(25)) network_.erase(at);  // else it comes again
        deliver(event);
    }
    void deliver(const Event& event) {
        const auto* bid = std::get_if<v1::Bid>(&event);
        const bool is_done =
            bid != nullptr ? take_bid(*bid) : std::visit([this](const auto& e) { return take(e); }, event);
        if (!is_done) network_.push_back(event);  // was not acknowledged, so it comes again
    }
    template <class E>
    bool take(const E& event) {
        return run([&](Transaction& tx) {
            if (!std::is_same_v<E, v1::Bid> && !tx.first_time(event.header())) return;
            tx.answer_to(event.header());
            pass_on(tx, event);
        });
    }
    void pass_on(Transaction& tx, const v1::ShipmentOffer& e) { dispatch_->offered(tx, e); }
    void pass_on(Transaction& tx, const v1::Bid& e) { dispatch_->bid(tx, e); }
    void pass_on(Transaction& tx, const v1::VehicleStatus& e) { dispatch_->vehicle_reports(tx, e); }
    void pass_on(Transaction& tx, const v1::CancelOrder& e) { dispatch_->cancel(tx, e); }

    bool take_bid(const v1::Bid& bid) {
        const Epoch epoch{bid.header().order_id(), static_cast<int>(bid.epoch())};
        const bool is_late = now_ > expires_at_[epoch];
        const bool is_idle = is_late || is_settled(epoch) || handled_.contains(bid.header().event_id());
        if (!is_late) timely_.insert({epoch.first, epoch.second, bid.vehicle_id()});
        const auto before = is_idle ? books() : "";
        const bool is_done = take(bid);
        if (is_done) handled_.insert(bid.header().event_id());
        if (!is_idle) return is_done;
        ++counts_.idle_bids;
        EXPECT_EQ(books(), before) << "a bid of " << bid.vehicle_id() << " that is late, stale or repeated";
        return is_done;
    }
    bool is_settled(const Epoch& epoch) {
        std::optional<logistics::OpenOrder> order;
        desk_->run([&](Transaction& tx) { order = logistics::find_order(tx, epoch.first); });
        return !order || order->state != "open" || order->epoch != epoch.second;
    }

    void deliver_everything() {
        while (!network_.empty()) {
            const auto event = network_.back();
            network_.pop_back();
            deliver(event);
        }
    }

    // What has left for the broker; the broker may not have said yet that it has it.
    void hear_commands() {
        const auto said = desk_->said();
        const int heard = below(static_cast<int>(said.size()) + 1);
        for (int i = 0; i < heard; ++i) hear(said[static_cast<std::size_t>(i)]);
        if (heard == static_cast<int>(said.size()) && happens(70)) desk_->broker_has_everything();
    }
    void hear_everything() {
        for (const auto& said : desk_->said()) hear(said);
        desk_->broker_has_everything();
    }
    void hear(const Said& said) {
        if (said.topic.starts_with("order/award/")) return see(said.as<v1::Award>());
        if (said.topic.starts_with("order/delivered/")) ended(said.topic.substr(16), "delivered");
        if (said.topic.starts_with("order/cancelled/")) ended(said.topic.substr(16), "cancelled");
        if (!said.topic.starts_with("vehicle/")) return;
        auto& vehicle = vehicles_[said.topic.substr(8, said.topic.rfind('/') - 8)];
        const auto command = said.as<v1::VehicleCommand>();
        if (command.has_deliver()) {
            see(command.deliver());
            vehicle.carries[command.deliver().header().order_id()] = command.deliver().epoch();
        } else if (command.has_revoke()) {
            vehicle.carries.erase(command.header().order_id());
        }
    }
    void see(const v1::Award& award) {
        const Epoch epoch{award.header().order_id(), static_cast<int>(award.epoch())};
        EXPECT_EQ(awards_[epoch].vehicle, award.vehicle_id()) << "seen, and not in the database";
    }
    void ended(const std::string& order, const std::string& how) {
        EXPECT_EQ(ends_.try_emplace(order, how).first->second, how) << order;
    }

    // --- what must hold after every commit, and after every death ---

    struct Won {
        std::string vehicle;
        std::string state;
    };

    std::map<Epoch, Won> read_awards() {
        std::map<Epoch, Won> awards;
        const soci::rowset<soci::row> rows =
            (desk_->database().sql().prepare << "SELECT order_id, epoch, vehicle_id, state FROM awards");
        for (const auto& row : rows) {
            awards[{row.get<std::string>(0), row.get<int>(1)}] = {row.get<std::string>(2),
                                                                  row.get<std::string>(3)};
        }
        return awards;
    }

    void look() {
        const auto now = read_awards();
        for (const auto& [epoch, award] : awards_) {
            ASSERT_TRUE(now.contains(epoch)) << epoch.first << " epoch " << epoch.second << " is gone";
            ASSERT_EQ(now.at(epoch).vehicle, award.vehicle) << epoch.first << " epoch " << epoch.second;
        }
        std::map<std::string, int> load;
        std::set<std::string> on_the_road;
        for (const auto& [epoch, award] : now) {
            if (!awards_.contains(epoch)) look_at_new(epoch, award.vehicle);
            if (award.state != "active") continue;
            EXPECT_LE(++load[award.vehicle], vehicles_[award.vehicle].capacity) << award.vehicle;
            EXPECT_TRUE(on_the_road.insert(epoch.first).second) << epoch.first << " is driven twice";
        }
        awards_ = now;
    }
    void look_at_new(const Epoch& epoch, const std::string& vehicle) {
        ++counts_.awards;
        EXPECT_TRUE(timely_.contains({epoch.first, epoch.second, vehicle}))
            << vehicle << " did not bid in time for " << epoch.first << " epoch " << epoch.second;
        for (const auto& [earlier, lost] : awards_) {
            EXPECT_FALSE(earlier.first == epoch.first && lost.vehicle == vehicle)
                << vehicle << " has lost " << epoch.first << " before";
        }
    }

    // All that a bid could change.
    std::string books() {
        std::string text;
        for (const auto& [epoch, award] : read_awards())
            text += epoch.first + "/" + std::to_string(epoch.second) + " " + award.vehicle + " " +
                    award.state + "\n";
        const soci::rowset<soci::row> rows =
            (desk_->database().sql().prepare
             << "SELECT order_id, state, epoch, decide_at FROM orders ORDER BY order_id");
        for (const auto& row : rows) {
            text += row.get<std::string>(0) + " " + row.get<std::string>(1) + " " +
                    std::to_string(row.get<int>(2)) + " " + std::to_string(row.get<long long>(3)) + "\n";
        }
        return text + std::to_string(desk_->count("SELECT COUNT(*) FROM bids"));
    }

    // --- the end: no more faults, and one vehicle that is willing ---

    void end_well() {
        deaths_percent_ = 0;
        while (orders_.size() < kOrders) place_order();
        deliver_everything();
        vehicles_[kHero] = {.capacity = logistics::kCapacityMax};
        deliver(Event(make_status(kHero, v1::VEHICLE_STATE_IDLE, "", 0)));
        const auto soon = now_ + 2 * (logistics::kRingMax + 1) * kWave;
        const auto in_reach = open_until(soon);
        while (now_ <= soon && !open_until(soon).empty()) let_the_hero_bid();
        for (const auto& order : in_reach) {
            EXPECT_GT(desk_->count("SELECT COUNT(*) FROM awards WHERE order_id = '" + order + "'"), 0)
                << order << " was in reach";
        }
        const auto last_of_all = now_ + 2 * options_.deadline_ms;
        while (unfinished() > 0 && now_ <= last_of_all && !::testing::Test::HasFailure()) let_the_hero_bid();
        EXPECT_EQ(unfinished(), 0);
        hear_everything();
        for (const auto& [order, how] : ends_) ++(how == "delivered" ? counts_.delivered : counts_.cancelled);
        EXPECT_EQ(ends_.size(), static_cast<std::size_t>(kOrders));
        counts_.revoked +=
            static_cast<int>(desk_->count("SELECT COUNT(*) FROM awards WHERE state = 'revoked'"));
    }
    std::set<std::string> open_until(std::int64_t time) {
        const soci::rowset<std::string> rows =
            (desk_->database().sql().prepare
                 << "SELECT order_id FROM orders WHERE state = 'open' AND deadline > :time",
             soci::use(time));
        return {rows.begin(), rows.end()};
    }
    long long unfinished() {
        return desk_->count("SELECT COUNT(*) FROM orders WHERE state NOT IN ('delivered', 'cancelled')");
    }
    void let_the_hero_bid() {
        offers_.clear();
        now_ += kSecond;
        tick();
        for (const auto& offer : std::vector(offers_)) deliver(Event(make_bid(offer, kHero, 1)));
        hear_everything();
        drive(*vehicles_.find(kHero));
        deliver_everything();
    }

    std::mt19937_64 random_;
    Counts& counts_;
    Dispatch::Options options_{.wave_ms = kWave,
                               .deadline_ms = 600 * kSecond,
                               .lease_ms = 60 * kSecond,
                               .leg_ms = 120 * kSecond,
                               .offline_grace_ms = 20 * kSecond,
                               .bid_window_ms = 0};
    fs::path folder_ = fast_folder() / ("dray-dispatch-" + service::new_uuid());
    service::ZipMap town_ = little_town();
    std::int64_t now_ = 1'000'000 * kSecond;
    int life_ = 0;
    int deaths_percent_ = 3;
    std::optional<Desk> desk_;
    std::optional<Dispatch> dispatch_;

    std::set<std::string> orders_;
    std::map<std::string, Vehicle> vehicles_;
    std::vector<v1::ShipmentOffer> offers_;
    std::vector<Event> network_;

    std::map<Epoch, std::int64_t> expires_at_;
    std::set<std::tuple<std::string, int, std::string>> timely_;  // order, epoch, vehicle
    std::set<std::string> handled_;                               // bids, by event id
    std::map<Epoch, Won> awards_;
    std::map<std::string, std::string> ends_;
};

TEST(DispatchStory, NothingThatGoesWrongGivesAnOrderToTwoOrToNobody) {
    if (std::getenv("DRAY_TEST_DATABASE") != nullptr) GTEST_SKIP() << "it dies with SQLite's files";
    Counts counts;
    test::for_each_seed(test::fewer_if_sanitized(40),
                        [&](std::uint64_t seed) { Story(seed, counts).tell(); });
    std::printf(
        "%d awards, %d of them revoked, %d deaths, %d bids without effect, %d delivered, %d cancelled\n",
        counts.awards, counts.revoked, counts.crashes, counts.idle_bids, counts.delivered, counts.cancelled);
}

}  // namespace
}  // namespace dray::testing
