#!/usr/bin/python3
"""Streams and delayed messages of a real drayd, through the clients that people use, and over restarts.

    stream_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import pathlib
import queue
import signal
import subprocess
import tempfile
import time
import unittest

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from programs import DEADLINE_S, Drayd, main

CONFIG = """
[[stream]]
name = "events"
filters = ["order/#"]
"""


class Person:
    """A Paho client of version 5.0 with its messages in a queue."""

    def __init__(self, drayd, name):
        self.messages, self.granted = queue.Queue(), queue.Queue()
        self.client = paho.Client(name, protocol=paho.MQTTv5)
        self.client.on_message = lambda _c, _u, message: self.messages.put(message)
        self.client.on_subscribe = lambda _c, _u, _mid, granted, *_: self.granted.put(granted)
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        self.client.connect("127.0.0.1", drayd.port("mqtt"), clean_start=False, properties=properties)
        self.client.loop_start()

    def publishes(self, topic, numbers):
        for number in numbers:
            self.client.publish(topic, str(number), 1).wait_for_publish(DEADLINE_S)

    def reads(self, start, stream="events"):
        properties = Properties(PacketTypes.SUBSCRIBE)
        properties.UserProperty = ("stream-offset", str(start))
        self.client.subscribe(f"$stream/{stream}", 1, properties=properties)
        return self.granted.get(timeout=DEADLINE_S)

    def gets(self, count):
        """Offset and payload of each."""
        got = [self.messages.get(timeout=DEADLINE_S) for _ in range(count)]
        return [(int(dict(message.properties.UserProperty)["stream-offset"]), int(message.payload)) for message in got]

    def leaves(self):
        self.client.disconnect()
        self.client.loop_stop()


class Streams(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-streams-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "drayd.toml").write_text(CONFIG)

    def drayd(self, threads=2):
        return Drayd(self.folder, "--config", self.folder / "drayd.toml", "--data-dir", self.folder / "data",
                     "--threads", threads)

    def person(self, drayd, name):
        who = Person(drayd, name)
        self.addCleanup(who.leaves)
        return who

    def mosquitto_sub(self, drayd, topic, count, *more):
        """The lines that it prints before it has so many messages."""
        done = subprocess.run(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(drayd.port("mqtt")), "-q", "1", "-t", topic,
                               "-C", str(count), *more], capture_output=True, text=True, timeout=DEADLINE_S)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_readers_of_either_version_begin_where_they_say(self):
        with self.drayd() as drayd:
            self.person(drayd, "p").publishes("order/a", range(1, 101))
            self.person(drayd, "q").publishes("order/b/c", [101])
            for start, first in (("earliest", 1), ("99", 99), ("@0", 1), ("@1970-01-01T00:00:00Z", 1)):
                with self.subTest(start=start):
                    lines = self.mosquitto_sub(drayd, f"$stream/events/{start}/order/a", 101 - first)
                    self.assertEqual(lines, [str(number) for number in range(first, 101)])
            self.assertEqual(self.mosquitto_sub(drayd, "$stream/events/earliest/order/+/c", 1, "-v"), ["order/b/c 101"])
            reader = self.person(drayd, "r")
            reader.reads(100)
            self.assertEqual(reader.gets(2), [(100, 100), (101, 101)])
            self.person(drayd, "late").publishes("order/a", [102])
            self.assertEqual(reader.gets(1), [(102, 102)])

    def test_what_is_no_stream_is_refused(self):
        with self.drayd() as drayd:
            granted = self.person(drayd, "r").reads("earliest", "nothing")
            self.assertEqual([reason.getName() for reason in granted], ["Topic filter invalid"])

    def test_a_killed_broker_has_it_all_and_a_reader_goes_on(self):
        with self.drayd(threads=4) as drayd:
            self.person(drayd, "p").publishes("order/a", range(1, 301))
            reader = self.person(drayd, "r")
            reader.reads("earliest")
            self.assertEqual(reader.gets(300), [(number, number) for number in range(1, 301)])
            reader.leaves()
            self.person(drayd, "late").publishes("order/a", range(301, 311))
            drayd.stop(signal.SIGKILL)
        with self.drayd(threads=1) as drayd:
            reader = self.person(drayd, "r")
            self.assertEqual(reader.gets(10), [(number, number) for number in range(301, 311)])
            self.assertEqual(self.mosquitto_sub(drayd, "$stream/events/earliest", 310)[-1], "310")

    def test_a_delayed_message_comes_after_a_restart(self):
        with self.drayd() as drayd:
            begin = time.monotonic()
            self.person(drayd, "p").publishes("$delayed/3/order/late", [7])
            drayd.stop(signal.SIGKILL)
        with self.drayd() as drayd:
            self.assertEqual(self.mosquitto_sub(drayd, "$stream/events/earliest/order/late", 1), ["7"])
            self.assertGreaterEqual(time.monotonic() - begin, 2.9)


if __name__ == "__main__":
    main()
