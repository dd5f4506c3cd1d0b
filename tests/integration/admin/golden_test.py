#!/usr/bin/python3
"""A store that an earlier drayd has written, checked in as golden_store/: every later one must read it.

    golden_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
    golden_test.py --make PATH-OF-DRAYD         writes golden_store/ anew: only when the format changes on purpose

It holds one message for two sessions (stored once), a message for one of them, a QoS 2 message that its publisher has
not released, a retained message, a queue with two messages and a stream with three.
"""
import json
import pathlib
import shutil
import socket
import sys
import tempfile
import unittest

import paho.mqtt.client as paho
from programs import DEADLINE_S, PROGRAMS, Drayd, drayctl, main, wait_for

GOLDEN = pathlib.Path(__file__).parent / "golden_store"
KEPT_FILES = ("CURRENT", "IDENTITY", "MANIFEST-*", "*.log", "*.sst")
OPTIONS = ("--threads", "2", "--set", "limits.sys_interval_ms=0",
           "--set", "queue.0.name=jobs", "--set", "queue.0.filters=job/#",
           "--set", "stream.0.name=events", "--set", "stream.0.filters=event/#")


class Client:
    """A kept session; what has come, in order."""

    def __init__(self, drayd, client_id, filters=()):
        self.got, answers = [], []
        self.client = paho.Client(client_id, clean_session=False)
        self.client.on_message = lambda *event: self.got.append((event[2].topic, event[2].payload.decode()))
        self.client.on_subscribe = lambda *_: answers.append(1)
        self.client.on_connect = lambda *event: answers.append(1)
        self.client.connect("127.0.0.1", drayd.port("mqtt"))
        self.client.loop_start()
        wait_for(lambda: answers, "CONNACK")
        for filter_ in filters:
            answers.clear()
            self.client.subscribe(filter_, 1)
            wait_for(lambda: answers, "SUBACK")

    def publish(self, topic, payload, qos=1, retain=False):
        self.client.publish(topic, payload, qos, retain).wait_for_publish(DEADLINE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.disconnect()
        self.client.loop_stop()


def publish_without_release(port):
    """QoS 2 as far as PUBREC: the broker keeps the packet id."""
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as wire:
        wire.settimeout(DEADLINE_S)
        wire.sendall(b"\x10\x13\x00\x04MQTT\x04\x00\x00\x00\x00\x07halfway")
        wire.recv(4)
        wire.sendall(b"\x34\x09\x00\x03a/x\x00\x09" + b"2x")
        assert wire.recv(4) == b"\x50\x02\x00\x09"


def make():
    with tempfile.TemporaryDirectory(prefix="dray-golden-") as folder:
        data = pathlib.Path(folder) / "data"
        with Drayd(folder, "--data-dir", data, *OPTIONS) as drayd:
            for name, filters in (("first", ("a/#", "only/first")), ("second", ("a/#",))):
                with Client(drayd, name, filters):
                    pass
            with Client(drayd, "publisher") as publisher:
                publisher.publish("a/both", "for both")
                publisher.publish("only/first", "for one")
                publisher.publish("kept/topic", "retained", retain=True)
                for number in (1, 2):
                    publisher.publish("job/new", f"job {number}")
                for number in (1, 2, 3):
                    publisher.publish("event/new", f"event {number}")
            publish_without_release(drayd.port("mqtt"))
        shutil.rmtree(GOLDEN, ignore_errors=True)
        GOLDEN.mkdir()
        for pattern in KEPT_FILES:
            for file in (data / "store").glob(pattern):
                shutil.copy(file, GOLDEN)
    print(sum(file.stat().st_size for file in GOLDEN.iterdir()), "bytes in", GOLDEN)


class GoldenStore(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-golden-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"
        (self.data / "store").mkdir(parents=True)
        for file in GOLDEN.iterdir():
            shutil.copy(file, self.data / "store")

    def test_is_sound(self):
        done = drayctl("--json", "store", "check", self.data)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual((report["faults"], report["leftovers"]), ([], []))
        counts = {table: count["records"] for table, count in report["tables"].items()}
        for table, records in {"sessions": 4, "subscriptions": 3, "bodies": 2, "holders": 2, "incoming": 1,
                               "retained": 1, "queues": 1, "queue_entries": 3, "streams": 1,
                               "stream_records": 3}.items():
            self.assertEqual(counts[table], records, table)

    def read_back(self):
        # With another number of shards than it was written with.
        with Drayd(self.folder, "--data-dir", self.data, "--threads", "4") as drayd:
            with Client(drayd, "first") as first, Client(drayd, "second") as second:
                wait_for(lambda: len(first.got) >= 3 and len(second.got) >= 2, "what waited for them")
                self.assertEqual(sorted(first.got),
                                 [("a/both", "for both"), ("a/x", "2x"), ("only/first", "for one")])
                self.assertEqual(second.got, [("a/both", "for both"), ("a/x", "2x")])
            with Client(drayd, "reader", ("kept/#", "$stream/events/earliest/#", "$queue/jobs")) as reader:
                wait_for(lambda: len(reader.got) >= 6, "retained message, stream and queue")
                self.assertEqual(sorted(reader.got), [
                    ("event/new", "event 1"), ("event/new", "event 2"), ("event/new", "event 3"),
                    ("job/new", "job 1"), ("job/new", "job 2"), ("kept/topic", "retained")])

    def test_everything_in_it_is_delivered(self):
        self.read_back()

    def test_everything_in_it_survives_repair(self):
        done = drayctl("--json", "store", "repair", self.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["lost"], [])
        self.read_back()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        PROGRAMS["drayd"] = sys.argv[2]
        make()
    else:
        main()
