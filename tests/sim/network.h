// Connections that delay what they carry, hand it over in pieces, and break: in each direction bytes are
// under way until the seed moves some of them on. Either end learns late, and after what was sent before,
// that the other has closed or that the connection is broken.
//
//     client --send--> to_broker --move--> shard's receive()
//     client <--move-- to_client <--move-- shard's outbox      to_client holds no more than a socket does
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "cluster.h"
#include "session/gather_batch.h"

namespace dray::sim {

// One end of a connection, as the client has it.
class Receiver {
  public:
    virtual ~Receiver() = default;
    virtual void receive(std::string_view bytes) = 0;
    virtual void connection_ended() = 0;
};

struct Wire {
    Receiver* client = nullptr;  // none: it has let go
    std::string owner;           // whose it is or was
    bool behaves = true;
    bool has_rival = false;  // its owner had another when the broker closed it
    bool said_goodbye = false;
    bool is_reading = true;

    shard::ShardIndex shard = 0;
    shard::LinkId link;
    bool is_at_broker = true;  // the broker's end is open
    bool wants_flush = false;
    std::string to_broker;
    std::string unconsumed;  // arrived, the beginning of a packet
    bool ends_at_broker = false;
    std::string to_client;
    bool ends_at_client = false;
};

class Network final : public test::Transport {
  public:
    // Called when the broker closes a connection.
    using OnClose = std::function<void(const Wire&, const shard::Effects::Close&)>;
    Network(Random& chance, OnClose on_close) : chance_(chance), on_close_(std::move(on_close)) {
        socket_bytes_ = 64 + chance.below(2000);
    }
    void attach(test::Cluster& cluster) { cluster_ = &cluster; }

    Wire& open(Receiver& client, std::string owner);
    // The client closes its end; what it has sent arrives.
    void hang_up(Wire& wire);
    // The connection breaks: of what is under way some arrives, in its order.
    void cut(Wire& wire);
    // Connections that a client has left without a word come to an end at the broker, too.
    void end_abandoned();
    // The broker's process is gone.
    void cut_all();
    // Something of what is under way moves; false if nothing can.
    bool move();

    // --- test::Transport ---
    void hand_over(shard::ShardIndex at, shard::LinkId link, shard::ShardIndex to) override;
    void flush(shard::ShardIndex at, shard::LinkId link) override;
    void close(shard::ShardIndex at, const shard::Effects::Close& close) override;

  private:
    Wire* find(shard::ShardIndex at, shard::LinkId link);
    void lose_some(std::string& bytes);
    bool move(Wire& wire);
    bool move_to_broker(Wire& wire);
    bool move_to_client(Wire& wire);
    bool write(Wire& wire);
    std::string take_some(std::string& bytes);

    Random& chance_;
    OnClose on_close_;
    test::Cluster* cluster_ = nullptr;
    std::size_t socket_bytes_ = 0;
    std::list<Wire> wires_;
    session::GatherBatch batch_{64 * 1024};
};

}  // namespace dray::sim
