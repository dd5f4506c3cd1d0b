#!/usr/bin/python3
"""The services against a real broker: $DRAY_TEST_BROKER, mosquitto or drayd (a path), one per test on a free port; with
$DRAY_TEST_DATABASE (see postgres.py) their databases are there, in a database for each test."""
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
import uuid
from functools import partial
from pathlib import Path

import paho.mqtt.client as mqtt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from free_ports import free_ports  # noqa: E402
from postgres import BINARIES, Postgres  # noqa: E402
import waiting  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("DEMO_BUILD", ROOT / "build/release"))
BROKER = os.environ.get("DRAY_TEST_BROKER", "mosquitto")
CONSUME = os.environ.get("DRAY_TEST_CONSUME", "subscription" if BROKER == "mosquitto" else "queue")
DATABASE = os.environ.get("DRAY_TEST_DATABASE", "")
ORDER = {"zip": "60614", "items": [{"sku": "hazy-ipa", "quantity": 1}], "card": "4242424242424242"}
wait_for = partial(waiting.wait_for, seconds=60)  # several programs start and answer each other


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class World(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dray-services-"))
        self.port = free_ports(1)[0]
        self.processes = {}
        self.database = self.make_database() if DATABASE else ""
        self.addCleanup(self.stop_all)
        self.start_broker()

    def make_database(self):
        name = f"test_{uuid.uuid4().hex}"
        subprocess.run([f"{BINARIES}/psql", "-q", DATABASE, "-c", f"CREATE DATABASE {name}"], check=True, timeout=60)
        return DATABASE.rsplit("/", 1)[0] + "/" + name

    def stop_all(self):
        for name in reversed(list(self.processes)):
            self.stop(name)

    def start_broker(self):
        if BROKER == "mosquitto":
            config = self.folder / "mosquitto.conf"
            config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
            command = ["/usr/sbin/mosquitto", "-c", config]
        else:
            config = self.folder / "broker.toml"
            queues = (ROOT / "services/demo/broker.toml").read_text()
            config.write_text(queues.replace("deliveries_max = 10", "deliveries_max = 3").replace("delay_ms = 200", "delay_ms = 10"))
            command = [BROKER, "--config", config, "--mqtt", f"127.0.0.1:{self.port}", "--ws", "127.0.0.1:0",
                       "--data-dir", self.folder / "broker"]
        with open(self.folder / "broker.log", "a") as log:
            self.processes["broker"] = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(lambda: accepts(self.port), "the broker accepts connections")

    def start(self, name, *more, instance=None):
        command = [BUILD / f"bin/dray-{name}", "--broker", f"mqtt://127.0.0.1:{self.port}", "--data-dir", self.folder,
                   "--consume", CONSUME, "--client-id", f"dray-{instance or name}", "--database", self.database]
        with open(self.folder / f"{instance or name}.log", "a") as log:
            process = subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=log, text=True)
        self.addCleanup(process.stdout.close)
        self.processes[instance or name] = process
        line = process.stdout.readline()
        self.assertTrue(line.startswith("ready"), f"{name} says {line!r}: {self.log(name)}")
        if name == "store":
            self.store = line.split("http=")[1].strip()
        return line.split("http=")[1].strip() if "http=" in line else None

    def start_services(self, *names):
        for name in names:
            self.start(name, *(["--http", "127.0.0.1:0", "--ask-again-seconds", "1"] if name == "store" else []))
        if "store" in names and "inventory" in names:
            wait_for(lambda: len(self.get("/api/products")["products"]) == 10, "the store knows the products")

    def stop(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(30)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def get(self, path, address=None):
        with urllib.request.urlopen(f"http://{address or self.store}{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path, body, address=None):
        with urllib.request.urlopen(f"http://{address or self.store}{path}", json.dumps(body).encode(), 30) as answer:
            return json.load(answer)

    def metric(self, instance, name):
        address = re.search(r"metrics at (http://\S+)", self.log(instance)).group(1)
        with urllib.request.urlopen(address, timeout=30) as answer:
            line = next(line for line in answer.read().decode().splitlines() if line.startswith(name))
            return int(line.rsplit(" ", 1)[1])

    def order(self, **change):
        body = json.dumps({**ORDER, **change}).encode()
        with urllib.request.urlopen(f"http://{self.store}/api/orders", body, timeout=30) as answer:
            self.assertEqual(answer.status, 202)
            return json.load(answer)["order_id"]

    def status(self, order):
        return self.get(f"/api/orders/{order}")["status"]

    def reserved(self, sku="hazy-ipa"):
        return next(p["reserved"] for p in self.get("/api/products")["products"] if p["sku"] == sku)

    def listen(self, topic="#"):
        listener = Listener(self.port, topic)
        self.addCleanup(listener.close)
        return listener


class Listener:
    """An MQTT 5 client that remembers what it hears."""

    def __init__(self, port, topic):
        self.heard = []
        self.subscribed = threading.Event()
        self.client = mqtt.Client(protocol=mqtt.MQTTv5)
        self.client.on_message = lambda _client, _data, message: self.heard.append(message)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.connect("127.0.0.1", port)
        self.client.subscribe(topic, qos=1)
        self.client.loop_start()
        assert self.subscribed.wait(30), "not subscribed"

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def on(self, prefix):
        return [message for message in list(self.heard) if message.topic.startswith(prefix)]

    def wait(self, prefix, count=1):
        return wait_for(lambda: len(self.on(prefix)) >= count and self.on(prefix), f"{count} x {prefix}")

    def publish(self, topic, payload):
        self.client.publish(topic, payload, qos=1).wait_for_publish(30)


def field(number, value):
    """A field of a protobuf message: a text, another message or a small number."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(data)]) + data


def bid(order, vehicle, eta_seconds=60):
    header = field(1, str(uuid.uuid4())) + field(2, order)
    return field(1, header) + field(2, 1) + field(3, f"bid-{vehicle}") + field(4, vehicle) + field(5, eta_seconds)


def position(latitude, longitude):
    return b"\x09" + struct.pack("<d", latitude) + b"\x11" + struct.pack("<d", longitude)


def award(order, vehicle):
    there = position(41.88, -87.63)
    header = field(1, str(uuid.uuid4())) + field(2, order)
    return field(1, header) + field(2, 1) + field(3, vehicle) + field(5, there) + field(6, there)


def location(vehicle):
    return field(1, vehicle) + field(2, position(41.9, -87.65))


def properties(message):
    return dict(message.properties.UserProperty)


class Events(World):
    def test_every_event_carries_its_header_as_user_properties_and_names_its_cause(self):
        listener = self.listen("#")
        self.start_services("inventory", "billing", "packing", "store")
        order = self.order()
        story = [properties(listener.wait(prefix)[0]) for prefix in
                 (f"order/new/60614/{order}", f"order/reserved/{order}", f"payment/paid/{order}",
                  f"order/packed/{order}", f"order/ship/60614/{order}")]
        for event in story:
            self.assertEqual(event["order-id"], order)
            self.assertEqual(event["traceparent"][:35], story[0]["traceparent"][:35])
        self.assertEqual(story[0]["cause-id"], "")
        for cause, event in zip(story, story[1:]):
            self.assertEqual(event["cause-id"], cause["event-id"])
        self.assertEqual(len({event["event-id"] for event in story}), 5)

    def test_a_card_number_is_nowhere(self):
        listener = self.listen("#")
        self.start_services("inventory", "billing", "packing", "store")
        self.order(card="4000 0000 0000 0002")
        listener.wait("order/cancelled/")
        secrets = (b"4000000000000002", b"4000 0000 0000 0002")
        for message in listener.heard:
            self.assertFalse(any(secret in message.payload for secret in secrets), message.topic)
        for file in self.folder.glob("*.*"):
            self.assertFalse(any(secret in file.read_bytes() for secret in secrets), file)

    def test_an_event_that_comes_again_changes_nothing_and_is_answered_again(self):
        listener = self.listen("order/#")
        self.start_services("inventory", "store")
        self.order()
        placed = listener.wait("order/new/")[0]
        first = listener.wait("order/reserved/")[0]
        listener.publish(placed.topic, placed.payload)
        again = listener.wait("order/reserved/", 2)[1]
        self.assertEqual(properties(again)["event-id"], properties(first)["event-id"])
        wait_for(lambda: self.reserved() == 1, "one is reserved")

    def test_nonsense_on_a_topic_is_ignored_with_a_word_in_the_log(self):
        listener = self.listen("order/#")
        self.start_services("inventory", "store")
        for payload in (b"", b"\xff\xff\xff", b"{}", os.urandom(1000)):
            listener.publish("order/new/60614/o1", payload)
        order = self.order()
        listener.wait(f"order/reserved/{order}")
        self.assertIn("order/new/60614/o1: 3 bytes that are no dray.v1.OrderPlaced", self.log("inventory"))

    def test_stock_levels_are_retained_for_whoever_comes_later(self):
        self.start_services("inventory")
        self.listen("data/inventory/+").wait("data/inventory/", 10)
        late = self.listen("data/inventory/+")
        self.assertEqual(len({message.topic for message in late.wait("data/inventory/", 10)}), 10)
        self.assertTrue(all(message.retain for message in late.heard[:10]))


class Faults(World):
    def test_what_happened_while_a_service_was_down_reaches_it_when_it_is_back(self):
        self.start_services("inventory", "billing", "packing", "store")
        self.stop("inventory")
        orders = [self.order() for _ in range(5)]
        self.start("inventory")
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        wait_for(lambda: self.reserved() == 5, "five are reserved, no more")

    def test_orders_are_taken_while_the_broker_is_away(self):
        self.start_services("inventory", "billing", "packing", "store")
        self.stop("broker", signal.SIGKILL)
        orders = [self.order() for _ in range(5)]
        wait_for(lambda: self.get("/healthz")["broker"] == "disconnected", "the store knows")
        self.assertEqual({self.status(order) for order in orders}, {"processing"})
        self.start_broker()
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        wait_for(lambda: self.reserved() == 5, "five are reserved, no more")
        for name in ("inventory", "billing", "packing", "store"):
            self.assertIn("next try in", self.log(name))

    def test_a_killed_inventory_neither_loses_nor_doubles_an_order(self):
        self.start_services("billing", "packing", "inventory", "store")
        orders = []
        for _ in range(4):
            orders += [self.order() for _ in range(5)]
            self.stop("inventory", signal.SIGKILL)
            self.start("inventory")
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        wait_for(lambda: self.reserved() == 20, "twenty are reserved, no more")

    def test_health_tells_who_is_up_and_who_was_killed(self):
        listener = self.listen("service/+/health")
        self.start_services("billing")
        wait_for(lambda: [m.payload for m in listener.heard] == [b"up"], "up")
        self.stop("billing", signal.SIGKILL)
        wait_for(lambda: [m.payload for m in listener.heard] == [b"up", b"down"], "down, by the will")
        self.start("billing")
        self.assertEqual(self.stop("billing"), 0)
        wait_for(lambda: [m.payload for m in listener.heard][2:] == [b"up", b"down"], "up and down again")


class Followers(World):
    """Services that read what is already said."""

    def test_fraud_added_while_the_others_run_stops_an_order_without_their_knowing(self):
        self.start_services("inventory", "billing", "packing", "logistics", "store")
        self.start("fraud", "--orders-per-hour-max", "2")
        orders = [self.order(customer="mallory@example.com") for _ in range(3)]
        honest = self.order(customer="ada@example.com")
        # Whoever has the third order when fraud speaks ends it: inventory, or logistics once it is offered.
        wait_for(lambda: [self.status(order) for order in (*orders, honest)] ==
                 ["shipped", "shipped", "cancelled", "shipped"], "one is cancelled, the others go on")
        self.assertEqual(self.get(f"/api/orders/{orders[2]}")["reason"], "too many orders in an hour: please call us")

    def test_a_question_is_answered_or_its_asker_told_that_nobody_does(self):
        self.start_services("inventory", "store")
        with self.assertRaises(urllib.error.HTTPError) as refusal:
            self.get("/api/address/60614")
        self.assertEqual(refusal.exception.code, 504)
        refusal.exception.close()
        self.start("catalog")
        self.assertEqual(self.get("/api/address/60614"), {"zip": "60614", "deliverable": True, "city": "Chicago"})
        self.assertFalse(self.get("/api/address/99999")["deliverable"])
        asked = subprocess.run(["mosquitto_rr", "-V", "5", "-p", str(self.port), "-t", "check/product/hazy-ipa",
                                "-e", "reply/test", "-m", "", "-W", "20"], capture_output=True, timeout=30)
        self.assertIn(b"Hazy IPA", asked.stdout, asked.stderr)

    def test_a_customer_cancels_and_gets_the_money_back(self):
        listener = self.listen("#")
        self.start_services("inventory", "billing", "store", "crm")  # no packing: the order waits, paid
        order = self.order(customer="ada@example.com")
        wait_for(lambda: self.status(order) == "paid", "paid")
        self.assertEqual(self.post(f"/api/orders/{order}/cancel", {})["status"], "cancelling")
        wait_for(lambda: self.status(order) == "cancelled", "cancelled")
        listener.wait(f"payment/refunded/{order}")
        wait_for(lambda: self.reserved() == 0, "the stock is free again")
        texts = b" ".join(m.payload for m in listener.wait(f"customer/message/{order}", 3))
        self.assertIn(b"Your money is on its way back.", texts)

    def test_a_read_model_that_was_deleted_comes_back_from_the_log(self):
        self.start_services("inventory", "billing", "packing", "store")
        reporting = self.start("reporting", "--http", "127.0.0.1:0")
        order = self.order()
        story = ["order/new", "order/reserved", "payment/paid", "order/packed"]
        wait_for(lambda: [e["event"] for e in self.get(f"/api/timeline/{order}", reporting)] == story, "the story")
        self.stop("reporting")
        if CONSUME != "queue":
            return  # no log to read again
        if DATABASE:
            subprocess.run([f"{BINARIES}/psql", "-q", self.database, "-c", "SET client_min_messages TO warning; DROP SCHEMA reporting CASCADE"], check=True, timeout=60)
        for file in self.folder.glob("reporting.db*"):
            file.unlink()
        reporting = self.start("reporting", "--http", "127.0.0.1:0")
        wait_for(lambda: [e["event"] for e in self.get(f"/api/timeline/{order}", reporting)] == story, "the story again")
        self.stop("reporting", signal.SIGKILL)
        later = self.order()
        wait_for(lambda: self.status(later) == "shipped", "shipped")
        reporting = self.start("reporting", "--http", "127.0.0.1:0")
        wait_for(lambda: self.get("/api/totals", reporting)["orders"] == 2, "two orders, each once")

    def test_privacy_waits_for_all_and_names_who_did_not_answer(self):
        self.start_services("inventory", "store", "crm")
        privacy = self.start("privacy", "--http", "127.0.0.1:0", "--participants", "dray-store,dray-crm,dray-fraud",
                             "--deadline-seconds", "3")
        self.order(customer="ada@example.com")

        def ask(kind):
            request = self.post("/api/privacy", {"customer": "ada@example.com", "kind": kind}, privacy)["request_id"]
            path = f"/api/privacy/{request}"
            wait_for(lambda: self.get(path, privacy)["state"] != "waiting", "reported")
            return self.get(path, privacy)

        report = ask("my-data")
        self.assertEqual((report["state"], report["missing"]), ("incomplete", ["dray-fraud"]))
        self.assertEqual({a["service"]: a["records"] for a in report["answers"]}, {"dray-crm": 1, "dray-store": 1})
        self.start("fraud")
        self.assertEqual(ask("forget-me")["state"], "complete")
        self.assertEqual([a["records"] for a in ask("my-data")["answers"]], [0, 0, 0])


class Dispatch(World):
    def test_where_a_window_is_open_the_soonest_wins_and_the_report_says_who_had_what(self):
        listener = self.listen("#")
        self.start_services("inventory", "billing", "packing", "store")
        fairness = self.start("logistics", "--http", "127.0.0.1:0", "--bid-window-ms", "500")
        order = self.order()
        listener.wait(f"order/ship/60614/{order}")
        for vehicle, eta in (("v-far", 100), ("v-near", 20)):
            listener.publish(f"order/bid/60614/{order}/{vehicle}", bid(order, vehicle, eta))
        listener.wait(f"order/award/{order}")
        self.assertIn(b"v-near", listener.on(f"order/award/{order}")[0].payload)
        listener.wait("vehicle/v-far/command")
        report = self.get("/api/fairness", fairness)
        self.assertEqual(report["awards_per_vehicle"], {"v-near": 1})
        self.assertEqual((report["awards"], report["jain_index"]), (1, 1))
        self.assertGreaterEqual(report["wait_ms"]["p50"], 500)


@unittest.skipIf(CONSUME == "subscription", "each instance has a subscription of its own")
class Instances(World):
    def test_two_instances_share_the_load_and_one_is_killed(self):
        seed = int(os.environ.get("DRAY_SEED", random.randrange(1 << 32)))
        print(f"DRAY_SEED={seed}")
        dice = random.Random(seed)
        self.start_services("billing", "packing", "store")
        for instance in ("inventory", "inventory-2"):
            self.start("inventory", "--metrics", "127.0.0.1:0", instance=instance)
        wait_for(lambda: len(self.get("/api/products")["products"]) == 10, "the store knows the products")
        orders = [self.order() for _ in range(40)]
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        share = [self.metric(name, 'dray_service_events_total') for name in ("inventory", "inventory-2")]
        self.assertGreater(min(share), 10, share)
        for _ in range(30):
            orders.append(self.order())
            if dice.random() < 0.1 and "inventory-2" in self.processes:
                self.stop("inventory-2", signal.SIGKILL)
                killed = time.monotonic()
        if CONSUME == "shared" and "inventory-2" not in self.processes:
            self.start("inventory", instance="inventory-2")  # what the broker has given it waits for it
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        wait_for(lambda: self.reserved() == len(orders), "each is reserved once")
        if "inventory-2" not in self.processes:
            print(f"shares were {share}; all that was under way was shipped {time.monotonic() - killed:.2f} s after the kill")


@unittest.skipIf(CONSUME != "queue", "exclusive is the queue")
class Standby(World):
    def test_one_dispatcher_is_active_and_the_other_takes_over_when_it_is_killed(self):
        listener = self.listen("order/#")
        self.start_services("inventory", "billing", "packing", "store")
        self.start("logistics")
        self.start("logistics", "--metrics", "127.0.0.1:0", instance="logistics-2")
        for active, standby in (("logistics", "logistics-2"), ("logistics-2", "logistics")):
            order = self.order()
            listener.wait(f"order/ship/60614/{order}")
            if standby == "logistics-2":
                self.assertEqual(self.metric(standby, "dray_service_events_total"), 0)
            begin = time.monotonic()
            self.stop(active, signal.SIGKILL)
            listener.publish(f"order/bid/60614/{order}/v-{active}", bid(order, f"v-{active}"))
            listener.wait(f"order/award/{order}")
            print(f"{standby} took over from {active} in {time.monotonic() - begin:.2f} s")
            self.start("logistics", instance=active)
        awards = {message.topic: properties(message)["event-id"] for message in listener.on("order/award/")}
        self.assertEqual(len(awards), 2)
        for message in listener.on("order/award/"):
            self.assertEqual(properties(message)["event-id"], awards[message.topic], "one award, however often it is told")


    def test_one_shows_where_the_vehicle_is_and_the_other_takes_over_when_it_is_killed(self):
        listener = self.listen("order/track/#")
        self.start("tracking")
        self.start("tracking", instance="tracking-2")
        listener.publish("order/award/o1", award("o1", "v1"))

        def shown():
            listener.publish("vehicle/v1/location", location("v1"))
            return listener.on("order/track/o1")
        wait_for(shown, "the customer sees the vehicle")
        listener.heard.clear()
        for _ in range(3):
            listener.publish("vehicle/v1/location", location("v1"))
            time.sleep(1)  # each is shown, by one of the two
        self.assertLessEqual(len(listener.heard), 4)  # one may have been under way
        self.stop("tracking", signal.SIGKILL)
        begin = time.monotonic()
        listener.heard.clear()
        wait_for(shown, "the customer sees it again")
        print(f"tracking-2 took over in {time.monotonic() - begin:.2f} s")
        self.start("tracking")
        listener.publish("order/award/o2", award("o2", "v1"))
        wait_for(lambda: shown() and listener.on("order/track/o2"), "a new order is shown, too")


@unittest.skipIf(CONSUME != "queue" or not DATABASE, "a server that goes away")
class DatabaseThatGoesAway(World):
    def make_database(self):
        self.server = Postgres()
        self.addCleanup(self.server.remove)
        return self.server.url

    def test_services_wait_for_it_and_nothing_is_lost_or_a_dead_letter(self):
        dead = self.listen("$queue/dead")
        self.start_services("inventory", "billing", "packing", "store")
        orders = [self.order() for _ in range(20)]
        self.server.stop("immediate")
        with self.assertRaises((urllib.error.HTTPError, TimeoutError, OSError)):
            urllib.request.urlopen(f"http://{self.store}/api/orders", json.dumps(ORDER).encode(), timeout=3)
        begin = time.monotonic()
        self.server.start()
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        print(f"20 orders went on {time.monotonic() - begin:.2f} s after the start of the server")
        self.assertEqual(dead.heard, [])


@unittest.skipIf(CONSUME != "queue", "dead letters are the queue's")
class Poison(World):
    def test_what_cannot_be_read_ends_as_a_dead_letter_and_holds_up_nobody(self):
        self.start_services("inventory", "store")
        listener = self.listen("order/#")
        dead = self.listen("$queue/dead")
        listener.publish("order/new/60614/o1", b"\xff\xff\xff")
        order = self.order()
        listener.wait(f"order/reserved/{order}")
        letter = dead.wait("order/new/60614/o1")[0]
        self.assertEqual(letter.payload, b"\xff\xff\xff")
        self.assertEqual(properties(letter)["dead-letter-queue"], "inventory")


class Settings(unittest.TestCase):
    def fails(self, *arguments, **environment):
        done = subprocess.run([BUILD / "bin/dray-store", *arguments], env={**os.environ, **environment}, timeout=30,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(done.stdout, "")
        return done.stderr.splitlines()[-1]

    def test_mistakes_are_named(self):
        self.assertEqual(self.fails("--broker", "localhost"),
                         'dray-store: broker must look like mqtt://host:1883, not "localhost"')
        self.assertEqual(self.fails("--http", "8080"),
                         'dray-store: --http must look like 127.0.0.1:8080, not "8080"')
        self.assertEqual(self.fails(DRAY__STORE__ASK_AGAIN_SECONDS="soon"),
                         "dray-store: environment DRAY__STORE__ASK_AGAIN_SECONDS: store.ask_again_seconds must be a "
                         'whole number, not "soon"')
        self.assertIn("/nowhere/zips.json: cannot be read", self.fails("--map", "/nowhere"))
        self.assertIn("database /proc/x/store.db", self.fails("--data-dir", "/proc/x"))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assertIn(f"--http {address}: bind: Address already in use", self.fails("--http", address))


if __name__ == "__main__":
    unittest.main(verbosity=2)
