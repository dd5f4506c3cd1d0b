#!/usr/bin/python3
"""Following clients and messages (drayctl trace, GET /api/v1/trace) at a real drayd.

    trace_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import base64
import contextlib
import http.client
import json
import pathlib
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from programs import DEADLINE_S, PROGRAMS, Drayd, main, wait_for

TRACES_MAX = 8


class Trace:
    """What `drayctl trace` prints, from the moment on at which it follows."""

    def __init__(self, drayd, *arguments):
        self.process = subprocess.Popen(
            [PROGRAMS["drayctl"], "--admin", drayd.address["admin"], "trace", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = self.process.stderr.readline()
        assert first.startswith("following "), first
        self.lines = []
        self.reading = threading.Thread(target=self.read, daemon=True)
        self.reading.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def line(self, *parts):
        """The first line that has all of these."""
        def found():
            return next((line for line in list(self.lines) if all(part in line for part in parts)), None)
        try:
            return wait_for(found, f"a line with {parts}")
        except AssertionError as error:
            raise AssertionError(f"{error}; there are\n" + "\n".join(self.lines)) from None

    def close(self):
        self.process.terminate()
        self.process.wait(DEADLINE_S)
        self.reading.join(DEADLINE_S)
        self.process.stdout.close()
        self.process.stderr.close()


class Following(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dray-trace-")))
        rules = cls.folder / "acl"
        rules.write_text("topic write allowed/#\ntopic read allowed/#\ntopic readwrite job/#\n")
        (cls.folder / "drayd.toml").write_text(
            '[[queue]]\nname = "jobs"\nfilters = ["job/#"]\ndead_letter_queue = "dead"\n')
        cls.drayd = Drayd(cls.folder, "--threads", "2", "--config", cls.folder / "drayd.toml",
                          "--set", f"auth.acl_file={rules}")
        cls.addClassCleanup(cls.drayd.__exit__)

    def trace(self, *arguments):
        return self.enterContext(contextlib.closing(Trace(self.drayd, *arguments)))

    def client(self, name, connects=True, **will):
        client = mqtt.Client(name, protocol=mqtt.MQTTv5)
        if will:
            client.will_set(**will)
        client.username_pw_set("ann", "do-not-show-this")
        connected = threading.Event()
        client.on_connect = lambda *_: connected.set()
        client.connect("127.0.0.1", self.drayd.port("mqtt"))
        client.loop_start()
        self.addCleanup(client.loop_stop)
        self.assertTrue(connected.wait(DEADLINE_S))
        return client

    def test_a_client_is_followed_from_connect_to_disconnect(self):
        trace = self.trace("client", "c1")
        client = self.client("c1", topic="allowed/gone", payload="x")
        trace.line("c1 connect", "version=5.0", "user=ann", "password=true", "will=allowed/gone", "peer=127.0.0.1:")
        trace.line("c1 connack reason=Success")
        client.subscribe([("allowed/#", 1), ("secret/#", 0)])
        trace.line("c1 subscribe", "filter=allowed/#", "qos=1")
        trace.line("c1 suback", 'reasons="Granted QoS 1,Not authorized"')
        for qos in (0, 1, 2):
            client.publish(f"allowed/{qos}", "do-not-show-this", qos)
            trace.line("c1 publish", f"topic=allowed/{qos}", f"qos={qos}", "bytes=16")
            trace.line("- takers", f"topic=allowed/{qos}", "subscriptions=1")
            trace.line("c1 deliver", f"topic=allowed/{qos}", f"qos={min(qos, 1)}")
        trace.line("c1 puback by=broker", "reason=Success")
        trace.line("c1 pubcomp by=broker", "reason=Success")
        trace.line("c1 puback by=client", "topic=allowed/1")
        client.publish("secret/x", "y", 1)
        trace.line("c1 refuse topic=secret/x", 'reason="Not authorized"', "the access rules do not allow this topic")
        trace.line("c1 puback by=broker", 'reason="Not authorized"')
        client.disconnect()
        trace.line("c1 disconnect", "client disconnected", "session=ends")
        self.assertNotIn("do-not-show-this", "\n".join(trace.lines))

    def test_a_client_that_is_not_let_in(self):
        with tempfile.TemporaryDirectory(prefix="dray-trace-") as folder:
            with Drayd(folder, "--set", "listeners.allow_anonymous=false") as drayd, \
                    contextlib.closing(Trace(drayd, "client", "stranger")) as trace:
                client = mqtt.Client("stranger")
                client.connect("127.0.0.1", drayd.port("mqtt"))
                client.loop_start()
                trace.line("stranger connect", "version=3.1.1")
                trace.line("stranger connack", 'reason="Not authorized"', "anonymous clients are not allowed")
                client.loop_stop()

    def test_messages_are_followed_to_their_end(self):
        trace = self.trace("topic", "job/#")
        client = self.client("c2")
        brief = Properties(PacketTypes.PUBLISH)
        brief.MessageExpiryInterval = 1
        client.publish("job/1", "x", 1, properties=brief)
        trace.line("c2 publish topic=job/1", "qos=1", "expiry_s=1")
        trace.line("- takers topic=job/1", "groups=$queue/jobs")
        trace.line("- dead-letter topic=job/1", "from=$queue/jobs to=$queue/dead why=expired")

    def test_payloads_are_shown_on_request_and_ours_are_decoded(self):
        trace = self.trace("topic", "job/#", "--payload", "--payload-bytes-max", "5")
        client = self.client("c3")
        client.publish("job/words", "wordswords", 1)
        trace.line("c3 publish topic=job/words", "payload_bytes=10 truncated=true payload=words")
        ours = self.trace("--json", "topic", "order/#", "--decode")
        placed = base64.b64encode(b"\x0a\x05\x12\x03o-1").decode()  # an OrderPlaced whose header names that order
        self.drayd.http("POST", "/api/v1/publish", {"topic": "order/new/60614/o-1", "payload_base64": placed})
        step = json.loads(ours.line('"step":"publish"', "order/new/60614/o-1"))
        self.assertEqual(step["decoded"], {"header": {"order_id": "o-1"}})

    def test_a_flood_is_cut_and_the_rest_counted(self):
        trace = self.trace("topic", "flood", "--lines-per-s-max", "5")
        for _ in range(50):
            self.drayd.http("POST", "/api/v1/publish", {"topic": "flood", "payload": "x"})
        trace.line("- left-out lines=")

    def connection(self, query):
        connection = http.client.HTTPConnection("127.0.0.1", self.drayd.port("admin"), timeout=DEADLINE_S)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/trace?" + urllib.parse.urlencode(query))
        return connection, connection.getresponse()

    def test_it_ends_with_the_watcher_and_there_is_a_limit(self):
        open_ = [self.connection({"client": "x"}) for _ in range(TRACES_MAX)]
        self.assertEqual({answer.status for _, answer in open_}, {200})
        self.assertEqual(self.drayd.http("GET", "/api/v1/trace?client=x")[0], 503)
        for connection, answer in open_:
            answer.close()
            connection.close()
        # Each place is free again, so that as many fit.
        def fits():
            connection, answer = self.connection({"client": "x"})
            answer.close()
            connection.close()
            return answer.status == 200
        for _ in range(TRACES_MAX):
            wait_for(fits, "a place")

    def test_a_broker_that_is_watched_stops(self):
        with tempfile.TemporaryDirectory(prefix="dray-trace-") as folder, Drayd(folder, "--threads", "2") as drayd:
            with contextlib.closing(Trace(drayd, "topic", "#")) as trace:
                self.assertEqual(drayd.stop(), 0)
                self.assertEqual(trace.process.wait(DEADLINE_S), 3)

    def test_mistakes_are_named(self):
        for query, field in ((("",), "client"), (("client=a", "topic=b"), "client"), (("topic=a%23",), "topic"),
                             (("client=a", "lines_per_s_max=0"), "lines_per_s_max"), (("client=a", "payload=maybe"), "payload"),
                             (("client=a", "lines_per_s_max=2001"), "lines_per_s_max"), (("client=a", "color=red"), "color")):
            status, problem = self.drayd.http("GET", "/api/v1/trace?" + "&".join(query))
            self.assertEqual((status, problem["field"]), (400, field), query)
        self.assertIn("topic", self.drayd.ctl("trace", "topic", "a#b", code=1).stderr)


if __name__ == "__main__":
    main()
