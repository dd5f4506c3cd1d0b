#include "cluster.h"

#include <algorithm>

namespace dray::test {

Cluster::Cluster(ClusterOptions options, Transport& transport)
    : options_(std::move(options)),
      transport_(transport),
      random_(options_.seed),
      disk_(options_.disk != Disk::kNone) {
    sync_one_in_ = std::uint64_t{1} << random_.below(8);
    start();
}

void Cluster::start() {
    for (shard::ShardIndex i = 0; i < options_.shards; ++i) {
        shard::ShardOptions each;
        each.index = i;
        each.count = options_.shards;
        each.seed = random_.next();
        each.limits = options_.limits;
        each.version = "test";
        each.auth = options_.auth;
        each.access = options_.access;
        each.server_reference = options_.server_reference;
        each.redirect = options_.redirect;
        each.response_prefix = options_.response_prefix;
        each.watch_access = options_.watch_access;
        each.shared_choice = options_.shared_choice;
        each.queues = options_.queues;
        each.streams = options_.streams;
        shards_.push_back(std::make_unique<shard::Shard>(each, disk_, now_));
    }
    mail_.resize(std::size_t{options_.shards} * options_.shards);
    // No client is served before every shard knows the ways to the others.
    while (step(false)) {
    }
}

void Cluster::crash(shard::ShardIndex shards) {
    disk_.crash(random_);
    now_ = now_ + std::chrono::seconds(1);
    shards_.clear();
    mail_.clear();
    options_.shards = shards;
    start();
}

void Cluster::restart(shard::ShardIndex shards) {
    shut_down();
    sync();
    crash(shards);
}

void Cluster::run() {
    while (step()) {
    }
}

void Cluster::advance(std::chrono::milliseconds time) {
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

void Cluster::receive(shard::ShardIndex at, shard::LinkId link, std::string& bytes) {
    bytes.erase(0, shards_[at]->receive(link, as_bytes(bytes), now_));
    // Nothing more may be offered to a link that was handed over or closed: so that is done at once.
    const shard::Effects& effects = shards_[at]->effects();
    if (!effects.handovers.empty() || !effects.closes.empty()) carry_out(at);
}

bool Cluster::step(bool with_time) {
    std::vector<shard::ShardIndex> busy;
    for (shard::ShardIndex i = 0; i < options_.shards; ++i) {
        if (with_time && shards_[i]->next_deadline() <= now_) shards_[i]->tick(now_);
        if (shards_[i]->has_work()) busy.push_back(i);
    }
    const bool may_sync = options_.disk == Disk::kByItself && disk_.has_unsynced() && disk_.works();
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

bool Cluster::is_due() const {
    return std::ranges::any_of(shards_, [this](const auto& each) { return each->next_deadline() <= now_; });
}

void Cluster::read_one() {
    const SimulatedDisk::Read read = disk_.read_one();
    shards_[read.shard]->read_done(read.done, now_);
}

void Cluster::sync_one() {
    const SimulatedDisk::Written written = disk_.sync_one();
    shards_[written.shard]->durable(written.sequence, now_);
}

void Cluster::carry_out(shard::ShardIndex index) {
    shards_[index]->end_turn();
    shard::Effects effects = std::move(shards_[index]->effects());
    shards_[index]->effects().clear();
    if (effects.commit.sequence != 0) {
        disk_.commit(index, effects.commit.sequence, std::move(effects.commit.batch));
    }
    for (shard::StoreRead& read : effects.reads) disk_.read(index, std::move(read));
    for (auto& forward : effects.forwards) {
        if (forward.to == shard::kOutside) {
            answers_.push_back(std::move(forward.message));
        } else {
            mail_[std::size_t{index} * options_.shards + forward.to].push_back(
                {index, forward.to, std::move(forward.message)});
        }
    }
    for (const auto& handover : effects.handovers) transport_.hand_over(index, handover.link, handover.to);
    for (const shard::LinkId link : effects.flushes) transport_.flush(index, link);
    for (const auto& close : effects.closes) transport_.close(index, close);
    for (const auto& reading : effects.readings) transport_.set_reading(index, reading);
    for (const auto& damage : effects.damages) damages_.push_back(damage.where + ": " + damage.what);
}

bool Cluster::deliver_one_mail() {
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

shard::Statistics Cluster::statistics() const {
    shard::Statistics sum;
    for (const auto& each : shards_) sum.add(each->statistics());
    return sum;
}

std::string Cluster::audit() const {
    std::string report;
    for (const std::string& damage : damages_) report += damage + '\n';
    for (const auto& each : shards_) report += each->audit();
    return report;
}

std::string Cluster::beyond_limits() const {
    std::string report;
    for (const auto& each : shards_) report += each->beyond_limits();
    return report;
}

std::string Cluster::unfinished() const {
    std::string report;
    for (const auto& each : shards_) report += each->unfinished();
    return report;
}

void Cluster::set_pressure(unsigned percent) {
    for (const auto& each : shards_) each->set_pressure(percent, now_);
}

void Cluster::send_away_one_of(std::size_t clients) {
    for (const auto& each : shards_) each->send_away_one_of(clients, now_);
    run();
}

void Cluster::sync() {
    for (run(); disk_.has_unsynced(); run()) sync_one();
}

}  // namespace dray::test
