#include "shard/statistics.h"

namespace dray::shard {

void Statistics::add(const Statistics& other) {
    books.add(other.books);
    bytes_received += other.bytes_received;
    bytes_sent += other.bytes_sent;
    packets_received += other.packets_received;
    control_sent += other.control_sent;
    publish_received += other.publish_received;
    publish_sent += other.publish_sent;
    publish_bytes_received += other.publish_bytes_received;
    publish_bytes_sent += other.publish_bytes_sent;
    sockets_opened += other.sockets_opened;
    connections_turned_away += other.connections_turned_away;
    connects_received += other.connects_received;
    connects_accepted += other.connects_accepted;
    connects_refused += other.connects_refused;
    logins_failed += other.logins_failed;
    logins_held_off += other.logins_held_off;
    reading_paused += other.reading_paused;
    clients_too_fast += other.clients_too_fast;
    protocol_errors += other.protocol_errors;
    publishes_refused += other.publishes_refused;
    publishes_forbidden += other.publishes_forbidden;
    subscribes_forbidden += other.subscribes_forbidden;
    clients_connected += other.clients_connected;
    sessions += other.sessions;
    subscriptions += other.subscriptions;
    shared_subscriptions += other.shared_subscriptions;
    retained += other.retained;
    retained_bytes += other.retained_bytes;
    inflight += other.inflight;
    queued_bytes += other.queued_bytes;
    parked += other.parked;
    clients_expired += other.clients_expired;
}

}  // namespace dray::shard
