#!/usr/bin/python3
"""A real drayd with a store in which single records have rotted: it goes on, and says what is lost.

    damage_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]        rot_record is beside them
"""
import pathlib
import re
import subprocess
import tempfile
import unittest

import paho.mqtt.client as paho
from programs import DEADLINE_S, PROGRAMS, Drayd, main, wait_for

CONFIG = """
[[queue]]
name = "jobs"
filters = ["job"]
[[stream]]
name = "events"
filters = ["event"]
"""
MESSAGES = 10
EVENTS = 400  # of 1 KB: more than one segment, for the last one is read at the start


class Damage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-damage-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "drayd.toml").write_text(CONFIG)

    def drayd(self):
        return Drayd(self.folder, "--config", self.folder / "drayd.toml", "--data-dir", self.folder / "data",
                     "--threads", "2")

    def client(self, drayd, name):
        client = paho.Client(name, clean_session=False)
        client.got = []
        client.on_message = lambda *event: client.got.append(int(event[2].payload[:6]))
        granted = []
        client.on_subscribe = lambda *_: granted.append(1)
        client.connect("127.0.0.1", drayd.port("mqtt"))
        client.loop_start()
        client.subscribes = lambda topic: (client.subscribe(topic, 1), wait_for(lambda: granted, "SUBACK"))
        return client

    @staticmethod
    def leave(client):
        client.disconnect()
        client.loop_stop()

    def publish(self, drayd, topic, count, size):
        client = self.client(drayd, "publisher")
        for number in range(count):
            client.publish(topic, f"{number:06}" + "x" * size, 1).wait_for_publish(DEADLINE_S)
        self.leave(client)

    def rot(self, table, at):
        program = pathlib.Path(PROGRAMS["drayd"]).with_name("rot_record")
        subprocess.run([program, self.folder / "data/store", table, str(at)], check=True, timeout=DEADLINE_S)

    def gets_all_but(self, drayd, name, topic, count, lost):
        client = self.client(drayd, name)
        client.subscribes(topic)
        wanted = [number for number in range(count) if number != lost]
        wait_for(lambda: len(client.got) >= len(wanted), f"{len(wanted)} messages of {topic}")
        self.leave(client)
        self.assertEqual(client.got, wanted)

    def test_what_is_damaged_is_named_and_everything_else_is_there(self):
        with self.drayd() as drayd:
            away = self.client(drayd, "away")
            away.subscribes("session")
            self.leave(away)
            self.publish(drayd, "session", MESSAGES, 10)
            self.publish(drayd, "job", MESSAGES, 10)
            self.publish(drayd, "event", EVENTS, 1000)
        self.rot("entries", 4)
        self.rot("queue_entries", 6)  # one by one they came; the first record is no message
        self.rot("stream_records", 3)
        with self.drayd() as drayd:
            self.gets_all_but(drayd, "away", "session", MESSAGES, 4)
            self.gets_all_but(drayd, "worker", "$queue/jobs", MESSAGES, 5)
            self.gets_all_but(drayd, "reader", "$stream/events/earliest", EVENTS, 3)
            for where in ("session 'away', message 5", "queue 'jobs', message 6", "stream 'events', offset 4"):
                self.assertRegex(drayd.log(), f'error +the store is damaged +where="{where}"')
            _, metrics = drayd.http("GET", "/metrics")
            lost = re.findall(r'dray_messages_discarded_total\{.*reason="damaged"\} (\d+)', metrics)
            self.assertEqual(sum(map(int, lost)), 3)


if __name__ == "__main__":
    main()
