#include "shard/queue_store.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "shard/core.h"
#include "shard/damage.h"
#include "shard/queue_records.h"
#include "shard/queues.h"

namespace dray::shard {

namespace {

using QueueMessage = QueueMessages::Message;
using Position = QueueMessages::Position;
using State = QueueMessages::State;

std::uint64_t window_bytes_max(const Core& core) {
    return core.persistence.keeps ? core.limits().queue_window_bytes_max
                                  : std::numeric_limits<std::uint64_t>::max();
}

std::string place_of(const Queue& queue) {
    return "queue '" + queue.options.name + "'";
}

void recover_totals(Core& core, Queue& queue) {
    const std::string key = key_of(queue.number);
    core.store.scan(Table::kQueueEntries, key, [&](std::string_view found, std::string_view value) {
        if (found != key) return false;
        const auto totals = decode_totals(value);
        if (!totals) {
            throw std::runtime_error("the store has a record that this version does not understand: of " +
                                     place_of(queue));
        }
        queue.messages.restore(*totals);
        return false;
    });
    queue.books.uncounted_up_to = queue.messages.totals().last_position;
}

// The pages of a queue, one record after the other.
class PageReader {
  public:
    session::Page page;  // the one that was read last
    // True if this record completes a page.
    bool read(const QueuedKey& key, std::string_view value) {
        if (key.kind == QueuedKey::kProgress) progress_ = {key.position, decode_progress(value)};
        if (key.kind != QueuedKey::kPage) return false;
        QueuePageRemains remains = decode_queue_remains(value);
        records_ = std::move(remains.records);
        page = session::Page::read(key.position, records_.size(), remains.is_cut);
        page.has_progress = progress_.first == key.position;
        if (page.has_progress && progress_.second) page.live = progress_.second->live & page.all();
        records_.resize(page.count);
        return true;
    }
    // What became of some of its messages is damaged.
    bool has_damaged_progress() const { return page.has_progress && !progress_.second; }
    // Those that are left of it; without message what is damaged. void(Position, QueueMessage)
    template <typename Visit>
    void for_each(Visit visit) {
        for (Position position = page.first; position < page.end(); ++position) {
            if ((page.live & page.bit(position)) == 0) continue;
            QueuedRecord& record = records_[position - page.first];
            QueueMessage message;
            message.message = std::move(record.message);
            message.arrived_at = record.arrived_at;
            visit(position, std::move(message));
        }
    }

  private:
    std::pair<Position, std::optional<ProgressRecord>> progress_{};
    std::vector<QueuedRecord> records_;
};

void promise(Collection& collection, Queue& queue, Position position, const QueuedRecord& record) {
    std::string page;
    append_queued(page, record);
    collection.records.put(Table::kQueueEntries, queued_key(queue.number, position, QueuedKey::kPage), page);
    collection.promised.push_back({.position = position, .queue = queue.number});
    queue.pages.add({.first = position, .live = 1, .count = 1});
}

void trim_tail(const Core& core, Queue& queue) {
    queue.messages.trim_tail(core.persistence.durable);
    if (queue.messages.is_all_loaded()) return;
    queue.pages.forget(queue.messages.unloaded_after(), queue.messages.unloaded_before());
}

void restore_deliveries(Core& core, Queue& queue, Position position, std::string_view value) {
    if (queue.messages.find(position) == nullptr) return;
    const auto record = decode_deliveries(value);
    if (!record) return report_damage(core, place_of(queue), "how often a message was tried is lost", 0);
    queue.messages.set_deliveries(position, record->deliveries);
    if (record->retry_at > core.now) queue.messages.delay(position, record->retry_at);
}

void lose(Core& core, Queue& queue, Position position) {
    const bool is_counted = position > queue.books.uncounted_up_to;  // end_load() finds that it is missing
    report_damage(core, place_of(queue) + ", message " + std::to_string(position), kNotUnderstood,
                  is_counted ? 0 : 1);
    ++queue.counters.discarded;
    open_batch(core);
    queue.pages.settle(position);
    queue.is_changed = true;
    touch(core, queue);
}

void load_page(Core& core, Queue& queue, PageReader& reader) {
    if (reader.has_damaged_progress())
        report_damage(core, place_of(queue), "messages that were consumed may come once more", 0);
    queue.pages.add(reader.page);
    reader.for_each([&](Position position, QueueMessage message) {
        if (!message.message) return lose(core, queue, position);
        if (position <= queue.books.uncounted_up_to) hold(core, queue, message);
        queue.messages.load(position, std::move(message));
    });
    queue.messages.pass_over(reader.page.first);
}

}  // namespace

void recover_queues(Core& core) {
    core.store.scan(Table::kQueues, {}, [&](std::string_view name, std::string_view value) {
        auto record = decode_queue(value);
        if (record) record->options.name = name;
        if (!record || find_mistake(record->options))
            throw std::runtime_error("the store has a queue that this version does not understand");
        core.persistence.last_number = std::max(core.persistence.last_number, record->number >> 8);
        if (home_of_queue(name, core.options.count) != core.options.index) return true;
        Queue& queue = add_queue(core, record->number, std::move(record->options));
        queue.alert.may_be_left_over = true;
        recover_totals(core, queue);
        declare_queue(core, queue.options, 0);
        return true;
    });
}

void keep_queue(Core& core, const Queue& queue) {
    if (!core.persistence.keeps) return;
    open_batch(core).put(Table::kQueues, queue.options.name,
                         encode(QueueRecord{queue.number, queue.options}));
}

void forget_queue(Core& core, const Queue& queue) {
    if (!core.persistence.keeps) return;
    open_batch(core).erase(Table::kQueues, queue.options.name);
    open_batch(core).erase_all(Table::kQueueEntries, key_of(queue.number));
}

void keep_changes(Core& core, Queue& queue) {
    if (!core.persistence.keeps) return;
    queue.pages.write(queue.number, open_batch(core));
    open_batch(core).put(Table::kQueueEntries, key_of(queue.number), encode(queue.messages.totals()));
}

void keep_queued(Core& core, Queue& queue, QueueMessage message) {
    if (!core.persistence.keeps) return queue.messages.append(std::move(message), 0, window_bytes_max(core));
    const Position position = queue.messages.next_position();
    const QueuedRecord record{message.arrived_at, message.message};
    Collection* collecting = core.collections.collecting;
    if (collecting != nullptr) {
        promise(*collecting, queue, position, record);
        message.state = State::kPromised;
    } else {
        open_batch(core);
    }
    const bool was_all_loaded = queue.messages.is_all_loaded();
    queue.messages.append(std::move(message), core.persistence.last, window_bytes_max(core));
    // A page is in the window or in the tail.
    if (queue.messages.is_all_loaded() != was_all_loaded) queue.pages.close();
    if (collecting == nullptr) queue.pages.append(position, record);
    trim_tail(core, queue);
}

void keep_deliveries(Core& core, const Queue& queue, Position position) {
    if (!core.persistence.keeps) return;
    const QueueMessage& message = *queue.messages.find(position);
    const Instant retry_at = message.state == State::kDelayed ? message.retry_at : Instant{};
    open_batch(core).put(Table::kQueueEntries, queued_key(queue.number, position, QueuedKey::kDeliveries),
                         encode(DeliveriesRecord{message.deliveries, retry_at}));
}

void forget_queued(Core& core, Queue& queue, Position position, const QueueMessage& message) {
    if (!core.persistence.keeps) return;
    open_batch(core);
    queue.pages.settle(position);
    if (message.deliveries == 0) return;
    open_batch(core).erase(Table::kQueueEntries, queued_key(queue.number, position, QueuedKey::kDeliveries));
}

void forget_promised_queued(Core& core, std::uint64_t number, Position position) {
    if (!core.persistence.keeps) return;
    open_batch(core).erase(Table::kQueueEntries, queued_key(number, position, QueuedKey::kPage));
}

void load_window(Core& core, Queue& queue) {
    const std::uint64_t bytes_max = window_bytes_max(core);
    if (!queue.messages.wants_more(bytes_max)) return;
    trim_tail(core, queue);
    const Position before = queue.messages.unloaded_before();
    bool is_end = true;
    PageReader reader;
    const auto take = [&](std::string_view key, std::string_view value) {
        const auto parts = parse_queued_key(key);
        if (!parts) {
            report_damage(core, place_of(queue), kNotUnderstood, 0);
            return true;
        }
        if (parts->position >= before) return false;
        if (parts->kind == QueuedKey::kDeliveries) restore_deliveries(core, queue, parts->position, value);
        is_end = parts->kind != QueuedKey::kPage || queue.messages.window_bytes() < bytes_max;
        if (!is_end) return false;
        if (reader.read(*parts, value)) load_page(core, queue, reader);
        return true;
    };
    const std::string wrong =
        core.store.scan_readable(Table::kQueueEntries, key_of(queue.number),
                                 key_of(queue.number, queue.messages.unloaded_after() + 1), take);
    if (!wrong.empty()) report_damage(core, place_of(queue), wrong, 0);
    if (!is_end) return;
    // Wrong they are after a crash between the commit of a collection and that of the totals, and when some
    // were damaged.
    if (queue.messages.end_load() == 0) return;
    queue.is_changed = true;
    discard_missing(core, queue);
}

std::optional<Instant> oldest_arrival(Core& core, Queue& queue) {
    load_window(core, queue);
    const auto& loaded = queue.messages.loaded();
    return loaded.empty() ? std::nullopt : std::optional(loaded.begin()->second.arrived_at);
}

std::vector<QueuedMessage> peek_queue(const Core& core, const Queue& queue, Position after,
                                      std::size_t messages_max) {
    std::vector<QueuedMessage> found;
    const auto add = [&](Position position, const QueueMessage& message) {
        if (position <= after || found.size() >= messages_max || !message.message) return;
        found.push_back({position, message.arrived_at, message.deliveries, message.state == State::kOut,
                         message.message});
    };
    const auto& loaded = queue.messages.loaded();
    for (auto at = loaded.upper_bound(after); at != loaded.end() && found.size() < messages_max; ++at) {
        add(at->first, at->second);
    }
    if (queue.messages.is_all_loaded()) return found;
    // The page with the next may begin before it.
    const Position first = after < session::Page::kCountMax ? 0 : after - session::Page::kCountMax;
    PageReader reader;
    // What is damaged is left out: it is reported when its turn comes.
    const auto take = [&](std::string_view key, std::string_view value) {
        const auto parts = parse_queued_key(key);
        if (!parts) return true;
        if (parts->position >= queue.messages.unloaded_before()) return false;
        if (reader.read(*parts, value)) reader.for_each(add);
        return found.size() < messages_max;
    };
    core.store.scan_readable(Table::kQueueEntries, key_of(queue.number),
                             key_of(queue.number, std::max(first, queue.messages.unloaded_after()) + 1),
                             take);
    queue.messages.for_each_in_tail(add);
    return found;
}

std::uint64_t purge(Core& core, Queue& queue) {
    const std::uint64_t count = queue.messages.purge();
    for (const auto& [position, message] : queue.messages.loaded()) {
        if (message.state == State::kLeaving) let_go(core, queue, message).hand_over();
    }
    discard_all(core, queue);
    for (const auto& [position, message] : queue.messages.loaded()) {
        if (message.state == State::kLeaving) hold(core, queue, message);
    }
    queue.is_changed = true;
    if (!core.persistence.keeps) return count;
    open_batch(core).erase_all(Table::kQueueEntries, key_of(queue.number));
    queue.pages.clear();
    for (const auto& [position, message] : queue.messages.loaded()) {
        queue.pages.append(position, {message.arrived_at, message.message});
        if (message.deliveries > 0) keep_deliveries(core, queue, position);
    }
    return count;
}

}  // namespace dray::shard
