#!/usr/bin/python3
"""drayctl store check and repair on what a real drayd has kept, sound and damaged.

    store_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import json
import pathlib
import subprocess
import tempfile
import unittest

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from programs import DEADLINE_S, PROGRAMS, Drayd, drayctl, main, wait_for

MESSAGES = 60


def publish_and_wait(client, topic, payload, retain=False):
    client.publish(topic, payload, 1, retain).wait_for_publish(DEADLINE_S)


class Store(unittest.TestCase):
    """A subscriber that is away, messages that wait for it, and a retained message."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-store-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"
        with self.drayd() as drayd:
            self.receive(drayd, 0)
            client = paho.Client("publisher")
            client.connect("127.0.0.1", drayd.port("mqtt"))
            client.loop_start()
            for number in range(MESSAGES):
                publish_and_wait(client, "t/x", f"{number:04}".encode() + b"x" * 1000)
            publish_and_wait(client, "r/x", b"kept", True)
            client.disconnect()
            client.loop_stop()
            running = drayctl("store", "check", self.data)
        self.assertEqual(running.returncode, 1)
        self.assertIn("is in use: stop the broker first", running.stderr)

    def drayd(self):
        return Drayd(self.folder, "--data-dir", self.data, "--threads", "2")

    def receive(self, drayd, count):
        """The numbers of at least so many messages that waited for the subscriber."""
        got = []
        subscribed = []
        client = paho.Client("subscriber", clean_session=False)
        client.on_message = lambda *event: got.append(int(event[2].payload[:4]))
        client.on_subscribe = lambda *_: subscribed.append(1)
        client.connect("127.0.0.1", drayd.port("mqtt"))
        client.loop_start()
        client.subscribe("t/#", 1)
        wait_for(lambda: subscribed and len(got) >= count, f"{count} messages")
        client.disconnect()
        client.loop_stop()
        return got

    def damage_log(self):
        log = max((self.data / "store").glob("*.log"), key=lambda file: file.stat().st_size)
        with open(log, "r+b") as file:
            file.seek(log.stat().st_size // 2)
            file.write(b"damage")

    def test_a_sound_store_is_called_so(self):
        done = drayctl("--json", "store", "check", self.data)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["faults"], [])
        self.assertEqual(report["tables"]["sessions"]["records"], 1)
        self.assertGreaterEqual(report["tables"]["retained"]["records"], 1)
        with self.drayd() as drayd:
            self.assertEqual(self.receive(drayd, MESSAGES), list(range(MESSAGES)))

    def entries(self):
        """How many pages of messages for sessions are on disk, and their bytes."""
        return json.loads(drayctl("--json", "store", "check", self.data).stdout)["tables"]["entries"]

    def test_what_only_an_ended_subscription_held_is_freed_on_disk(self):
        """UNSUBSCRIBE by a client that takes one message at a time: those that wait are gone at once."""
        self.assertGreater(self.entries()["bytes"], MESSAGES * 1000)
        got, ended = [], []
        terms = Properties(PacketTypes.CONNECT)
        terms.SessionExpiryInterval = 3600
        terms.ReceiveMaximum = 1
        client = paho.Client("subscriber", protocol=paho.MQTTv5)

        def unsubscribe(*event):
            got.append(event[2].payload)
            client.unsubscribe("t/#")

        client.on_message = unsubscribe
        client.on_unsubscribe = lambda *_: ended.append(1)
        with self.drayd() as drayd:
            client.connect("127.0.0.1", drayd.port("mqtt"), clean_start=False, properties=terms)
            client.loop_start()
            wait_for(lambda: ended, "UNSUBACK")
            client.disconnect()
            client.loop_stop()
        self.assertEqual(len(got), 1)
        self.assertEqual(self.entries()["records"], 0)

    def test_a_damaged_store_is_refused_and_repaired(self):
        self.damage_log()
        refused = subprocess.run([PROGRAMS["drayd"], "--mqtt", "127.0.0.1:0", "--ws=", "--data-dir", self.data],
                                 capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"drayctl store repair {self.data}", refused.stderr)
        checked = drayctl("store", "check", self.data)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("checksum mismatch", checked.stdout)
        repaired = drayctl("--json", "store", "repair", self.data)
        self.assertEqual(repaired.returncode, 0, repaired.stderr)
        report = json.loads(repaired.stdout)
        self.assertTrue(any("dropping" in step for step in report["steps"]), report)
        self.assertTrue(pathlib.Path(report["backup"], "CURRENT").exists())
        self.assertEqual(drayctl("store", "check", self.data).returncode, 0)
        with self.drayd() as drayd:
            got = self.receive(drayd, MESSAGES // 4)
        self.assertEqual(got, sorted(set(got)), "in order, none twice")

    def test_a_folder_without_a_store_is_refused(self):
        for command in ("check", "repair"):
            done = drayctl("store", command, self.folder / "nothing")
            self.assertEqual(done.returncode, 1)
            self.assertIn("there is no store in", done.stderr)


if __name__ == "__main__":
    main()
