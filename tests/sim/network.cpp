#include "network.h"

#include <algorithm>

namespace dray::sim {

Wire& Network::open(Receiver& client, std::string owner) {
    Wire& wire = wires_.emplace_back();
    wire.client = &client;
    wire.owner = std::move(owner);
    wire.shard = static_cast<shard::ShardIndex>(chance_.below(cluster_->shards()));
    wire.link = cluster_->shard(wire.shard).open({}, cluster_->now());
    return wire;
}

void Network::hang_up(Wire& wire) {
    wire.client = nullptr;
    wire.ends_at_broker = true;
}

void Network::cut(Wire& wire) {
    lose_some(wire.to_broker);
    lose_some(wire.to_client);
    wire.ends_at_broker = wire.ends_at_client = true;
}

void Network::end_abandoned() {
    for (Wire& wire : wires_) wire.ends_at_broker |= wire.client == nullptr;
}

void Network::cut_all() {
    for (Wire& wire : wires_) {
        wire.is_at_broker = false;
        lose_some(wire.to_client);
        wire.ends_at_client = true;
    }
}

void Network::lose_some(std::string& bytes) {
    bytes.resize(chance_.below(bytes.size() + 1));
}

bool Network::move() {
    std::erase_if(wires_, [](const Wire& wire) { return wire.client == nullptr && !wire.is_at_broker; });
    if (wires_.empty()) return false;
    auto at = std::next(wires_.begin(), static_cast<std::ptrdiff_t>(chance_.below(wires_.size())));
    for (std::size_t tried = 0; tried < wires_.size(); ++tried) {
        if (move(*at)) return true;
        if (++at == wires_.end()) at = wires_.begin();
    }
    return false;
}

bool Network::move(Wire& wire) {
    if (chance_.below(2) == 0) return move_to_broker(wire) || move_to_client(wire) || write(wire);
    return move_to_client(wire) || write(wire) || move_to_broker(wire);
}

bool Network::move_to_broker(Wire& wire) {
    if (!wire.is_at_broker) return false;
    if (!wire.to_broker.empty()) {
        wire.unconsumed += take_some(wire.to_broker);
        cluster_->receive(wire.shard, wire.link, wire.unconsumed);
        return true;
    }
    if (!wire.ends_at_broker) return false;
    wire.is_at_broker = false;
    cluster_->shard(wire.shard).closed(wire.link, cluster_->now());
    return true;
}

bool Network::move_to_client(Wire& wire) {
    if (wire.client == nullptr || !wire.is_reading) return false;
    if (!wire.to_client.empty()) {
        const std::string bytes = take_some(wire.to_client);
        wire.client->receive(bytes);
        return true;
    }
    if (!wire.ends_at_client) return false;
    Receiver* const client = wire.client;
    wire.client = nullptr;
    wire.ends_at_broker = true;
    client->connection_ended();
    return true;
}

// From the outbox to the socket, as far as that has room.
bool Network::write(Wire& wire) {
    if (!wire.is_at_broker || !wire.wants_flush) return false;
    session::Outbox& outbox = cluster_->shard(wire.shard).outbox(wire.link);
    wire.wants_flush = !outbox.empty();
    // Nobody reads what is sent to a client that has let go, and the broker cannot know.
    const bool is_lost = wire.client == nullptr || wire.ends_at_client;
    const std::size_t room =
        is_lost ? socket_bytes_ : socket_bytes_ - std::min(socket_bytes_, wire.to_client.size());
    if (outbox.empty() || room == 0) return false;
    batch_.clear();
    outbox.gather(batch_);
    std::string bytes;
    for (const ByteView piece : batch_.pieces()) {
        bytes += as_text(piece);
        if (bytes.size() >= room) break;
    }
    bytes.resize(1 + chance_.below(std::min(bytes.size(), room)));
    cluster_->shard(wire.shard).written(wire.link, bytes.size(), cluster_->now());
    if (!is_lost) wire.to_client += bytes;
    return true;
}

std::string Network::take_some(std::string& bytes) {
    const std::size_t count = chance_.below(3) == 0 ? 1 + chance_.below(bytes.size()) : bytes.size();
    std::string taken = bytes.substr(0, count);
    bytes.erase(0, count);
    return taken;
}

void Network::hand_over(shard::ShardIndex at, shard::LinkId link, shard::ShardIndex to) {
    Wire* wire = find(at, link);
    wire->shard = to;
    wire->link = cluster_->shard(to).open({}, cluster_->now());
    cluster_->receive(to, wire->link, wire->unconsumed);
}

void Network::flush(shard::ShardIndex at, shard::LinkId link) {
    if (Wire* wire = find(at, link)) wire->wants_flush = true;
}

void Network::close(shard::ShardIndex at, const shard::Effects::Close& close) {
    Wire* wire = find(at, close.link);
    if (wire == nullptr) return;
    wire->wants_flush = true;
    while (write(*wire)) {
    }
    wire->has_rival = std::ranges::any_of(wires_, [wire](const Wire& other) {
        return &other != wire && other.is_at_broker && other.owner == wire->owner;
    });
    on_close_(*wire, close);
    wire->is_at_broker = false;
    wire->ends_at_client = true;
    cluster_->shard(at).closed(close.link, cluster_->now());
}

Wire* Network::find(shard::ShardIndex at, shard::LinkId link) {
    const auto found = std::ranges::find_if(
        wires_, [&](const Wire& wire) { return wire.is_at_broker && wire.shard == at && wire.link == link; });
    return found == wires_.end() ? nullptr : &*found;
}

}  // namespace dray::sim
