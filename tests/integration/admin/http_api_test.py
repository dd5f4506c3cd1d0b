#!/usr/bin/python3
"""Publishing and subscribing by HTTP, and the description of the API, against a real drayd.

    http_api_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import base64
import contextlib
import http.client
import json
import pathlib
import re
import tempfile
import unittest
import urllib.parse

from programs import DEADLINE_S, Drayd, main, wait_for

STREAMS_MAX = 32


class Events:
    """An open stream of server-sent events."""

    def __init__(self, drayd, filter_, headers=None, **options):
        self.connection = http.client.HTTPConnection("127.0.0.1", drayd.port("admin"), timeout=DEADLINE_S)
        query = urllib.parse.urlencode({"filter": filter_, **options})
        self.connection.request("GET", f"/api/v1/events?{query}", headers=headers or {})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def next(self):
        """The next event: its id (or None) and its message."""
        number = None
        while line := self.answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "id":
                number = value
            elif name == "data":
                return number, json.loads(value)
        raise AssertionError("the stream has ended")

    def payloads(self, count):
        return [self.next()[1]["payload"] for _ in range(count)]

    def close(self):
        self.answer.close()
        self.connection.close()


class HttpForPrograms(unittest.TestCase):
    """One broker for all of them, with rules that let clients do nothing: they are not for operators."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="dray-http-")
        cls.addClassCleanup(folder.cleanup)
        rules = pathlib.Path(folder.name) / "acl"
        rules.write_text("topic read nothing\n")
        cls.drayd = Drayd(folder.name, "--threads", "2", "--data-dir", pathlib.Path(folder.name) / "data",
                          "--set", f"auth.acl_file={rules}")
        cls.addClassCleanup(cls.drayd.__exit__)

    def events(self, *arguments, **options):
        events = self.enterContext(contextlib.closing(Events(self.drayd, *arguments, **options)))
        self.assertEqual(events.status, 200)
        return events

    def publish(self, topic, payload="", headers=None, **fields):
        status, answer = self.drayd.http("POST", "/api/v1/publish", {"topic": topic, "payload": payload, **fields}, headers)
        self.assertEqual(status, 200, answer)
        return answer

    def test_what_is_published_comes_as_an_event(self):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos):
                events = self.events(f"a{qos}/#")
                answer = self.publish(f"a{qos}/b", "hello", qos=qos, content_type="text/plain", user=[["k", "v"], ["k", "w"]],
                                      response_topic="r", correlation_data_base64=base64.b64encode(b"\0c").decode())
                self.assertEqual(answer, {"topic": f"a{qos}/b"} | ({"has_takers": True} if qos else {}))
                self.assertEqual(events.next(), (None, {
                    "topic": f"a{qos}/b", "qos": min(qos, 1), "retain": False,
                    "properties": {"content_type": "text/plain", "user": [["k", "v"], ["k", "w"]], "response_topic": "r",
                                   "correlation_data_base64": base64.b64encode(b"\0c").decode()},
                    "payload_bytes": 5, "payload": "hello"}))
        self.assertIs(self.publish("nobody/listens", "x")["has_takers"], False)

    def test_payloads_are_any_bytes(self):
        events = self.events("bytes", payload_bytes_max=4)
        status, _ = self.drayd.http("POST", "/api/v1/publish",
                                    {"topic": "bytes", "payload_base64": base64.b64encode(b"\xff\x00\x01\x02\x03").decode()})
        self.assertEqual(status, 200)
        message = events.next()[1]
        self.assertEqual(base64.b64decode(message["payload_base64"]), b"\xff\x00\x01\x02")
        self.assertEqual((message["payload_bytes"], message["truncated"]), (5, True))

    def test_retained_messages_come_first_and_an_empty_one_removes_them(self):
        self.publish("kept/a", "old", retain=True)
        events = self.events("kept/#")
        self.assertEqual(events.payloads(1), ["old"])
        self.publish("kept/a", "", retain=True)
        self.assertEqual(events.payloads(1), [""])
        self.assertEqual(self.drayd.http("GET", "/api/v1/retained?filter=kept/%23")[1]["messages"], [])

    def test_mistakes_are_named(self):
        for body, status, field in (
                ("{", 400, None), ({}, 400, "topic"), ({"topic": "a/+"}, 400, "topic"), ({"topic": "x" * 65536}, 400, "topic"),
                ({"topic": "a", "qos": 3}, 400, "qos"), ({"topic": "a", "payload_base64": "?"}, 400, "payload_base64"),
                ({"topic": "a", "payload": "x", "payload_base64": "eA=="}, 400, "payload_base64"),
                ({"topic": "a", "expiry_s": 0}, 400, "expiry_s"), ({"topic": "a", "user": [["k"]]}, 400, "user[0]"),
                ({"topic": "a", "response_topic": "#"}, 400, "response_topic"), ({"topic": "a", "color": 1}, 400, "color"),
                ({"topic": "$SYS/x"}, 403, None), ({"topic": "$delayed/x/y"}, 400, None)):
            got, problem = self.drayd.http("POST", "/api/v1/publish", body)
            self.assertEqual((got, problem["status"], problem.get("field")), (status, status, field), body)
            self.assertTrue(problem["detail"])
        for query, field in (("", "filter"), ("filter=a%23", "filter"), ("filter=a&qos=2", "qos"), ("filter=%FF", "filter")):
            got, problem = self.drayd.http("GET", f"/api/v1/events?{query}")
            self.assertEqual((got, problem["field"]), (400, field), query)
        self.assertGreaterEqual(self.drayd.http("GET", "/api/v1/events?filter=$queue/none")[0], 400)

    def test_a_request_with_a_key_is_carried_out_once(self):
        events = self.events("once")
        for _ in range(3):
            self.assertEqual(self.publish("once", "1", {"Idempotency-Key": "k"}), {"topic": "once", "has_takers": True})
        status, problem = self.drayd.http("POST", "/api/v1/publish", {"topic": "once", "payload": "2"}, {"Idempotency-Key": "k"})
        self.assertEqual((status, problem["title"]), (422, "Unprocessable Content"))
        self.publish("once", "3", {"Idempotency-Key": "l"})
        self.assertEqual(events.payloads(2), ["1", "3"])

    def test_a_reader_of_a_stream_goes_on_where_it_was(self):
        self.assertEqual(self.drayd.http("POST", "/api/v1/streams", {"name": "log", "filters": ["log/#"]})[0], 201)
        for number in range(1, 6):
            self.publish(f"log/{number % 2}", str(number))
        first = self.events("$stream/log/earliest")
        self.assertEqual([(number, message["payload"]) for number, message in (first.next(), first.next())],
                         [("1", "1"), ("2", "2")])
        again = self.events("$stream/log/earliest", {"Last-Event-ID": "2"})
        self.assertEqual([again.next()[0] for _ in range(3)], ["3", "4", "5"])
        odd = self.events("$stream/log/earliest/log/1", {"Last-Event-ID": "1"})
        self.assertEqual(odd.payloads(2), ["3", "5"])

    def test_a_consumer_of_a_queue_acknowledges_what_it_was_given(self):
        self.assertEqual(self.drayd.http("POST", "/api/v1/queues", {"name": "jobs", "filters": ["job/#"]})[0], 201)
        for number in range(200):
            self.publish("job/x", str(number))
        jobs = self.events("$queue/jobs")
        self.assertEqual(jobs.payloads(200), [str(number) for number in range(200)])
        wait_for(lambda: self.drayd.http("GET", "/api/v1/queues/jobs")[1]["messages"] == 0, "an empty queue")

    def test_who_has_gone_is_no_client_any_more_and_there_is_a_limit(self):
        def sessions():
            return len(self.drayd.http("GET", "/api/v1/sessions")[1]["sessions"])
        wait_for(lambda: sessions() == 0, "the clients of other tests to go")
        with contextlib.ExitStack() as stack:
            for _ in range(STREAMS_MAX):
                events = stack.enter_context(contextlib.closing(Events(self.drayd, "crowd")))
                self.assertEqual(events.status, 200)
            self.assertEqual(sessions(), STREAMS_MAX)
            self.assertEqual(self.drayd.http("GET", "/api/v1/events?filter=crowd")[0], 503)
            self.publish("crowd", "x")
            self.assertEqual(events.payloads(1), ["x"])
        wait_for(lambda: sessions() == 0, "the clients to go")

    def test_bodies_have_the_fields_that_are_described(self):
        document = self.drayd.http("GET", "/api/v1/openapi.json")[1]
        bodies = 0
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if method == "parameters" or "requestBody" not in operation:
                    continue
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                if "$ref" in schema:
                    schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
                status, problem = self.drayd.http(method.upper(), path.replace("{name}", "x"), {"": 1})
                named = re.search("the fields are (.*)$", problem["detail"])
                # A field that must be there is complained of first.
                if not named:
                    status, problem = self.drayd.http(method.upper(), path, {"": 1, "topic": "x"})
                    named = re.search("the fields are (.*)$", problem["detail"])
                self.assertEqual(status, 400)
                self.assertEqual(set(named[1].split(", ")), set(schema["properties"]), f"{method} {path}")
                bodies += 1
        self.assertEqual(bodies, 8)

    def test_a_broker_with_open_streams_stops(self):
        with tempfile.TemporaryDirectory(prefix="dray-http-") as folder, Drayd(folder, "--threads", "2") as drayd:
            with contextlib.closing(Events(drayd, "a")) as events:
                self.assertEqual(events.status, 200)
                self.assertEqual(drayd.stop(), 0)


if __name__ == "__main__":
    main()
