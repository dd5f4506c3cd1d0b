// A whole broker in one thread: N shards, their messages to each other, clients and a clock, all of it
// decided by a seed. Between two inputs the world runs until it is quiet; messages between shards are
// delivered in an order that the seed chooses, keeping that of each pair, which is all that the shards may
// rely on.
//
//     World world({.shards = 4});
//     world.client("a").sends(connect("c1")).gets(connack());
//
// At the end of each test the books of every shard must be right.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "base/random.h"
#include "mqtt/packet.h"
#include "shard/shard.h"
#include "simulated_disk.h"

namespace dray::test {

enum class Disk : std::uint8_t {
    kNone,
    kByHand,  // syncs when the test says so
    kByItself,
};

struct WorldOptions {
    shard::ShardIndex shards = 1;
    std::uint64_t seed = 1;
    shard::Limits limits;
    Disk disk = Disk::kNone;
    const shard::AuthPort* auth = nullptr;
    std::string server_reference;
    shard::Redirect redirect = shard::Redirect::kNone;
    std::string response_prefix;
    shard::SharedChoice shared_choice = shard::SharedChoice::kRoundRobin;
    std::vector<shard::QueueOptions> queues;
    bool allow_anonymous = true;
    bool sys_topics = false;
    std::vector<shard::StreamOptions> streams;
};

class World;

// A client of a transcript. `sends` makes the world run; `gets` looks at what has come.
class Client {
  public:
    using Where = std::source_location;

    Client& sends(const mqtt::Packet& packet);
    Client& sends_bytes(std::string_view bytes);
    // The same, but the world stands still until step() or run().
    Client& says(const mqtt::Packet& packet);
    // The next packet is this one; properties of CONNACK, and of refusals their Reason String, are not
    // compared.
    Client& gets(const mqtt::Packet& packet, Where where = Where::current());
    Client& gets_nothing(Where where = Where::current());
    Client& is_closed(Where where = Where::current());
    Client& is_open(Where where = Where::current());
    // The network breaks: no DISCONNECT.
    Client& drops();
    bool is_connected() const { return open_; }
    // Reads no more: what the broker writes waits.
    Client& stops_reading();
    Client& reads_again();
    // The next packet, which is of that kind; its views live as long as the client.
    template <typename Kind>
    Kind takes(Where where = Where::current());
    // Everything that has come, in order.
    std::vector<mqtt::Packet> takes_all();
    mqtt::ProtocolVersion version() const { return version_; }

  private:
    friend class World;
    struct Received {
        std::unique_ptr<std::string> bytes;  // what the packet's views point into
        mqtt::Packet packet;
    };
    explicit Client(World& world) : world_(world) {}
    void take_input(std::string_view bytes);
    const mqtt::Packet* take_next(Where where);
    static void fail(const std::string& what, Where where);

    World& world_;
    mqtt::ProtocolVersion version_ = mqtt::ProtocolVersion::kV311;
    shard::ShardIndex shard_ = 0;
    shard::LinkId link_;
    bool open_ = false;
    bool reading_ = true;
    std::string unconsumed_;  // sent by the client, not taken by the shard yet
    std::string input_;       // received by the client, not a whole packet yet
    std::deque<Received> received_;
    std::vector<Received> taken_;
};

class World {
  public:
    explicit World(WorldOptions options = {});
    ~World();

    // The client of that name, on a shard that the seed chooses. After its connection has ended a CONNECT
    // opens another.
    Client& client(const std::string& name);
    void advance(std::chrono::milliseconds time);
    void run();
    // One thing of those that are due, chosen by the seed; false if nothing is.
    bool step();
    // The process is killed, and starts again with what the disk has.
    void crash(shard::ShardIndex shards);

    // A question from outside of all shards, and the answer, which must be of that kind.
    template <typename Answer>
    Answer ask(shard::ShardIndex shard, shard::ShardMessage question,
               Client::Where where = Client::Where::current());

    // From the next start on.
    void set_queues(std::vector<shard::QueueOptions> queues) { options_.queues = std::move(queues); }

    shard::Books books();
    shard::Statistics statistics();
    void set_pressure(unsigned percent);
    void shut_down();
    shard::Shard& shard(shard::ShardIndex index) { return *shards_[index]; }
    SimulatedDisk& disk() { return disk_; }
    Random& random() { return random_; }
    // The disk has everything: what waited for it goes on.
    void sync();
    Instant now() const { return now_; }

  private:
    friend class Client;
    struct Mail {
        shard::ShardIndex from = 0;
        shard::ShardIndex to = 0;
        shard::ShardMessage message;
    };
    void start();
    bool step(bool with_time);
    bool is_due() const;
    shard::LinkOptions link_options() const;
    void open(Client& client);
    void sync_one();
    void read_one();
    void feed(Client& client, std::string_view bytes);
    void carry_out(shard::ShardIndex index);
    void flush(Client& client);
    bool deliver_one_mail();
    Client* find(shard::ShardIndex shard, shard::LinkId link);

    WorldOptions options_;
    Random random_;
    Instant now_{1'000'000};
    SimulatedDisk disk_;
    std::uint64_t sync_one_in_ = 1;  // how slow the disk is
    std::vector<std::unique_ptr<shard::Shard>> shards_;
    std::map<std::string, std::unique_ptr<Client>> clients_;
    std::vector<std::deque<Mail>> mail_;       // one line for each ordered pair of shards
    std::deque<shard::ShardMessage> answers_;  // to the outside
};

template <typename Answer>
Answer World::ask(shard::ShardIndex shard, shard::ShardMessage question, Client::Where where) {
    answers_.clear();
    shards_[shard]->receive(shard::kOutside, std::move(question), now_);
    run();
    const Answer* answer = answers_.size() == 1 ? std::get_if<Answer>(&answers_.front()) : nullptr;
    if (answer == nullptr) Client::fail("not one answer of that kind", where);
    return answer == nullptr ? Answer{} : *answer;
}

template <typename Kind>
Kind Client::takes(Where where) {
    const mqtt::Packet* packet = take_next(where);
    const Kind* kind = packet == nullptr ? nullptr : std::get_if<Kind>(packet);
    if (kind == nullptr) fail("another kind of packet came", where);
    return kind == nullptr ? Kind{} : *kind;
}

}  // namespace dray::test
