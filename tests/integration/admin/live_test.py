#!/usr/bin/python3
"""What the admin API shows, as messages on $dray/watch/...: what is published and when, and who may have it.

    live_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import json
import pathlib
import queue
import subprocess
import tempfile
import unittest

import paho.mqtt.client as paho

from programs import DEADLINE_S, Drayd, main, wait_for

ROOT = "$dray/watch/"
NOT_AUTHORIZED = 0x87
JSON, PROBLEM = "application/json", "application/problem+json"


class Watcher:
    """A client that keeps what it is sent, by topic below the root."""

    def __init__(self, port, user=None, password=None, version=paho.MQTTv5, origin=None):
        self.documents = {}
        self.answers = queue.Queue()
        self.client = paho.Client(protocol=version, transport="websockets" if origin else "tcp")
        if origin:
            self.client.ws_set_options(path="/mqtt", headers=lambda given: {**given, "Origin": origin})
        if user:
            self.client.username_pw_set(user, password)
        self.client.on_subscribe = lambda _client, _data, _id, reasons, *_: self.answers.put(
            [getattr(reason, "value", reason) for reason in reasons][0])
        self.client.on_message = self._take
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _take(self, _client, _data, message):
        kind = getattr(getattr(message, "properties", None), "ContentType", None)
        self.documents.setdefault(message.topic.removeprefix(ROOT), []).append((kind, json.loads(message.payload)))

    def subscribe(self, filter):
        """The reason in the SUBACK."""
        self.client.subscribe(filter)
        return self.answers.get(timeout=DEADLINE_S)

    def watch(self, path):
        return self.subscribe(ROOT + path)

    def all(self, path):
        return list(self.documents.get(path, []))

    def wait_for(self, path, condition=lambda document: True):
        """The newest document, once it is like that."""
        def newest():
            found = self.all(path)
            return found and condition(found[-1][1]) and found[-1]
        return wait_for(newest, f"a document of {path} like that")

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


class Live(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="dray-live-")))

    def drayd(self, *arguments):
        return self.enterContext(Drayd(self.folder, *arguments))

    def watcher(self, drayd, *arguments, **more):
        watcher = Watcher(drayd.port("ws" if "origin" in more else "mqtt"), *arguments, **more)
        self.addCleanup(watcher.close)
        return watcher

    def test_it_is_the_document_of_the_api_whenever_that_has_changed(self):
        drayd = self.drayd("--threads", "2")
        drayd.ctl("queue", "create", "jobs", "--filter", "job/#")
        first = self.watcher(drayd)
        for path in ("queues", "streams", "status"):
            self.assertEqual(first.watch(path), 0)
        kind, document = first.wait_for("queues")
        self.assertEqual((kind, document), (JSON, drayd.http("GET", "/api/v1/queues")[1]))
        first.client.publish("job/1", "x", qos=1)
        first.wait_for("queues", lambda document: document["queues"][0]["messages"] == 1)
        # What stays as it is is not repeated; the time that the broker is up does not.
        wait_for(lambda: len(first.all("status")) >= 3, "the status three times")
        self.assertEqual(len(first.all("streams")), 1)
        # Whoever comes later sees it at once.
        second = self.watcher(drayd)
        self.assertEqual(second.watch("streams"), 0)
        self.assertEqual(second.wait_for("streams"), first.all("streams")[0])
        # A connection more is a change.
        first.wait_for("status", lambda document: document["clients_connected"] == 2)
        second.close()
        first.wait_for("status", lambda document: document["clients_connected"] == 1)
        # The books hold these messages like any others.
        first.client.unsubscribe(ROOT + "status")
        first.client.unsubscribe(ROOT + "queues")
        first.client.unsubscribe(ROOT + "streams")
        def books():
            roots = {each["root"]: each for each in drayd.http("GET", "/api/v1/books")[1]["roots"]}
            sent = sum(len(first.all(path)) + len(second.all(path)) for path in ("queues", "streams", "status"))
            return roots["$dray"]["balance"] and roots["$dray"]["delivered"] == sent
        wait_for(books, "books that balance and hold what came")

    def test_what_cannot_be_shown_is_a_problem_and_not_silence(self):
        drayd = self.drayd("--threads", "2")
        drayd.ctl("queue", "create", "large", "--filter", "large")
        watcher = self.watcher(drayd)
        for _ in range(2):
            watcher.client.publish("large", b"x" * 700_000, qos=1).wait_for_publish()
        for path, status, words in (
                ("sessions/nobody", 404, "no such session"),
                ("sessions?sort=up", 400, "unknown"),
                ("nothing/there", 404, "nothing"),
                ("queues/a%zz", 400, "malformed"),
                ("events?filter=a", 400, "never ends"),
                ("queues/large/messages?payload_bytes_max=1000000", 413, "ask for less")):
            with self.subTest(path=path):
                self.assertEqual(watcher.watch(path), 0)
                kind, problem = watcher.wait_for(path)
                self.assertEqual((kind, problem["status"]), (PROBLEM, status))
                self.assertIn(words, problem["detail"])
        # What was wrong may be right one day.
        other = self.watcher(drayd, "", version=paho.MQTTv311)
        self.assertEqual(other.watch("queues/later/messages"), 0)
        other.wait_for("queues/later/messages", lambda document: document["status"] == 404)
        drayd.ctl("queue", "create", "later", "--filter", "later")
        other.wait_for("queues/later/messages", lambda document: document.get("messages") == [])

    def test_there_is_a_limit_to_what_is_watched(self):
        drayd = self.drayd("--threads", "1")
        watcher = self.watcher(drayd)
        for number in range(64):
            self.assertEqual(watcher.watch(f"sessions/c{number}"), 0)
            self.assertEqual(watcher.wait_for(f"sessions/c{number}")[1]["status"], 404)
        self.assertEqual(watcher.watch("status"), 0)
        self.assertEqual(watcher.wait_for("status")[1]["detail"], "64 topics are watched, more are not served")
        # One that nobody watches any more makes room.
        watcher.client.unsubscribe(ROOT + "sessions/c0")
        def has_room():
            self.assertEqual(watcher.watch("status"), 0)
            return "version" in watcher.all("status")[-1][1]
        wait_for(has_room, "room for another")

    def test_with_a_token_only_operators_watch(self):
        token, key = self.folder / "token", self.folder / "key"
        token.write_text("very secret\n")
        key.write_text("a secret of some other signer, long enough")
        drayd = self.drayd("--set", f"admin.token_file={token}", "--set", f"auth.jwt_key_file={key}",
                           "--set", "admin.client_user=ops", "--set", "listeners.allow_anonymous=true")
        for version, refused in ((paho.MQTTv5, NOT_AUTHORIZED), (paho.MQTTv311, 0x80)):
            anybody = self.watcher(drayd, version=version)
            for filter in (ROOT + "status", "$dray/#", "$dray/watch/#", "$dray/+/status", "$share/g/$dray/#"):
                self.assertEqual(anybody.subscribe(filter), refused, filter)
            self.assertEqual(anybody.subscribe("#"), 0)
        self.assertIn("only operators may watch", drayd.log())
        given = drayd.http("POST", "/api/v1/client-token", headers={"Authorization": "Bearer very secret"})[1]
        operator = self.watcher(drayd, given["user"], given["token"])
        self.assertEqual(operator.watch("status"), 0)
        operator.wait_for("status")
        self.assertEqual(anybody.documents, {})

    def test_access_rules_decide_where_there_are_any(self):
        rules = self.folder / "acl"
        rules.write_text("topic readwrite #\ntopic read $dray/watch/queues\n")
        drayd = self.drayd("--set", f"auth.acl_file={rules}")
        watcher = self.watcher(drayd)
        self.assertEqual(watcher.watch("status"), NOT_AUTHORIZED)
        self.assertEqual(watcher.watch("queues"), 0)
        watcher.wait_for("queues")

    def test_a_page_of_elsewhere_is_not_of_this_machine(self):
        drayd = self.drayd("--ws", "127.0.0.1:0")
        for origin in ("http://evil.example", "null"):
            self.assertEqual(self.watcher(drayd, origin=origin).watch("status"), NOT_AUTHORIZED, origin)
        ours = self.watcher(drayd, origin=f"http://{drayd.address['admin']}")
        self.assertEqual(ours.watch("status"), 0)
        ours.wait_for("status")

    def test_without_an_admin_api_nothing_can_be_watched(self):
        drayd = self.enterContext(Drayd(self.folder, admin=""))
        self.assertEqual(self.watcher(drayd).watch("status"), 0x8F)

    def test_a_person_sees_it_in_a_terminal(self):
        drayd = self.drayd()
        seen = subprocess.run(["mosquitto_sub", "-p", str(drayd.port("mqtt")), "-t", ROOT + "queues", "-C", "1"],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=True)
        self.assertEqual(json.loads(seen.stdout), {"queues": []})


if __name__ == "__main__":
    main()
