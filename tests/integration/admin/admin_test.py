#!/usr/bin/python3
"""The admin API and drayctl against a real drayd: what operators see, and who may.

    admin_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import unittest

import paho.mqtt.client as paho
from programs import DEADLINE_S, PROGRAMS, Drayd, drayctl, main, wait_for


def metric(text, name):
    """The value of a sample, by its name with labels."""
    found = re.search(rf"^{re.escape(name)} ([0-9.]+)$", text, re.M)
    return float(found[1]) if found else None


class FolderCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-admin-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Health(FolderCase):
    def test_a_running_broker_is_healthy_and_ready(self):
        for threads in (1, 4):
            with self.subTest(threads=threads), Drayd(self.folder, "--threads", threads) as drayd:
                self.assertEqual(drayd.http("GET", "/healthz"), (200, "ok\n"))
                self.assertEqual(drayd.http("GET", "/readyz"), (200, "ready\n"))

    def test_metrics_count_what_clients_do(self):
        with Drayd(self.folder, "--threads", "2") as drayd:
            client = paho.Client("counted")
            got = []
            client.on_message = lambda *_: got.append(1)
            client.connect("127.0.0.1", drayd.port("mqtt"))
            client.loop_start()
            subscribed = []
            client.on_subscribe = lambda *_: subscribed.append(1)
            client.subscribe("a/#", 1)
            wait_for(lambda: subscribed, "the subscription")
            for _ in range(10):
                client.publish("a/b", b"x", 1)
            wait_for(lambda: len(got) == 10, "the messages")

            def metrics():
                status, text = drayd.http("GET", "/metrics")
                self.assertEqual(status, 200)
                return text
            # The last PUBACK may still be on its way.
            text = wait_for(lambda: (lambda t: t if metric(t, 'dray_messages_held{root="a"}') == 0 else None)(metrics()),
                            "every message to be acknowledged")
            self.assertEqual(metric(text, "dray_clients_connected"), 1)
            self.assertEqual(metric(text, 'dray_messages_matched{root="a"}'), 10)
            self.assertEqual(metric(text, 'dray_messages_delivered_total{root="a"}'), 10)
            self.assertEqual(metric(text, "dray_books_balance"), 1)
            status = drayd.ctl_json("status")
            self.assertEqual(status["clients_connected"], 1)
            self.assertEqual(status["books"]["delivered"], 10)
            self.assertIn("1 connected, 1 sessions", drayd.ctl("status").stdout)
            client.disconnect()
            client.loop_stop()


class Access(FolderCase):
    def test_without_an_address_there_is_no_api(self):
        with Drayd(self.folder, admin="") as drayd:
            self.assertEqual(list(drayd.address), ["mqtt"])

    def test_a_unix_domain_serves_it_too(self):
        path = self.folder / "admin.sock"
        with Drayd(self.folder, admin=f"unix:{path}") as drayd:
            self.assertEqual(drayd.ctl_json("status")["clients_connected"], 0)

    def test_with_a_token_only_who_has_it_is_let_in(self):
        token = self.folder / "token"
        token.write_text("very secret\n")
        with Drayd(self.folder, "--set", f"admin.token_file={token}") as drayd:
            self.assertEqual(drayd.http("GET", "/metrics")[0], 401)
            self.assertEqual(drayd.http("GET", "/metrics", headers={"Authorization": "Bearer wrong"})[0], 401)
            self.assertEqual(drayd.http("GET", "/metrics", headers={"Authorization": "Bearer very secret"})[0], 200)
            self.assertEqual(drayd.http("GET", "/healthz")[0], 200)
            self.assertIn("--token-file", drayd.ctl("status", code=1).stderr)
            drayd.ctl("status", "--token-file", token)
            self.assertNotIn("very secret", drayd.log())

    def test_operators_have_tokens_and_roles_of_their_own_and_acts_are_written_down(self):
        tokens = {"admin": "the one for all", "ann": "token-of-ann-16", "grafana": "token-of-grafana"}
        one, file = self.folder / "token", self.folder / "operators"
        one.write_text(tokens["admin"] + "\n")
        file.write_text(f"# who role token\nann operate {tokens['ann']}x\ngrafana read {tokens['grafana']}\n")
        tokens["ann"] += "x"
        with Drayd(self.folder, "--set", f"admin.token_file={one}", "--set", f"admin.operators_file={file}") as drayd:
            def ask(who, method, path, body=None):
                return drayd.http(method, path, body, {"Authorization": f"Bearer {tokens[who]}"})
            for who, role in (("admin", "operate"), ("ann", "operate"), ("grafana", "read")):
                self.assertEqual(ask(who, "GET", "/metrics")[0], 200)
                self.assertEqual(ask(who, "GET", "/api/v1/access")[1], {"needs_token": True, "is_let_in": True, "role": role})
            for method, path, body in (("POST", "/api/v1/publish", {"topic": "a"}), ("POST", "/api/v1/queues", {"name": "q"}),
                                       ("DELETE", "/api/v1/queues/q/messages", None), ("POST", "/api/v1/queues/q/redrive", {}),
                                       ("DELETE", "/api/v1/sessions/c/connection", None), ("POST", "/api/v1/drain", {}),
                                       ("POST", "/api/v1/config/diff", {}), ("POST", "/api/v1/backups/b", None),
                                       ("GET", "/api/v1/events?filter=$queue/q", None)):
                status, problem = ask("grafana", method, path, body)
                self.assertEqual((status, problem["detail"]), (403, "needs the role 'operate', and 'grafana' has 'read'"), path)
            self.assertEqual(ask("ann", "POST", "/api/v1/queues", {"name": "q", "filters": ["q"]})[0], 201)
            self.assertEqual(ask("ann", "POST", "/api/v1/publish", {"topic": "q", "payload": "x"})[0], 200)
            self.assertEqual(ask("admin", "DELETE", "/api/v1/queues/none/messages")[0], 404)
            (self.folder / "grafana").write_text(tokens["grafana"] + "\n")
            self.assertIn("needs the role 'operate'",
                          drayd.ctl("client", "disconnect", "c", "--token-file", self.folder / "grafana", code=1).stderr)
            log = drayd.log()
            for line in ("admin request refused .*who=grafana method=POST target=/api/v1/drain status=403 why=\"needs the role 'operate'",
                         "admin request .*who=ann method=POST target=/api/v1/queues status=201",
                         "admin request .*who=ann method=POST target=/api/v1/publish status=200",
                         "admin request refused .*who=admin method=DELETE target=/api/v1/queues/none/messages status=404"):
                self.assertRegex(log, line)
            for token in tokens.values():
                self.assertNotIn(token, log)

    def test_an_address_that_others_reach_needs_a_token(self):
        done = subprocess.run([PROGRAMS["drayd"], "--admin", "0.0.0.0:0", "--check-config"],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("admin.bind: other machines can reach 0.0.0.0:0, so it needs admin.token_file", done.stderr)

    def test_an_operator_is_a_client_by_a_token_of_the_broker(self):
        key, token = self.folder / "key", self.folder / "token"
        key.write_text("a secret of some other signer, long enough")
        token.write_text("very secret\n")
        with Drayd(self.folder, "--set", f"admin.token_file={token}", "--set", f"auth.jwt_key_file={key}",
                   "--set", "admin.client_user=ops", "--set", "listeners.allow_anonymous=false") as drayd:
            self.assertEqual(drayd.http("POST", "/api/v1/client-token")[0], 401)
            let_in = {"Authorization": "Bearer very secret"}
            self.assertEqual(drayd.http("GET", "/api/v1/status", headers=let_in)[1]["client_user"], "ops")
            status, given = drayd.http("POST", "/api/v1/client-token", headers=let_in)
            self.assertEqual((status, given["user"], given["expires_in_s"]), (200, "ops", 3600))
            client = paho.Client("console", protocol=paho.MQTTv311)
            client.username_pw_set("ops", given["token"])
            client.connect("127.0.0.1", drayd.port("mqtt"))
            client.loop_start()
            wait_for(client.is_connected, "the client to be let in")
            session = drayd.http("GET", "/api/v1/sessions/console", headers=let_in)[1]
            self.assertEqual(session["user_name"], "ops")
            client.disconnect()
            client.loop_stop()

    def test_operators_tokens_need_a_broker_that_asks_for_names(self):
        done = subprocess.run([PROGRAMS["drayd"], "--set", "admin.client_user=ops", "--check-config"],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("admin.client_user: needs auth.password_file or auth.jwt_key_file", done.stderr)
        with Drayd(self.folder) as drayd:
            self.assertEqual(drayd.http("POST", "/api/v1/client-token")[0], 409)

    def test_schemas_are_given_as_they_are_and_refused_if_they_are_none(self):
        (self.folder / "descriptors.binpb").write_bytes(b"\x0a\x00")
        (self.folder / "asyncapi.json").write_text('{"channels": {"a": {"address": "a/{b}"}}}')
        with Drayd(self.folder, "--set", f"admin.schema_dir={self.folder}") as drayd:
            self.assertEqual(drayd.http("GET", "/api/v1/schemas"), (200, {
                "asyncapi": {"channels": {"a": {"address": "a/{b}"}}}, "descriptors_base64": "CgA="}))
        (self.folder / "asyncapi.json").write_text('{"channels": 1}')
        done = subprocess.run([PROGRAMS["drayd"], "--set", f"admin.schema_dir={self.folder}", "--check-config"],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"admin.schema_dir: {self.folder}/asyncapi.json is no AsyncAPI document", done.stderr)

    def test_an_empty_token_file_is_refused(self):
        token = self.folder / "token"
        token.write_text("\n")
        done = subprocess.run([PROGRAMS["drayd"], "--set", f"admin.token_file={token}", "--check-config"],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{token} begins with an empty line", done.stderr)


class Http(FolderCase):
    def setUp(self):
        super().setUp()
        self.drayd = self.enterContext(Drayd(self.folder))

    def wire(self, data):
        """Everything that comes for these bytes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.drayd.port("admin")), DEADLINE_S) as wire:
            wire.settimeout(DEADLINE_S)
            wire.sendall(data)
            got = b""
            while part := wire.recv(4096):
                got += part
            return got.decode()

    def test_errors_are_problems_in_json(self):
        for method, path, status in (("GET", "/nothing", 404), ("POST", "/metrics", 405), ("GET", "/%zz", 400)):
            got, problem = self.drayd.http(method, path)
            self.assertEqual((got, problem["status"]), (status, status), path)
            self.assertTrue(problem["detail"])

    def test_what_is_not_http_is_told_so_and_closed(self):
        self.assertIn("400 Bad Request", self.wire(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x00\r\n\r\n"))
        self.assertIn("413", self.wire(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"))

    def test_a_crowd_that_says_nothing_does_not_keep_others_out_for_ever(self):
        port = self.drayd.port("admin")
        crowd = [socket.create_connection(("127.0.0.1", port), DEADLINE_S) for _ in range(70)]

        def is_closed(each):
            each.settimeout(0.05)
            try:
                return each.recv(1) == b""
            except TimeoutError:
                return False
            except ConnectionError:
                return True
        wait_for(lambda: any(is_closed(each) for each in crowd[64:]), "one too many to be closed")
        for each in crowd:
            each.close()
        wait_for(lambda: self.healthy(), "room again")

    def healthy(self):
        try:
            return self.drayd.http("GET", "/healthz")[0] == 200
        except (ConnectionError, OSError):
            return False

    def test_requests_may_share_a_connection(self):
        got = self.wire(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        self.assertEqual(got.count("200 OK"), 3)
        self.assertEqual(got.count("ok\n"), 2, "HEAD has no body")


class Queues(FolderCase):
    def publish(self, drayd, topic, payloads):
        client = paho.Client("publisher")
        client.connect("127.0.0.1", drayd.port("mqtt"))
        client.loop_start()
        for payload in payloads:
            client.publish(topic, payload, 1).wait_for_publish(DEADLINE_S)
        client.disconnect()
        client.loop_stop()

    def test_are_made_listed_changed_and_deleted(self):
        for threads in (1, 4):
            with self.subTest(threads=threads), Drayd(self.folder, "--threads", threads) as drayd:
                self.assertIn("no queues", drayd.ctl("queue", "ls").stdout)
                create = ("queue", "create", "orders", "--filter", "order/#", "--ttl", "1h", "--max-messages", "50")
                drayd.ctl(*create)
                drayd.ctl(*create)  # the same twice is no mistake
                self.assertIn("with other options", drayd.ctl("queue", "create", "orders", code=1).stderr)
                queue = drayd.ctl_json("queue", "ls")["queues"][0]
                self.assertEqual((queue["name"], queue["options"]["filters"], queue["options"]["ttl_ms"]),
                                 ("orders", ["order/#"], 3_600_000))
                self.publish(drayd, "order/new", ["1", "2", "3"])
                _, metrics = drayd.http("GET", "/metrics")
                self.assertEqual(metric(metrics, 'dray_queue_messages{queue="orders"}'), 3)
                self.assertRegex(drayd.ctl("queue", "ls").stdout, r"orders +3 ")
                drayd.ctl("queue", "create", "orders", "--replace", "--filter", "order/#", "--exclusive")
                self.assertTrue(drayd.http("GET", "/api/v1/queues/orders")[1]["options"]["exclusive"])
                self.assertEqual(drayd.http("GET", "/api/v1/queues/orders")[1]["messages"], 3, "what it holds stays")
                self.assertIn("Give --yes", drayd.ctl("queue", "delete", "orders", code=2).stderr)
                drayd.ctl("queue", "delete", "orders", "--yes")
                self.assertEqual(drayd.http("GET", "/api/v1/queues/orders")[0], 404)

    def test_messages_are_shown_and_thrown_away(self):
        with Drayd(self.folder, "--threads", "2") as drayd:
            drayd.ctl("queue", "create", "dead", "--filter", "dead/#")
            self.publish(drayd, "dead/1", [b"first", b"\xff\xfe", "caf\u00e9" * 2000])
            messages = drayd.ctl_json("dlq", "peek", "dead")["messages"]
            self.assertEqual([each["topic"] for each in messages], ["dead/1"] * 3)
            self.assertEqual(messages[0]["payload"], "first")
            self.assertEqual(messages[1]["payload_base64"], "//4=")
            self.assertTrue(messages[2]["truncated"])
            self.assertTrue(("caf\u00e9" * 2000).startswith(messages[2]["payload"]), "no character is cut")
            more = drayd.ctl_json("dlq", "peek", "dead", "--after", messages[0]["position"], "-n", "1")["messages"]
            self.assertEqual([each["position"] for each in more], [messages[1]["position"]])
            self.assertIn("first", drayd.ctl("dlq", "peek", "dead").stdout)
            self.assertIn("Give --yes", drayd.ctl("dlq", "purge", "dead", code=2).stderr)
            self.assertIn("3 messages", drayd.ctl("dlq", "purge", "dead", "--yes").stdout)
            self.assertIn("nothing is there", drayd.ctl("dlq", "peek", "dead").stdout)
            for query, field in (("count=1001", "count"), ("count=x", "count"), ("counts=1", "counts")):
                self.assertEqual(drayd.http("GET", f"/api/v1/queues/dead/messages?{query}")[1]["field"], field)

    def test_dead_letters_are_redriven(self):
        for threads in (1, 4):
            with self.subTest(threads=threads), Drayd(self.folder, "--threads", threads) as drayd:
                drayd.ctl("queue", "create", "orders", "--filter", "order/#", "--ttl", "1ms",
                          "--dead-letter-queue", "orders.dead")
                self.publish(drayd, "order/new", ["1", "2", "3", "4"])

                def depth(name):
                    return drayd.http("GET", f"/api/v1/queues/{name}")[1].get("messages")
                wait_for(lambda: depth("orders.dead") == 4, "the messages to expire")
                message = drayd.ctl_json("dlq", "peek", "orders.dead", "-n", "1")["messages"][0]
                user = dict(message["properties"]["user"])
                self.assertEqual((user["dead-letter-reason"], user["dead-letter-queue"]), ("expired", "orders"))
                drayd.ctl("queue", "create", "orders", "--replace", "--filter", "order/#")
                self.assertIn("1 messages", drayd.ctl("dlq", "redrive", "orders.dead", "-n", "1").stdout)
                wait_for(lambda: (depth("orders"), depth("orders.dead")) == (1, 3), "one to be back")
                # One at once, and the next in a second, were it not stopped.
                drayd.ctl("dlq", "redrive", "orders.dead", "--rate", "1")
                drayd.ctl("dlq", "redrive", "orders.dead", "--stop")
                self.assertFalse(drayd.http("GET", "/api/v1/queues/orders.dead")[1]["is_redriving"])
                self.assertIn("excludes", drayd.ctl("dlq", "redrive", "orders.dead", "--stop", "--rate", "1", code=2).stderr)
                drayd.ctl("dlq", "redrive", "orders.dead")
                wait_for(lambda: (depth("orders"), depth("orders.dead")) == (4, 0), "all to be back")
                self.assertEqual(drayd.http("POST", "/api/v1/queues/nothing/redrive")[0], 404)
                self.assertEqual(drayd.http("POST", "/api/v1/queues/orders.dead/redrive", {"rate": 1})[1]["field"], "rate")

    def test_one_that_holds_too_much_raises_an_alert(self):
        with Drayd(self.folder, "--threads", "2") as drayd:
            drayd.ctl("queue", "create", "orders", "--filter", "order/#", "--alert-messages", "2")
            alerts = []
            client = paho.Client("watcher")
            client.on_message = lambda _client, _data, message: alerts.append(message)
            subscribed = []
            client.on_subscribe = lambda *_: subscribed.append(1)
            client.connect("127.0.0.1", drayd.port("mqtt"))
            client.loop_start()
            client.subscribe("alert/queue/+", 1)
            wait_for(lambda: subscribed, "the subscription")
            self.publish(drayd, "order/new", ["1", "2", "3"])
            wait_for(lambda: alerts, "the alert")
            alert = json.loads(alerts[0].payload)
            self.assertEqual((alerts[0].topic, alert["queue"]), ("alert/queue/orders", "orders"))
            self.assertIn(alert["messages"], (2, 3), "the third may have come in the same turn")
            self.assertEqual(metric(drayd.http("GET", "/metrics")[1], 'dray_queue_alert{queue="orders"}'), 1)
            self.assertRegex(drayd.ctl("queue", "ls").stdout, r"orders +3 .*ALERT")
            drayd.ctl("dlq", "purge", "orders", "--yes")
            wait_for(lambda: len(alerts) == 2, "its end")
            self.assertEqual(alerts[1].payload, b"")
            client.disconnect()
            client.loop_stop()

    def test_queues_that_take_dead_letters_are_listed(self):
        with Drayd(self.folder, "--threads", "2") as drayd:
            drayd.ctl("queue", "create", "orders", "--filter", "order/#", "--max-deliveries", "3",
                      "--dead-letter-queue", "orders.dead")
            drayd.ctl("queue", "create", "orders.dead")
            found = drayd.ctl_json("dlq", "ls")["queues"]
            self.assertEqual([(each["name"], each["dead_letters_of"]) for each in found], [("orders.dead", ["orders"])])
            self.assertRegex(drayd.ctl("dlq", "ls").stdout, r"orders\.dead +0 .*orders")

    def test_mistakes_name_the_field(self):
        with Drayd(self.folder) as drayd:
            for body, field in (({"name": "a/b"}, "name"), ({"name": "a", "overflow": "explode"}, "overflow"),
                                ({"name": "a", "deliveries_max": 3}, "deliveries_max"),
                                ({"name": "a", "messages_max": "7"}, "messages_max"), ({"name": "a", "x": 1}, "x")):
                status, problem = drayd.http("POST", "/api/v1/queues", body)
                self.assertEqual((status, problem["field"]), (400, field), problem)


class Streams(FolderCase):
    def test_are_made_listed_changed_and_deleted(self):
        for threads in (1, 4):
            with self.subTest(threads=threads), Drayd(self.folder, "--threads", threads) as drayd:
                self.assertIn("no streams", drayd.ctl("stream", "ls").stdout)
                create = ("stream", "create", "events", "--filter", "order/#", "--filter", "payment/#",
                          "--keep-for", "7d", "--keep-bytes", "1GiB")
                drayd.ctl(*create)
                drayd.ctl(*create)  # the same twice is no mistake
                self.assertIn("with other options",
                              drayd.ctl("stream", "create", "events", "--filter", "a/#", code=1).stderr)
                drayd.ctl("stream", "create", "other", "--filter", "#")
                streams = drayd.ctl_json("stream", "ls")["streams"]
                self.assertEqual([each["name"] for each in streams], ["events", "other"])
                self.assertEqual(streams[0]["options"], {
                    "name": "events", "filters": ["order/#", "payment/#"],
                    "retention_bytes": 1 << 30, "retention_s": 7 * 86400})
                client = paho.Client("publisher")
                client.connect("127.0.0.1", drayd.port("mqtt"))
                client.loop_start()
                for number in range(5):
                    client.publish("order/new", str(number), 1).wait_for_publish(DEADLINE_S)
                client.disconnect()
                client.loop_stop()
                status, stream = drayd.http("GET", "/api/v1/streams/events")
                self.assertEqual((status, stream["messages"]), (200, 5))
                _, metrics = drayd.http("GET", "/metrics")
                self.assertEqual(metric(metrics, 'dray_stream_next_offset{stream="events"}'), stream["next_offset"])
                self.assertIn("order/#, payment/#", drayd.ctl("stream", "ls").stdout)
                drayd.ctl("stream", "create", "events", "--replace", "--filter", "order/#")
                self.assertEqual(drayd.http("GET", "/api/v1/streams/events")[1]["options"]["filters"], ["order/#"])
                self.assertIn("Give --yes", drayd.ctl("stream", "delete", "events", code=2).stderr)
                drayd.ctl("stream", "delete", "events", "--yes")
                drayd.ctl("stream", "delete", "events", "--yes", code=1)
                self.assertEqual(drayd.http("GET", "/api/v1/streams/events")[0], 404)

    def test_mistakes_name_the_field(self):
        with Drayd(self.folder) as drayd:
            for body, field in (({"name": "a/b", "filters": ["#"]}, "name"),
                                ({"name": "a", "filters": ["a/#/b"]}, "filters"),
                                ({"name": "a", "filters": "#"}, "filters"),
                                ({"name": "a", "retention_s": -1}, "retention_s"),
                                ({"name": "a", "retention": 1}, "retention")):
                status, problem = drayd.http("POST", "/api/v1/streams", body)
                self.assertEqual((status, problem["field"]), (400, field), problem)
            self.assertEqual(drayd.http("POST", "/api/v1/streams", "{")[0], 400)
            self.assertEqual(drayd.http("PUT", "/api/v1/streams/a", {"name": "b", "filters": ["#"]})[1]["field"], "name")
            for arguments in (("--keep-for", "7"), ("--keep-bytes", "1G"), ("--keep-for", "250ms")):
                done = drayd.ctl("stream", "create", "a", "--filter", "#", *arguments, code=2)
                self.assertIn("must be", done.stderr)


class CommandLine(unittest.TestCase):
    def test_a_broker_that_is_not_there_is_exit_code_3_and_says_what_to_do(self):
        done = drayctl("status", environment={"DRAYCTL_ADMIN": "127.0.0.1:1"})
        self.assertEqual(done.returncode, 3)
        self.assertIn("cannot reach drayd at 127.0.0.1:1", done.stderr)
        self.assertIn("--admin", done.stderr)

    def test_nonsense_is_exit_code_2(self):
        for arguments in ((), ("nonsense",), ("status", "--nonsense"), ("--admin", "nowhere", "status"),
                          ("--token-file", "/nowhere", "status")):
            done = drayctl(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr, arguments)

    def test_help_shows_examples(self):
        self.assertIn("Example", drayctl("status", "--help").stdout)


if __name__ == "__main__":
    main()
