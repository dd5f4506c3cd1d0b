"""The books of a run of orders, from the databases of the services, and whether they balance:

  - each order ended in exactly one of delivered or cancelled, and the cards to be declined are those cancelled;
  - one award per order and epoch, kept if anyone saw it; one delivered award per delivered order; no place in a vehicle
    with two awards at a time;
  - no order ends twice: one of delivered, cancelled, rejected for each in the log of events;
  - money taken = orders delivered, to the cent; stock that left = beer delivered, nothing reserved any more;
  - no event is lost: each that is in an outbox is in the inbox of each service whose queue (services/demo/broker.toml)
    takes its topic, and in the read model. On mosquitto it is counted what was lost.
"""
import collections
import json
import sqlite3
import tomllib
from pathlib import Path

DECLINED_CARD = "4000000000000002"
STOCK_AT_FIRST = 10000
BROKER_CONFIG = Path(__file__).resolve().parent.parent.parent / "services/demo/broker.toml"


def rows(folder, database, query):
    with sqlite3.connect(f"file:{folder}/data/{database}.db?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0


class Audit:
    def __init__(self):
        self.failures = 0

    def check(self, what, good, details=""):
        print(f"  {'ok  ' if good else 'FAIL'}  {what}{'' if good or not details else ': ' + str(details)}")
        self.failures += not good


def audit(folder, orders, broker):
    """The failures. `orders`: what was placed, by id, as it was sent."""
    books = rows(folder, "store", "SELECT order_id, status, items_json, total_cents FROM orders")
    status = {order: state for order, state, *_ in books}
    delivered = {order for order, state in status.items() if state == "delivered"}
    check = Audit()
    audit_ends(folder, orders, status, check)
    audit_awards(folder, delivered, check)
    audit_money(folder, delivered, sum(cents for order, *_, cents in books if order in delivered), check)
    audit_stock(folder, [json.loads(items) for order, _, items, _ in books if order in delivered], check)
    audit_messages(folder, broker, check)
    return check.failures


def audit_ends(folder, orders, status, check):
    ended = collections.Counter(status.get(order, "unknown") for order in {*orders, *status})
    check.check(f"every order ended in one of delivered, cancelled: {dict(ended)}", set(ended) <= {"delivered", "cancelled"})
    declined = {order for order, request in orders.items() if request["card"] == DECLINED_CARD}
    check.check("declined cards are cancelled orders", all(status.get(order) == "cancelled" for order in declined))
    twice = rows(folder, "reporting", "SELECT order_id FROM events WHERE event IN ('order/delivered', 'order/cancelled', "
                                      "'order/rejected') GROUP BY order_id HAVING COUNT(DISTINCT event_id) > 1")
    check.check("no order ended twice", not twice, twice)


def audit_awards(folder, delivered, check):
    awards = rows(folder, "logistics", "SELECT order_id, epoch, vehicle_id, state, awarded_at, ended_at, slot FROM awards")
    check.check(f"never two winners: one award per (order, epoch), of {len(awards)}",
                len({(order, epoch) for order, epoch, *_ in awards}) == len(awards))
    told = {event for event, in rows(folder, "logistics", "SELECT event_id FROM outbox WHERE topic LIKE 'order/award/%'")}
    seen = {event for event, in rows(folder, "reporting", "SELECT event_id FROM events WHERE event = 'order/award'")}
    check.check(f"each award is told as one event, and all {len(seen)} that were seen are kept",
                len(told) == len(awards) and seen <= told, seen - told)
    wins = collections.Counter(order for order, _, _, state, *_ in awards if state == "delivered")
    check.check("one delivered award per delivered order", set(wins) == delivered and set(wins.values()) <= {1})
    check.check("no award is left open", not [award for award in awards if award[3] == "active"])
    by_place = collections.defaultdict(list)
    for _, _, vehicle, _, begin, end, slot in awards:
        by_place[vehicle, slot].append((begin, end or begin))
    overlaps = [place for place, spans in by_place.items() for (_, end), (begin, _) in
                zip(sorted(spans), sorted(spans)[1:]) if begin < end]
    check.check("no place in a vehicle had two orders at a time", not overlaps, overlaps)


def audit_money(folder, delivered, delivered_cents, check):
    payments = rows(folder, "billing", "SELECT order_id, state, amount_cents FROM payments")
    taken = {order: cents for order, state, cents in payments if state == "taken"}
    given_back = [cents for _, state, cents in payments if state == "refunded"]
    check.check(f"money taken = orders delivered: {len(taken)} for {sum(taken.values()) / 100:.2f}; "
                f"{len(given_back)} refunded, {sum(given_back) / 100:.2f}",
                set(taken) == delivered and sum(taken.values()) == delivered_cents,
                f"{len(delivered)} delivered for {delivered_cents / 100:.2f}")


def audit_stock(folder, delivered, check):
    left = collections.Counter()
    for item in (item for items in delivered for item in items):
        left[item["sku"]] += item["quantity"]
    stock = rows(folder, "inventory", "SELECT sku, on_hand, reserved FROM products")
    wrong = {sku: (STOCK_AT_FIRST - on_hand, left[sku]) for sku, on_hand, _ in stock if STOCK_AT_FIRST - on_hand != left[sku]}
    check.check(f"stock that left = beer delivered: {sum(left.values())}", not wrong, wrong)
    check.check("nothing is reserved any more", not any(reserved for *_, reserved in stock))


def matches(topic_filter, topic):
    levels, wanted = topic.split("/"), topic_filter.split("/")
    return len(levels) == len(wanted) and all(want in ("+", level) for want, level in zip(wanted, levels))


def read_and_unread(folder):
    """How many events had to be read, one for each reader of each; and those that were not, by topic and reader."""
    broker = tomllib.loads(BROKER_CONFIG.read_text())
    readers = {queue["name"]: queue.get("filters", []) for queue in broker["queue"] if queue["name"] != "dead"}
    handled = {name: {event for event, in rows(folder, name, "SELECT event_id FROM inbox")} for name in readers}
    readers["reporting"] = broker["stream"][0]["filters"]
    handled["reporting"] = {event for event, in rows(folder, "reporting", "SELECT event_id FROM events")}
    count, unread = 0, collections.Counter()
    for writer in readers:
        for event, topic in rows(folder, writer, "SELECT event_id, topic FROM outbox WHERE repeat_with IS NOT NULL"):
            for reader in (reader for reader, filters in readers.items() if any(matches(each, topic) for each in filters)):
                count += 1
                if event not in handled[reader]:
                    unread["/".join(topic.split("/")[:2]) + " to " + reader] += 1
    return count, unread


def audit_messages(folder, broker, check):
    count, unread = read_and_unread(folder)
    lost = ", ".join(f"{count} {what}" for what, count in sorted(unread.items()))
    what = f"every event reached each of its readers: {count - unread.total()} of {count}"
    if unread and broker == "mosquitto":  # it promises no more; what came of it is in the books above
        print(f"  lost  not {what}: {lost}")
    else:
        check.check(what, not unread, lost)


def print_table(folder, orders, seconds):
    outcome = rows(folder, "store", "SELECT status, COALESCE(reason, ''), COUNT(*) FROM orders GROUP BY 1, 2 ORDER BY 1")
    print("\noutcome       orders  reason")
    for status, reason, count in outcome:
        print(f"{status:<12} {count:>7}  {reason}")
    awards = rows(folder, "logistics", "SELECT awarded_at - offered_at, awarded_at - first_offered_at, attempt FROM awards")
    print(f"\n{len(orders)} orders ended in {seconds:.1f} s; {len(awards)} awards")
    print("offer to award, ms             p50      p99")
    for title, values in (("of the wave that was answered", [wave for wave, _, _ in awards]),
                          ("answered in the first wave", [wave for wave, _, attempt in awards if attempt == 0]),
                          ("with waiting for a free vehicle", [first for _, first, _ in awards])):
        print(f"{title:<26} {percentile(values, 0.5):>7} {percentile(values, 0.99):>8}  ({len(values)})")
