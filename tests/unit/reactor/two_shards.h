// Two whole shards on real threads, each with a client that publishes and subscribes, but without sockets.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "mqtt/encode.h"
#include "reactor/reactor_group.h"
#include "shard/session_requests.h"
#include "store/memory_store.h"

namespace dray::reactor {
using namespace std::chrono_literals;

inline constexpr auto kVersion = mqtt::ProtocolVersion::kV311;

inline std::string this_thread() {
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return name.data();
}

inline std::string client_id_at(shard::ShardIndex home) {
    for (int i = 0;; ++i) {
        std::string id = "client-" + std::to_string(i);
        if (shard::home_of_session(id, 2) == home) return id;
    }
}

// Something for the publisher to say, on its reactor's thread, and to do then: adopting it is saying it.
class Words final : public Passenger {
  public:
    explicit Words(
        std::string bytes, std::function<void()> then = [] {})
        : bytes_(std::move(bytes)), then_(std::move(then)) {}
    const std::string& bytes() const { return bytes_; }
    void were_said() const { then_(); }

  private:
    void on_events(std::uint32_t) override {}
    std::string bytes_;
    std::function<void()> then_;
};

// One client of a shard, which publishes and subscribes. Notes how much was written to it, and by whom.
class OneClient final : public Transport {
  public:
    explicit OneClient(Reactor& reactor) : reactor_(reactor) {
        reactor.set_transport(*this);
        link_ = reactor.shard().open({}, reactor.now());
        const std::string id = client_id_at(reactor.index());
        const std::string filter = "to/" + std::to_string(reactor.index());
        std::string bytes;
        mqtt::Connect connect;
        connect.version = kVersion;
        connect.client_id = id;
        mqtt::encode(connect, kVersion, bytes);
        mqtt::Subscribe subscribe;
        subscribe.packet_id = mqtt::PacketId{1};
        subscribe.requests = {{.filter = filter, .options = {}}};
        mqtt::encode(subscribe, kVersion, bytes);
        says(bytes);
    }

    std::unique_ptr<Passenger> hand_over(shard::LinkId) override { return nullptr; }
    void flush(shard::LinkId link) override {
        const std::size_t bytes = reactor_.shard().outbox(link).bytes();
        reactor_.shard().written(link, bytes, reactor_.now());
        const std::lock_guard lock(mutex_);
        written_ += bytes;
        ++writes_;
        writer_ = this_thread();
    }
    void close(const shard::Effects::Close& close) override {
        reactor_.shard().closed(close.link, reactor_.now());
    }
    void set_reading(shard::LinkId, bool) override {}
    void adopt(std::unique_ptr<Passenger> passenger) override {
        const auto& words = static_cast<const Words&>(*passenger);
        says(words.bytes());
        words.were_said();
    }
    void continue_unfinished() override {}
    bool has_unfinished() const override { return false; }
    void tick(Instant) override {}
    Instant next_deadline() const override { return kNever; }
    void end_turn() override {}
    void stop_accepting() override {}

    std::size_t written() {
        const std::lock_guard lock(mutex_);
        return written_;
    }
    int writes() {
        const std::lock_guard lock(mutex_);
        return writes_;
    }
    std::string writer() {
        const std::lock_guard lock(mutex_);
        return writer_;
    }

  private:
    void says(const std::string& bytes) { reactor_.shard().receive(link_, as_bytes(bytes), reactor_.now()); }

    Reactor& reactor_;
    shard::LinkId link_;
    std::mutex mutex_;
    std::size_t written_ = 0;
    int writes_ = 0;
    std::string writer_;
};

class TwoShards : public testing::Test {
  protected:
    explicit TwoShards(const ReactorOptions& reactor_options = {})
        : group(shard_options(), store, Clock(), reactor_options) {
        group.start();
        for (std::size_t i = 0; i < clients.size(); ++i) at_first[i] = clients[i].written();
    }
    ~TwoShards() override { EXPECT_TRUE(group.stop(30s)); }

    static shard::ShardOptions shard_options() {
        shard::ShardOptions options;
        options.count = 2;
        options.limits.sys_interval_ms = 0;
        return options;
    }

    static std::string message_for(shard::ShardIndex shard) {
        const std::string topic = "to/" + std::to_string(shard);
        std::string bytes;
        mqtt::Publish publish;
        publish.topic = topic;
        mqtt::encode(publish, kVersion, bytes);
        return bytes;
    }
    // The client of the other shard publishes so many to this one's, in one turn.
    void publish_to(shard::ShardIndex shard, std::size_t messages) {
        std::string bytes;
        for (std::size_t i = 0; i < messages; ++i) bytes += message_for(shard);
        const auto from = static_cast<shard::ShardIndex>(1 - shard);
        group.mailroom().send(shard::kOutside, from, std::make_unique<Words>(std::move(bytes)));
        group.mailroom().deliver(shard::kOutside);
        owed[shard] += messages;
    }
    // Or the test's deadline ends it.
    void all_is_written() {
        for (const shard::ShardIndex shard : {shard::ShardIndex{0}, shard::ShardIndex{1}}) {
            const std::size_t wanted = at_first[shard] + owed[shard] * message_for(shard).size();
            while (clients[shard].written() < wanted) std::this_thread::sleep_for(100us);
            EXPECT_EQ(clients[shard].written(), wanted);
        }
    }

    store::MemoryStore store;
    ReactorGroup group;
    std::array<OneClient, 2> clients{OneClient(group[0]), OneClient(group[1])};
    std::array<std::size_t, 2> at_first{};
    std::array<std::size_t, 2> owed{};  // messages
};

}  // namespace dray::reactor
