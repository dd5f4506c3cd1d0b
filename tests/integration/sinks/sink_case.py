"""What tests of sinks share: a drayd with a stream and a sink, which may be killed and comes back, and a publisher.

    main(count)     takes PATH-OF-DRAYD PATH-OF-DRAYCTL [...] from the command line, as programs.main does
"""
import collections
import contextlib
import pathlib
import re
import signal
import sys
import tempfile
import unittest

import paho.mqtt.client as paho

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "integration/admin"), str(TESTS / "integration/clients"), str(TESTS / "bench")]
from programs import Drayd, wait_for  # noqa: E402

CONFIG = """
data_dir = "{folder}/data"
[[stream]]
name = "events"
filters = ["t/#"]
[[sink]]
name = "away"
stream = "events"
retry_ms_min = 20
retry_ms_max = 200
{sink}
"""
TOPICS = 5


class Publisher(paho.Client):
    def __init__(self, port):
        super().__init__("publisher", protocol=paho.MQTTv5)
        self.answered = 0
        self.max_inflight_messages_set(500)
        self.on_publish = lambda *_: setattr(self, "answered", self.answered + 1)
        self.connect("127.0.0.1", port, keepalive=600)
        self.loop_start()

    def all_acknowledged(self, count):
        wait_for(lambda: self.answered >= count, "the acknowledgements")
        self.disconnect()
        self.loop_stop()


class SinkCase(unittest.TestCase):
    sink = ""  # what the sink's table says besides

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.drayd = None

    def folder(self):
        return pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="dray-sink-")))

    def start(self, folder, sink):
        (folder / "drayd.toml").write_text(CONFIG.format(folder=folder, sink=sink))
        self.drayd = self.stack.enter_context(Drayd(folder, "--config", folder / "drayd.toml", "--threads", 2))
        return self.drayd

    def kill(self):
        self.drayd.stop(signal.SIGKILL)

    def publish(self, messages):
        """(topic, payload) or (topic, payload, properties), all acknowledged."""
        publisher = Publisher(self.drayd.port("mqtt"))
        for message in messages:
            publisher.publish(message[0], message[1], 1, properties=message[2] if len(message) > 2 else None)
        publisher.all_acknowledged(len(messages))

    def batch(self, number, size):
        return [(f"t/{i % TOPICS}", str(i)) for i in range(number * size, (number + 1) * size)]

    def shown(self):
        return self.drayd.ctl_json("sink", "ls")["sinks"][0]

    def figure(self, name):
        status, text = self.drayd.http("GET", "/metrics")
        self.assertEqual(status, 200)
        found = re.search(rf"^dray_sink_{name}{{.*}} (\d+)$", text, re.M)
        return int(found[1]) if found else 0

    def is_up(self):
        wait_for(lambda: self.figure("up"), "the sink")

    def check_order(self, got, count):
        """`got`: (topic, payload) as they came. All are there, and of each topic the first of each in order."""
        wanted = set(self.batch(0, count))
        self.assertEqual({(topic, payload) for topic, payload in got}, wanted)
        seen, last = set(), collections.defaultdict(lambda: -1)
        for topic, payload in got:
            if (topic, payload) in seen:
                continue
            seen.add((topic, payload))
            self.assertGreater(int(payload), last[topic], f"the order of {topic}")
            last[topic] = int(payload)
        print(f"  {count} messages, {len(got) - count} of them twice", file=sys.stderr)
