#!/usr/bin/python3
"""An orderly end that takes its time: what clients and balancers see of it, and what is kept (Eclipse Paho for Python).

    drain_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import pathlib
import socket
import tempfile
import threading
import unittest

import paho.mqtt.client as paho
from programs import DEADLINE_S, Drayd, main, wait_for

USE_ANOTHER_SERVER = 0x9C
SHUTTING_DOWN = 0x8B


class Client(paho.Client):
    """Notes what it gets and why its connection ended, and does not come back."""

    def __init__(self, test, drayd, name, protocol=paho.MQTTv5, **connect):
        clean = {} if protocol == paho.MQTTv5 else {"clean_session": False}
        super().__init__(name, protocol=protocol, reconnect_on_failure=False, **clean)
        self.farewells, self.got = [], set()
        self.on_message = lambda _client, _data, message: self.got.add(message.payload)
        self.on_disconnect = lambda _client, _data, reason, properties=None: self.farewells.append((reason, properties))
        self.acknowledged = set()
        self.on_publish = lambda _client, _data, mid: self.acknowledged.add(mid)
        connected = threading.Event()
        self.on_connect = lambda *_: connected.set()
        self.connect("127.0.0.1", drayd.port("mqtt"), **connect)
        self.loop_start()
        test.addCleanup(self.loop_stop)
        test.assertTrue(connected.wait(DEADLINE_S), "no CONNACK")


class Draining(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-drain-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def leave(self, drayd, clients):
        """Drains; why each client's connection ended."""
        drayd.ctl("drain", "--yes")
        self.assertEqual(drayd.process.wait(DEADLINE_S), 0)
        wait_for(lambda: all(client.farewells for client in clients), "every farewell")
        return [client.farewells[0] for client in clients]

    def test_it_takes_no_more_clients_and_may_be_cut_short(self):
        with Drayd(self.folder, "--threads", "2") as drayd:
            for number in range(4):
                Client(self, drayd, f"stays-{number}")
            self.assertIn("Give --yes", drayd.ctl("drain", code=2).stderr)
            self.assertIn("over 1 h", drayd.ctl("drain", "--over", "1h", "--yes").stdout)
            wait_for(lambda: drayd.http("GET", "/readyz")[0] == 503, "the balancer to be told")
            self.assertEqual(drayd.http("GET", "/healthz"), (200, "ok\n"))
            # One of them may have been chosen already.
            self.assertGreaterEqual(drayd.ctl_json("status")["clients_connected"], 2)
            self.assertIn("draining already", drayd.ctl("drain", "--yes", code=1).stderr)

            def is_refused():
                with socket.socket() as late:
                    return late.connect_ex(("127.0.0.1", drayd.port("mqtt"))) != 0
            wait_for(is_refused, "the listeners to be closed")
            self.assertEqual(drayd.stop(), 0)

    def test_clients_are_told_why_and_where_to(self):
        for reference, reason in (("", SHUTTING_DOWN), ("other.example:1883", USE_ANOTHER_SERVER)):
            with self.subTest(reference), Drayd(self.folder, "--threads", "2", "--set", "drain_ms=300", "--set",
                                                f"server_reference={reference}") as drayd:
                told = [Client(self, drayd, f"told-{number}") for number in range(6)]
                closed = [Client(self, drayd, f"closed-{number}", paho.MQTTv311) for number in range(2)]
                farewells = self.leave(drayd, told + closed)
                for why, properties in farewells[:6]:
                    self.assertEqual(why.value, reason)
                    self.assertEqual(getattr(properties, "ServerReference", ""), reference)
                for why, _ in farewells[6:]:
                    self.assertNotEqual(why, 0)

    def test_sessions_and_all_that_was_acknowledged_are_kept(self):
        settings = ("--threads", "2", "--data-dir", self.folder / "data", "--set", "drain_ms=300")
        with Drayd(self.folder, *settings) as drayd:
            reader = Client(self, drayd, "reader", paho.MQTTv311)
            subscribed = threading.Event()
            reader.on_subscribe = lambda *_: subscribed.set()
            reader.subscribe("t/#", 1)
            self.assertTrue(subscribed.wait(DEADLINE_S))
            writers = [Client(self, drayd, f"writer-{number}") for number in range(4)]
            sent = [{} for _ in writers]

            def publish_until_it_ends(writer, mids):
                while not writer.farewells:
                    payload = f"{writer._client_id.decode()} {len(mids)}".encode()
                    mids[writer.publish(f"t/{len(mids) % 7}", payload, 1).mid] = payload
                    wait_for(lambda: len(mids) - len(writer.acknowledged) < 10 or writer.farewells, "acknowledgements")
            threads = [threading.Thread(target=publish_until_it_ends, args=pair) for pair in zip(writers, sent)]
            for thread in threads:
                thread.start()
            wait_for(lambda: all(len(writer.acknowledged) > 20 for writer in writers), "some traffic")
            self.leave(drayd, [reader, *writers])
            for thread in threads:
                thread.join(DEADLINE_S)
        acknowledged = {mids[mid] for writer, mids in zip(writers, sent) for mid in writer.acknowledged}
        self.assertGreater(len(acknowledged), 80)
        with Drayd(self.folder, *settings) as drayd:
            again = Client(self, drayd, "reader", paho.MQTTv311)
            wait_for(lambda: acknowledged <= reader.got | again.got, "all that was acknowledged")


if __name__ == "__main__":
    main()
