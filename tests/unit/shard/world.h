// A whole broker in one thread, with clients whose conversation with it is written as a transcript. Between
// two inputs the world runs until it is quiet.
//
//     World world({.shards = 4});
//     world.client("a").sends(connect("c1")).gets(connack());
//
// At the end of each test the books of every shard must be right.
#pragma once

#include <map>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "cluster.h"
#include "mqtt/packet.h"

namespace dray::test {

struct WorldOptions : ClusterOptions {
    bool allow_anonymous = true;
    bool sys_topics = false;
    std::uint64_t origin = 0;  // of all clients: shard::LinkOptions::origin
    bool is_local = false;     // ... and is_local
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
    bool held_ = false;       // the shard does not want its bytes now
    std::string unconsumed_;  // sent by the client, not taken by the shard yet
    std::string input_;       // received by the client, not a whole packet yet
    std::deque<Received> received_;
    std::vector<Received> taken_;
};

class World final : private Transport {
  public:
    explicit World(const WorldOptions& options = {});
    ~World() override;

    // The client of that name, on a shard that the seed chooses. After its connection has ended a CONNECT
    // opens another.
    Client& client(const std::string& name);
    void advance(std::chrono::milliseconds time) { cluster_.advance(time); }
    // Time passes, and what is due by it is yet to be done: by step() or run().
    void skip(std::chrono::milliseconds time) { cluster_.pass(time); }
    void run() { cluster_.run(); }
    // One thing of those that are due, chosen by the seed; false if nothing is.
    bool step() { return cluster_.step(); }
    // The process is killed, and starts again with what the disk has.
    void crash(shard::ShardIndex shards);

    // A question from outside of all shards, and the answer, which must be of that kind.
    template <typename Answer>
    Answer ask(shard::ShardIndex shard, shard::ShardMessage question,
               Client::Where where = Client::Where::current());

    // Something from there that wants no answer; and what shards say to it unasked, since the last call.
    void tell(shard::ShardIndex shard, shard::ShardMessage message);
    std::deque<shard::ShardMessage> take_unasked() { return std::exchange(cluster_.answers(), {}); }

    // From the next start on.
    void set_queues(std::vector<shard::QueueOptions> queues) { cluster_.set_queues(std::move(queues)); }
    void set_access(const shard::AccessPort* access) { cluster_.set_access(access); }

    shard::Books books() const { return statistics().books.total(); }
    shard::Statistics statistics() const { return cluster_.statistics(); }
    void set_pressure(unsigned percent) { cluster_.set_pressure(percent); }
    void send_away_one_of(std::size_t clients) { cluster_.send_away_one_of(clients); }
    void shut_down() { cluster_.shut_down(); }
    shard::Shard& shard(shard::ShardIndex index) { return cluster_.shard(index); }
    SimulatedDisk& disk() { return cluster_.disk(); }
    std::vector<std::string> take_damages() { return cluster_.take_damages(); }
    Random& random() { return cluster_.random(); }
    // The disk has everything: what waited for it goes on.
    void sync() { cluster_.sync(); }
    Instant now() const { return cluster_.now(); }

  private:
    friend class Client;
    void hand_over(shard::ShardIndex at, shard::LinkId link, shard::ShardIndex to) override;
    void flush(shard::ShardIndex at, shard::LinkId link) override;
    void close(shard::ShardIndex at, const shard::Effects::Close& close) override;
    void set_reading(shard::ShardIndex at, const shard::Effects::Reading& reading) override;
    void open(Client& client);
    void open_link(Client& client, shard::ShardIndex at);
    void feed(Client& client, std::string_view bytes);
    void flush(Client& client);
    Client* find(shard::ShardIndex at, shard::LinkId link);

    shard::LinkOptions link_options_;
    std::map<std::string, std::unique_ptr<Client>> clients_;
    Cluster cluster_;
};

template <typename Answer>
Answer World::ask(shard::ShardIndex shard, shard::ShardMessage question, Client::Where where) {
    std::deque<shard::ShardMessage>& answers = cluster_.answers();
    answers.clear();
    cluster_.shard(shard).receive(shard::kOutside, std::move(question), now());
    run();
    const Answer* answer = answers.size() == 1 ? shard::get_if<Answer>(answers.front()) : nullptr;
    if (answer == nullptr) Client::fail("not one answer of that kind", where);
    return answer == nullptr ? Answer{} : *answer;
}

inline void World::tell(shard::ShardIndex shard, shard::ShardMessage message) {
    cluster_.shard(shard).receive(shard::kOutside, std::move(message), now());
    run();
}

template <typename Kind>
Kind Client::takes(Where where) {
    const mqtt::Packet* packet = take_next(where);
    const Kind* kind = packet == nullptr ? nullptr : std::get_if<Kind>(packet);
    if (kind == nullptr) fail("another kind of packet came", where);
    return kind == nullptr ? Kind{} : *kind;
}

}  // namespace dray::test
