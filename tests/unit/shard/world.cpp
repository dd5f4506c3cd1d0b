#include "world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace dray::test {

namespace {

std::string encoded(const mqtt::Packet& packet, mqtt::ProtocolVersion version) {
    std::string bytes;
    mqtt::encode(packet, version, bytes);
    return bytes;
}

std::string hex_and_text(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += {kDigits[byte >> 4], kDigits[byte & 15], ' '};
    }
    return text + " '" + std::string(bytes) + "'";
}

// CONNACK properties tell of limits; tests that care look at them.
mqtt::Packet comparable(mqtt::Packet packet) {
    const auto forget = [](auto& body) {
        if constexpr (requires { body.reason; }) {
            if (mqtt::is_failure(body.reason)) body.properties = {};
        }
    };
    std::visit(forget, packet);
    if (auto* connack = std::get_if<mqtt::Connack>(&packet)) connack->properties = {};
    if (auto* suback = std::get_if<mqtt::Suback>(&packet)) suback->properties = {};
    return packet;
}

}  // namespace

Client& Client::sends(const mqtt::Packet& packet) {
    if (const auto* connect = std::get_if<mqtt::Connect>(&packet)) {
        version_ = connect->version;
        if (!open_) world_.open(*this);
    }
    return sends_bytes(encoded(packet, version_));
}

Client& Client::says(const mqtt::Packet& packet) {
    if (const auto* connect = std::get_if<mqtt::Connect>(&packet)) {
        version_ = connect->version;
        if (!open_) world_.open(*this);
    }
    world_.feed(*this, encoded(packet, version_));
    return *this;
}

Client& Client::sends_bytes(std::string_view bytes) {
    world_.feed(*this, bytes);
    world_.run();
    return *this;
}

Client& Client::gets(const mqtt::Packet& packet, Where where) {
    const std::string place = std::string(where.file_name()) + ":" + std::to_string(where.line());
    if (received_.empty()) {
        ADD_FAILURE() << place << ": nothing came, expected " << hex_and_text(encoded(packet, version_));
        return *this;
    }
    EXPECT_EQ(hex_and_text(encoded(comparable(received_.front().packet), version_)),
              hex_and_text(encoded(packet, version_)))
        << place;
    taken_.push_back(std::move(received_.front()));
    received_.pop_front();
    return *this;
}

void Client::fail(const std::string& what, Where where) {
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << what;
}

const mqtt::Packet* Client::take_next(Where where) {
    if (received_.empty()) {
        fail("nothing came", where);
        return nullptr;
    }
    taken_.push_back(std::move(received_.front()));
    received_.pop_front();
    return &taken_.back().packet;
}

Client& Client::gets_nothing(Where where) {
    EXPECT_TRUE(received_.empty()) << where.file_name() << ":" << where.line() << ": came "
                                   << hex_and_text(encoded(received_.front().packet, version_));
    return *this;
}

Client& Client::is_closed(Where where) {
    gets_nothing(where);
    EXPECT_FALSE(open_) << where.file_name() << ":" << where.line();
    return *this;
}

Client& Client::is_open(Where where) {
    EXPECT_TRUE(open_) << where.file_name() << ":" << where.line();
    return *this;
}

Client& Client::drops() {
    open_ = false;
    world_.shard(shard_).closed(link_, world_.now());
    world_.run();
    return *this;
}

Client& Client::stops_reading() {
    reading_ = false;
    return *this;
}

Client& Client::reads_again() {
    reading_ = true;
    world_.flush(*this);
    world_.run();
    return *this;
}

std::vector<mqtt::Packet> Client::takes_all() {
    std::vector<mqtt::Packet> packets;
    for (Received& received : received_) {
        packets.push_back(received.packet);
        taken_.push_back(std::move(received));
    }
    received_.clear();
    return packets;
}

void Client::take_input(std::string_view bytes) {
    input_ += bytes;
    for (;;) {
        const mqtt::FrameResult next = mqtt::next_frame(as_bytes(input_), 1 << 28);
        if (next.status == mqtt::FrameStatus::kNeedMore) return;
        ASSERT_EQ(next.status, mqtt::FrameStatus::kDone) << hex_and_text(input_);
        Received received;
        received.bytes = std::make_unique<std::string>(input_.substr(0, next.frame.size));
        const mqtt::FrameResult own = mqtt::next_frame(as_bytes(*received.bytes), 1 << 28);
        auto packet = mqtt::decode(own.frame, version_);
        ASSERT_TRUE(packet.has_value()) << hex_and_text(*received.bytes);
        received.packet = std::move(*packet);
        received_.push_back(std::move(received));
        input_.erase(0, next.frame.size);
    }
}

namespace {

ClusterOptions cluster_options(const WorldOptions& options) {
    ClusterOptions result = options;
    if (!options.sys_topics) result.limits.sys_interval_ms = 0;
    return result;
}

}  // namespace

World::World(const WorldOptions& options) : cluster_(cluster_options(options), *this) {
    link_options_.allow_anonymous = options.allow_anonymous;
    link_options_.origin = options.origin;
    link_options_.is_local = options.is_local;
}

World::~World() {
    run();
    EXPECT_EQ(cluster_.audit(), "");
}

void World::crash(shard::ShardIndex shards) {
    for (const auto& [name, client] : clients_) client->open_ = false;
    cluster_.crash(shards);
}

Client& World::client(const std::string& name) {
    auto& client = clients_[name];
    if (!client) {
        client = std::unique_ptr<Client>(new Client(*this));
        open(*client);
    }
    return *client;
}

void World::open(Client& client) {
    client.unconsumed_.clear();
    client.input_.clear();
    client.open_ = client.reading_ = true;
    client.held_ = false;
    open_link(client, static_cast<shard::ShardIndex>(random().below(cluster_.shards())));
}

void World::open_link(Client& client, shard::ShardIndex at) {
    client.shard_ = at;
    client.link_ = shard(at).open(link_options_, now());
}

void World::feed(Client& client, std::string_view bytes) {
    if (!client.open_) return;
    client.unconsumed_ += bytes;
    if (client.held_) return;
    cluster_.receive(client.shard_, client.link_, client.unconsumed_);
}

void World::hand_over(shard::ShardIndex at, shard::LinkId link, shard::ShardIndex to) {
    Client* client = find(at, link);
    open_link(*client, to);
    feed(*client, {});
}

void World::flush(shard::ShardIndex at, shard::LinkId link) {
    if (Client* client = find(at, link)) flush(*client);
}

void World::close(shard::ShardIndex at, const shard::Effects::Close& close) {
    Client* client = find(at, close.link);
    if (client == nullptr) return;
    flush(*client);
    client->open_ = false;
    shard(at).closed(close.link, now());
}

void World::set_reading(shard::ShardIndex at, const shard::Effects::Reading& reading) {
    Client* client = find(at, reading.link);
    if (client == nullptr) return;
    client->held_ = !reading.on;
    feed(*client, {});
}

void World::flush(Client& client) {
    if (!client.open_ || !client.reading_) return;
    session::GatherBatch batch(64 * 1024);
    session::Outbox* outbox = nullptr;
    while (outbox = &shard(client.shard_).outbox(client.link_), !outbox->empty()) {
        batch.clear();
        outbox->gather(batch);
        std::string bytes;
        for (const ByteView piece : batch.pieces()) bytes += as_text(piece);
        // A short write now and then: the rest is gathered again.
        bytes.resize(1 + random().below(bytes.size()));
        shard(client.shard_).written(client.link_, bytes.size(), now());
        client.take_input(bytes);
    }
}

Client* World::find(shard::ShardIndex at, shard::LinkId link) {
    for (const auto& [name, client] : clients_) {
        if (client->open_ && client->shard_ == at && client->link_ == link) return client.get();
    }
    return nullptr;
}

}  // namespace dray::test
