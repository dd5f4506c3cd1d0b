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

std::string hex(std::string_view bytes) {
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
        ADD_FAILURE() << place << ": nothing came, expected " << hex(encoded(packet, version_));
        return *this;
    }
    EXPECT_EQ(hex(encoded(comparable(received_.front().packet), version_)), hex(encoded(packet, version_)))
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
                                   << hex(encoded(received_.front().packet, version_));
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
    world_.shards_[shard_]->closed(link_, world_.now_);
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
        ASSERT_EQ(next.status, mqtt::FrameStatus::kDone) << hex(input_);
        Received received;
        received.bytes = std::make_unique<std::string>(input_.substr(0, next.frame.size));
        const mqtt::FrameResult own = mqtt::next_frame(as_bytes(*received.bytes), 1 << 28);
        auto packet = mqtt::decode(own.frame, version_);
        ASSERT_TRUE(packet.has_value()) << hex(*received.bytes);
        received.packet = std::move(*packet);
        received_.push_back(std::move(received));
        input_.erase(0, next.frame.size);
    }
}

World::World(WorldOptions options)
    : options_(options), random_(options.seed), disk_(options.disk != Disk::kNone) {
    if (!options_.sys_topics) options_.limits.sys_interval_ms = 0;
    sync_one_in_ = std::uint64_t{1} << random_.below(8);
    start();
}

void World::start() {
    for (shard::ShardIndex i = 0; i < options_.shards; ++i) {
        shard::ShardOptions each;
        each.index = i;
        each.count = options_.shards;
        each.seed = random_.next();
        each.limits = options_.limits;
        each.version = "test";
        each.auth = options_.auth;
        each.server_reference = options_.server_reference;
        each.redirect = options_.redirect;
        each.response_prefix = options_.response_prefix;
        each.shared_choice = options_.shared_choice;
        each.streams = options_.streams;
        each.queues = options_.queues;
        shards_.push_back(std::make_unique<shard::Shard>(each, disk_, now_));
    }
    mail_.resize(std::size_t{options_.shards} * options_.shards);
    // No client is served before every shard knows the ways to the others.
    while (step(false)) {
    }
}

void World::crash(shard::ShardIndex shards) {
    disk_.crash(random_);
    now_ = now_ + std::chrono::seconds(1);
    for (const auto& [name, client] : clients_) client->open_ = false;
    shards_.clear();
    mail_.clear();
    options_.shards = shards;
    start();
}

World::~World() {
    run();
    for (const auto& each : shards_) EXPECT_EQ(each->audit(), "");
}

Client& World::client(const std::string& name) {
    auto& client = clients_[name];
    if (!client) {
        client = std::unique_ptr<Client>(new Client(*this));
        open(*client);
    }
    return *client;
}

shard::LinkOptions World::link_options() const {
    shard::LinkOptions options;
    options.allow_anonymous = options_.allow_anonymous;
    return options;
}

void World::open(Client& client) {
    client.unconsumed_.clear();
    client.input_.clear();
    client.shard_ = static_cast<shard::ShardIndex>(random_.below(options_.shards));
    client.link_ = shards_[client.shard_]->open(link_options(), now_);
    client.open_ = client.reading_ = true;
}

void World::advance(std::chrono::milliseconds time) {
    const Instant until = now_ + time;
    for (;;) {
        Instant next = until;
        for (const auto& each : shards_) next = std::min(next, each->next_deadline());
        now_ = std::max(now_, next);
        for (const auto& each : shards_) each->tick(now_);
        run();
        if (now_ >= until) return;
    }
}

void World::feed(Client& client, std::string_view bytes) {
    if (!client.open_) return;
    client.unconsumed_ += bytes;
    const std::size_t used =
        shards_[client.shard_]->receive(client.link_, as_bytes(client.unconsumed_), now_);
    client.unconsumed_.erase(0, used);
    // Nothing more may be offered to a link that was handed over or closed: so that is done at once.
    const shard::ShardIndex at = client.shard_;
    const shard::Effects& effects = shards_[at]->effects();
    if (!effects.handovers.empty() || !effects.closes.empty()) carry_out(at);
}

void World::run() {
    while (step()) {
    }
}

bool World::step() {
    return step(true);
}

bool World::step(bool with_time) {
    std::vector<shard::ShardIndex> busy;
    for (shard::ShardIndex i = 0; i < options_.shards; ++i) {
        if (with_time && shards_[i]->next_deadline() <= now_) shards_[i]->tick(now_);
        if (shards_[i]->has_work()) busy.push_back(i);
    }
    const bool may_sync = options_.disk == Disk::kByItself && disk_.has_unsynced();
    if (may_sync && random_.below(sync_one_in_) == 0) {
        sync_one();
    } else if (disk_.has_unread() && random_.below(4) == 0) {
        read_one();
    } else if (!busy.empty() && random_.below(2) == 0) {
        carry_out(busy[random_.below(busy.size())]);
    } else if (!deliver_one_mail()) {
        if (!busy.empty()) {
            carry_out(busy.front());
        } else if (may_sync) {
            sync_one();
        } else if (disk_.has_unread()) {
            read_one();
        } else {
            return with_time && is_due();
        }
    }
    return true;
}

bool World::is_due() const {
    return std::ranges::any_of(shards_, [this](const auto& each) { return each->next_deadline() <= now_; });
}

void World::sync_one() {
    const SimulatedDisk::Written written = disk_.sync_one();
    shards_[written.shard]->durable(written.sequence, now_);
}

void World::read_one() {
    const SimulatedDisk::Read read = disk_.read_one();
    shards_[read.shard]->read_done(read.done, now_);
}

void World::carry_out(shard::ShardIndex index) {
    shards_[index]->end_turn();
    shard::Effects effects = std::move(shards_[index]->effects());
    shards_[index]->effects().clear();
    if (effects.commit.sequence != 0) {
        disk_.commit(index, effects.commit.sequence, std::move(effects.commit.batch));
    }
    for (shard::StoreRead& read : effects.reads) disk_.read(index, std::move(read));
    for (const auto& forward : effects.forwards) {
        if (forward.to == shard::kOutside) {
            answers_.push_back(forward.message);
            continue;
        }
        mail_[std::size_t{index} * options_.shards + forward.to].push_back(
            {index, forward.to, forward.message});
    }
    for (const auto& handover : effects.handovers) {
        Client* client = find(index, handover.link);
        client->shard_ = handover.to;
        client->link_ = shards_[handover.to]->open(link_options(), now_);
        feed(*client, {});
    }
    for (const shard::LinkId link : effects.flushes) {
        if (Client* client = find(index, link)) flush(*client);
    }
    for (const auto& close : effects.closes) {
        Client* client = find(index, close.link);
        if (client == nullptr) continue;
        flush(*client);
        client->open_ = false;
        shards_[index]->closed(close.link, now_);
    }
}

void World::flush(Client& client) {
    if (!client.open_ || !client.reading_) return;
    session::GatherBatch batch(64 * 1024);
    while (!shards_[client.shard_]->outbox(client.link_).empty()) {
        batch.clear();
        shards_[client.shard_]->outbox(client.link_).gather(batch);
        std::string bytes;
        for (const ByteView piece : batch.pieces()) bytes += as_text(piece);
        // A short write now and then: the rest is gathered again.
        bytes.resize(1 + random_.below(bytes.size()));
        shards_[client.shard_]->written(client.link_, bytes.size(), now_);
        client.take_input(bytes);
    }
}

bool World::deliver_one_mail() {
    std::vector<std::deque<Mail>*> lines;
    for (auto& line : mail_) {
        if (!line.empty()) lines.push_back(&line);
    }
    if (lines.empty()) return false;
    std::deque<Mail>& line = *lines[random_.below(lines.size())];
    Mail mail = std::move(line.front());
    line.pop_front();
    shards_[mail.to]->receive(mail.from, std::move(mail.message), now_);
    return true;
}

Client* World::find(shard::ShardIndex shard, shard::LinkId link) {
    for (const auto& [name, client] : clients_) {
        if (client->open_ && client->shard_ == shard && client->link_ == link) return client.get();
    }
    return nullptr;
}

shard::Statistics World::statistics() {
    shard::Statistics sum;
    for (const auto& each : shards_) sum.add(each->statistics());
    return sum;
}

shard::Books World::books() {
    return statistics().books.total();
}

void World::set_pressure(unsigned percent) {
    for (const auto& each : shards_) each->set_pressure(percent, now_);
}

void World::shut_down() {
    for (const auto& each : shards_) each->shut_down(now_);
    run();
}

void World::sync() {
    for (run(); disk_.has_unsynced(); run()) sync_one();
}

}  // namespace dray::test
