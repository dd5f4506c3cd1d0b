#!/usr/bin/python3
"""What every service does: events with headers, health, dead letters, clear mistakes; and when broker or database go away."""
import json
import os
import signal
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from postgres import Postgres
from world import BUILD, CONSUME, DATABASE, ORDER, World, properties, wait_for


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

    def test_nonsense_on_a_topic_is_ignored_with_a_word_in_the_log(self):
        listener = self.listen("order/#")
        self.start_services("inventory", "store")
        for payload in (b"", b"\xff\xff\xff", b"{}", os.urandom(1000)):
            listener.publish("order/new/60614/o1", payload)
        order = self.order()
        listener.wait(f"order/reserved/{order}")
        self.assertIn("order/new/60614/o1: 3 bytes that are no dray.v1.OrderPlaced", self.log("inventory"))

    def test_health_tells_who_is_up_and_who_was_killed(self):
        listener = self.listen("service/+/health")
        self.start_services("billing")
        wait_for(lambda: [m.payload for m in listener.heard] == [b"up"], "up")
        self.stop("billing", signal.SIGKILL)
        wait_for(lambda: [m.payload for m in listener.heard] == [b"up", b"down"], "down, by the will")
        self.start("billing")
        self.assertEqual(self.stop("billing"), 0)
        wait_for(lambda: [m.payload for m in listener.heard][2:] == [b"up", b"down"], "up and down again")

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
