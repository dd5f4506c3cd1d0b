#!/usr/bin/python3
"""What operators see of sessions, subscriptions, topics and retained messages, and the console's files.

    session_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import pathlib
import tempfile
import unittest
import urllib.parse

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from programs import DEADLINE_S, Drayd, main, wait_for

SESSIONS = 25


class Client:
    """A client of version 5.0 whose session outlives it."""

    def __init__(self, drayd, name):
        self.client = paho.Client(name, protocol=paho.MQTTv5)
        self.granted, self.reasons = [], []
        self.client.on_subscribe = lambda *_: self.granted.append(1)
        self.client.on_disconnect = lambda _client, _user, reason, *_: self.reasons.append(getattr(reason, "value", reason))
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        self.client.connect("127.0.0.1", drayd.port("mqtt"), clean_start=False, properties=properties)
        self.client.loop_start()

    def subscribes(self, *filters):
        self.client.subscribe([(each, paho.SubscribeOptions(qos=1)) for each in filters])
        wait_for(lambda: self.granted, "the subscription")
        return self

    def publishes(self, topic, payload=b"x", retain=False):
        self.client.publish(topic, payload, 1, retain).wait_for_publish(DEADLINE_S)

    def leaves(self):
        self.client.disconnect()
        self.client.loop_stop()


class Sessions(unittest.TestCase):
    """One broker of two shards for all of them; each test has client ids of its own."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="dray-sessions-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        files = cls.folder / "console"
        files.mkdir()
        (files / "index.html").write_text("<!doctype html><title>console</title>")
        (files / "console.js").write_text("// the page")
        cls.drayd = Drayd(cls.folder, "--threads", "2", "--data-dir", cls.folder / "data",
                          "--set", f"admin.console_dir={files}")
        cls.addClassCleanup(cls.drayd.__exit__)

    def client(self, name):
        client = Client(self.drayd, name)
        self.addCleanup(client.leaves)
        return client

    def get(self, path, **query):
        status, body = self.drayd.http("GET", f"/api/v1/{path}?{urllib.parse.urlencode(query)}")
        self.assertEqual(status, 200, body)
        return body

    def pages(self, path, name, **query):
        """All of a list, page by page."""
        found, pages = [], 0
        after = ""
        while after is not None:
            page = self.get(path, **query, **({"after": after} if after else {}))
            self.assertLessEqual(len(page[name]), int(query.get("count", 100)))
            found += page[name]
            after = page["next"]
            pages += 1
            self.assertLess(pages, 100, "it never ends")
        return found

    def test_sessions_come_page_by_page_each_once(self):
        names = [f"page-{i}" for i in range(SESSIONS)]
        for name in names:
            Client(self.drayd, name).subscribes("page/a", f"page/{name}/#").leaves()
        wait_for(lambda: not self.get("sessions", part="page-", state="connected")["sessions"], "all to be away")
        for count in (1, 7, 1000):
            found = self.pages("sessions", "sessions", part="page-", count=count)
            self.assertEqual(sorted(each["client_id"] for each in found), sorted(names), f"pages of {count}")
        away = self.pages("sessions", "sessions", part="page-", state="away")
        self.assertEqual(len(away), SESSIONS)
        self.assertIsNone(away[0]["connection"])
        self.assertTrue(0 < away[0]["ends_in_ms"] <= 3_600_000)
        self.assertTrue(away[0]["is_kept"])
        for count in (1, 3, 1000):
            found = self.pages("subscriptions", "subscriptions", part="page/", count=count)
            self.assertEqual(len({(each["client_id"], each["filter"]) for each in found}), 2 * SESSIONS)
            self.assertEqual(len(found), 2 * SESSIONS)
        one = self.pages("sessions/page-3/subscriptions", "subscriptions", count=1)
        self.assertEqual([each["filter"] for each in one], ["page/a", "page/page-3/#"])

    def test_a_session_says_what_its_client_does(self):
        self.client("seen").subscribes("seen/#")
        seen = self.get("sessions/seen")
        self.assertEqual(seen["connection"]["version"], "5.0")
        self.assertTrue(seen["connection"]["peer"].startswith("127.0.0.1:"))
        self.assertEqual(seen["connection"]["keep_alive_s"], 60)
        self.assertEqual((seen["subscriptions"], seen["queue_messages"], seen["unacknowledged"]), (1, 0, 0))
        self.assertEqual(self.get("sessions", part="seen", state="behind")["sessions"], [])
        self.assertEqual(self.drayd.http("GET", "/api/v1/sessions/nobody")[0], 404)
        self.assertEqual(self.drayd.http("GET", "/api/v1/sessions/nobody/subscriptions")[0], 404)

    def test_a_client_is_disconnected_and_a_session_ended(self):
        client = self.client("kicked").subscribes("kicked/a")
        client.client.reconnect_delay_set(3600)
        self.assertEqual(self.drayd.ctl_json("client", "disconnect", "kicked"), {"disconnected": "kicked"})
        wait_for(lambda: client.reasons, "the disconnection")
        self.assertEqual(client.reasons[0], 0x98, "administrative action")
        self.assertIsNone(self.get("sessions/kicked")["connection"])
        self.drayd.ctl("client", "disconnect", "kicked", code=1)
        self.assertIn("kicked", self.drayd.ctl("client", "ls", "--part", "kick").stdout)
        self.client("p").publishes("kicked/a")
        self.assertEqual(self.get("sessions/kicked")["queue_messages"], 1)
        self.drayd.ctl("client", "end", "kicked", "--yes")
        self.assertEqual(self.drayd.http("GET", "/api/v1/sessions/kicked")[0], 404)
        books = self.get("books")
        root = next(each for each in books["roots"] if each["root"] == "kicked")
        self.assertEqual((root["discarded"]["session ended"], root["held"], root["balance"]), (1, 0, True))
        self.assertTrue(books["total"]["balance"])

    def test_topics_are_counted_while_somebody_asks(self):
        publisher = self.client("counted")
        publisher.publishes("rate/a/b", b"before anybody asked")
        self.get("topics")
        for _ in range(3):
            publisher.publishes("rate/a/b", b"12345")
        publisher.publishes("rate/c", b"1")
        first = {each["topic"]: each for each in self.get("topics")["topics"]}
        self.assertEqual(first["rate"], {"topic": "rate", "messages": 4, "bytes": 16, "has_more": True})
        below = self.get("topics", under="rate")["topics"]
        self.assertEqual([(each["topic"], each["messages"], each["has_more"]) for each in below],
                         [("rate/a", 3, True), ("rate/c", 1, False)])
        self.assertFalse(self.get("topics", under="rate", count=1)["is_all"])

    def test_retained_messages_are_found_by_filter(self):
        publisher = self.client("keeper")
        for i in range(200):
            publisher.publishes(f"keep/{i}/temperature", b"\xff" if i == 7 else f'{{"value": {i}}}', retain=True)
        whole = self.get("retained", filter="keep/#", count=1000)
        self.assertTrue(whole["is_all"])
        self.assertEqual(len({each["topic"] for each in whole["messages"]}), 200)
        some = self.get("retained", filter="keep/+/temperature", count=150)
        self.assertEqual((len(some["messages"]), some["is_all"]), (150, False))
        exactly = self.get("retained", filter="keep/#", count=200)
        self.assertEqual((len(exactly["messages"]), exactly["is_all"]), (200, True))
        one = self.get("retained", filter="keep/7/temperature")["messages"]
        self.assertEqual([(each["payload_base64"], each["qos"]) for each in one], [("/w==", 1)])

    def test_what_is_asked_wrongly_is_named(self):
        for path, field in (("sessions?state=up", "state"), ("sessions?after=x", "after"), ("sessions?after=9.0", "after"),
                            ("sessions?count=0", "count"), ("sessions?after=0.1x", "after"), ("subscriptions?what=1", "what"),
                            ("retained?filter=a%23", "filter"), ("topics?count=-1", "count")):
            status, problem = self.drayd.http("GET", f"/api/v1/{path}")
            self.assertEqual((status, problem["field"]), (400, field), path)

    def test_the_console_is_served_and_may_load_nothing_else(self):
        for path, kind in (("/", "text/html; charset=utf-8"), ("/console/console.js", "text/javascript; charset=utf-8")):
            headers = self.drayd.headers(path)
            self.assertEqual(headers["Content-Type"], kind)
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'; script-src 'self'; style-src 'self'", policy)
            self.assertIn("connect-src 'self' ws://127.0.0.1:* wss://127.0.0.1:*;", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.drayd.http("GET", "/console/..%2Fdrayd.log")[0], 404)
        self.assertNotIn("evil", self.drayd.headers("/", {"Host": "a;evil 'x'"})["Content-Security-Policy"])


if __name__ == "__main__":
    main()
