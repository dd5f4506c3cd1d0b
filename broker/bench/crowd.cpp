#include "bench/crowd.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "bench/clock.h"
#include "bench/failure.h"

namespace dray::bench {
namespace {

constexpr std::size_t kFiltersInOnePacketMax = 500;

mqtt::PacketId packet_id_of(const mqtt::Frame& frame) {
    if (frame.body.size() < 2) throw Failure("the broker sent an acknowledgement without packet id");
    return mqtt::PacketId{static_cast<std::uint16_t>(frame.body[0] << 8 | frame.body[1])};
}

}  // namespace

class Crowd::Reading : public FrameReader {
  public:
    Reading(Crowd& crowd, std::size_t index) : crowd_(crowd), index_(index), now_(now_ns()) {}
    void on_frame(const mqtt::Frame& frame) override { crowd_.on_frame(index_, frame, now_); }

  private:
    Crowd& crowd_;
    const std::size_t index_;
    const std::int64_t now_;
};

Crowd::Crowd(const CrowdOptions& options, CrowdListener& listener)
    : options_(options), listener_(listener), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (options.broker.tls) tls_ = std::make_unique<TlsContext>(options.tls);
    ::prctl(PR_SET_TIMERSLACK, 1);  // what is due is sent when it is due
}

Crowd::~Crowd() {
    ::close(epoll_);
}

std::size_t Crowd::add(Client client) {
    members_.emplace_back().client = std::move(client);
    return members_.size() - 1;
}

void Crowd::begin_joining() {
    while (begun_ < members_.size() && begun_ - joined_ < options_.joining_max) {
        members_[begun_].began_ns = now_ns();
        connect(begun_++);
    }
}

void Crowd::connect(std::size_t index) {
    Member& member = members_[index];
    member.connection = std::make_unique<Connection>(options_.broker, tls_.get());
    member.polls_room = false;
    mqtt::Connect connect;
    connect.version = kVersion;
    connect.clean_start = member.client.clean_session;
    connect.client_id = member.client.id;
    if (!options_.broker.user.empty()) connect.user_name = options_.broker.user;
    if (!options_.broker.password.empty()) connect.password = as_bytes(options_.broker.password);
    member.connection->send(connect);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, member.connection->fd(), &event);
    note_output(index);
}

// Who is turned away at the door comes again, as real clients do; the time that it waits goes on.
void Crowd::was_cut_off(std::size_t index) {
    const Member& member = members_[index];
    if (member.joined) throw Failure("the broker closed the connection of client " + member.client.id);
    if (retried_ == options_.retries_max) {
        throw Failure("no broker serves " + options_.broker.url + ", or it closes the connection");
    }
    ++retried_;
    connect(index);
}

void Crowd::note_output(std::size_t index) {
    if (members_[index].has_output) return;
    members_[index].has_output = true;
    with_output_.push_back(index);
}

void Crowd::flush() {
    for (std::size_t i = 0; i < with_output_.size(); ++i) flush(with_output_[i]);  // one may come again
    with_output_.clear();
}

void Crowd::flush(std::size_t index) {
    Member& member = members_[index];
    member.has_output = false;
    if (member.connection == nullptr) return;
    if (!member.connection->flush()) return was_cut_off(index);
    if (member.connection->waits_for_room() == member.polls_room) return;
    member.polls_room = !member.polls_room;
    epoll_event event{};
    event.events = member.polls_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = index;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, member.connection->fd(), &event);
}

void Crowd::turn(std::int64_t until_ns) {
    begin_joining();
    flush();
    const std::int64_t left = std::max<std::int64_t>(0, until_ns - now_ns());
    const timespec wait{left / kSecond, left % kSecond};
    std::array<epoll_event, 512> events;
    const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
    for (int i = 0; i < count; ++i) {
        const std::size_t index = events[static_cast<std::size_t>(i)].data.u64;
        if (members_[index].connection == nullptr) continue;
        Reading reading(*this, index);
        if (!members_[index].connection->read(reading)) {
            was_cut_off(index);
            continue;
        }
        note_output(index);
    }
    flush();
}

void Crowd::on_frame(std::size_t index, const mqtt::Frame& frame, std::int64_t now) {
    Connection& connection = *members_[index].connection;
    switch (frame.type) {
        case mqtt::PacketType::kConnack:
            return on_connack(index, frame, now);
        case mqtt::PacketType::kSuback:
            return on_suback(index, frame);
        case mqtt::PacketType::kPublish:
            return on_publish(index, frame, now);
        case mqtt::PacketType::kPuback:
        case mqtt::PacketType::kPubcomp:
            return listener_.on_acknowledged(index, now);
        case mqtt::PacketType::kPubrec:
            return connection.acknowledge(mqtt::PacketType::kPubrel, packet_id_of(frame));
        case mqtt::PacketType::kPubrel:
            return connection.acknowledge(mqtt::PacketType::kPubcomp, packet_id_of(frame));
        default:
            return;
    }
}

void Crowd::on_connack(std::size_t index, const mqtt::Frame& frame, std::int64_t now) {
    Member& member = members_[index];
    if (frame.body.size() != 2 || frame.body[1] != 0) {
        throw Failure("the broker refused client " + member.client.id + ": CONNACK return code " +
                      std::to_string(frame.body.empty() ? 0 : frame.body.back()));
    }
    join_times_.record(static_cast<std::uint64_t>(now - member.began_ns));
    const auto& filters = member.client.filters;
    for (std::size_t at = 0; at < filters.size(); at += kFiltersInOnePacketMax) {
        mqtt::Subscribe subscribe;
        subscribe.packet_id = mqtt::PacketId{++member.last_packet_id};
        for (std::size_t i = at; i < std::min(filters.size(), at + kFiltersInOnePacketMax); ++i) {
            subscribe.requests.push_back({.filter = filters[i], .options = {.qos = member.client.qos}});
        }
        member.connection->send(subscribe);
    }
    if (filters.empty()) has_joined(member);
}

void Crowd::on_suback(std::size_t index, const mqtt::Frame& frame) {
    Member& member = members_[index];
    for (std::size_t i = 2; i < frame.body.size(); ++i) {
        if (frame.body[i] > 2)
            throw Failure("the broker refused a subscription of client " + member.client.id);
    }
    if (packet_id_of(frame) == mqtt::PacketId{member.last_packet_id}) has_joined(member);
}

void Crowd::has_joined(Member& member) {
    member.joined = true;
    ++joined_;
}

void Crowd::on_publish(std::size_t index, const mqtt::Frame& frame, std::int64_t now) {
    const auto message = mqtt::decode_publish(frame, kVersion);
    if (!message) throw Failure(std::string("the broker sent a bad PUBLISH: ") + message.error().what);
    if (message->qos != mqtt::QoS::kAtMostOnce) {
        members_[index].connection->acknowledge(
            message->qos == mqtt::QoS::kAtLeastOnce ? mqtt::PacketType::kPuback : mqtt::PacketType::kPubrec,
            message->packet_id);
    }
    listener_.on_message(index, message->payload, now);
}

void Crowd::publish(std::size_t client, mqtt::Publish& message) {
    Member& member = members_[client];
    if (message.qos != mqtt::QoS::kAtMostOnce) {
        if (++member.last_packet_id == 0) member.last_packet_id = 1;
        message.packet_id = mqtt::PacketId{member.last_packet_id};
    }
    member.connection->publish(message);
    note_output(client);
}

void Crowd::leave(std::size_t client) {
    Member& member = members_[client];
    member.connection->send(mqtt::Disconnect{});
    member.connection->flush();
    member.connection.reset();
}

}  // namespace dray::bench
