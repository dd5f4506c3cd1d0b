#!/usr/bin/python3
"""Bridges: two real drayds, and drayd with a real mosquitto, over a link that is cut under load.

    bridge_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]

BRIDGE_CUTS and BRIDGE_BATCH: how often the link is cut, and how many messages each side sends at each QoS for a cut.
"""
import collections
import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import paho.mqtt.client as paho

from programs import DEADLINE_S, PROGRAMS, Drayd, main, wait_for

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "bench"), str(TESTS / "integration/clients")]
from broker import Broker  # noqa: E402
from cut_network import CutNetwork  # noqa: E402
from free_ports import free_ports  # noqa: E402

CUTS, BATCH = int(os.environ.get("BRIDGE_CUTS", 5)), int(os.environ.get("BRIDGE_BATCH", 10))
COUNT = 50
RULES = """
[[access]]
name = "everybody"
anonymous = true
publish = ["t/#"]
subscribe = ["t/#"]
"""
BRIDGE = """
site = "{site}"
data_dir = "{data_dir}"
{rules}
[[bridge]]
name = "link"
address = "127.0.0.1:{port}"
retry_ms_min = 20
retry_ms_max = 100
{more}
{topics}
"""
EVERYTHING = """
[[bridge.topics]]
filter = "t/#"
remote_prefix = "far/"
"""
BOTH_WAYS = EVERYTHING.replace("far/", "")
ONE_WAY_EACH = """
[[bridge.topics]]
filter = "t/here/#"
direction = "out"
[[bridge.topics]]
filter = "t/there/#"
direction = "in"
"""


class Person:
    """Publishes, and counts what comes by topic and payload: by a connection for each, for paho takes an incoming message of
    QoS 2 for one of its own that is done, sends more than the broker's Receive Maximum, and mosquitto throws it out.
    """

    def __init__(self, name, port, filters=()):
        self.name, self.got, self.granted, self.answered, self.lost = name, collections.Counter(), [], [], []
        self.ears, self.mouth = (self.connected(f"{name} {part}", port) for part in ("hears", "says"))
        self.ears.on_message = lambda _client, _data, message: self.got.update([(message.topic, message.payload.decode())])
        self.ears.on_subscribe = lambda _client, _data, _mid, granted, *_: self.granted.append(granted)
        self.mouth.on_publish = lambda _client, _data, mid: self.answered.append(mid)
        for topic in filters:
            self.ears.subscribe(topic, 2)
        wait_for(lambda: len(self.granted) == len(filters), "the subscriptions")

    def connected(self, name, port):
        client = paho.Client(name, protocol=paho.MQTTv5)
        client.on_connect = lambda _client, _data, _flags, _reason, granted: client.max_inflight_messages_set(
            getattr(granted, "ReceiveMaximum", 65535))
        client.on_disconnect = lambda _client, _data, reason, *_: reason and self.lost.append(reason)
        client.connect("127.0.0.1", port, keepalive=600)
        client.loop_start()
        wait_for(client.is_connected, "the connection")
        return client

    def publish(self, *arguments, **settings):
        self.mouth.publish(*arguments, **settings)

    def leaves(self):
        for client in (self.ears, self.mouth):
            client.disconnect()
            client.loop_stop()


class Bridges(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def folder(self):
        return pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory()))

    def drayd(self, text, folder=None):
        folder = folder or self.folder()
        (folder / "drayd.toml").write_text(text)
        return self.stack.enter_context(Drayd(folder, "--config", folder / "drayd.toml", "--threads", 2))

    def bridged(self, port, folder=None, site="north", more="", topics=BOTH_WAYS, rules=""):
        folder = folder or self.folder()
        return self.drayd(BRIDGE.format(site=site, data_dir=folder / "data", port=port, more=more, topics=topics,
                                        rules=rules), folder)

    def plain(self, text=""):
        folder = self.folder()
        return self.drayd(f'site = "south"\ndata_dir = "{folder / "data"}"\n{text}', folder)

    def network(self, port):
        network = CutNetwork(port, random.Random())
        self.addCleanup(network.close)
        self.addCleanup(network.cut_all)
        return network

    def users(self):
        """A password file with the user north."""
        line = subprocess.run([PROGRAMS["drayd"], "--hash-password", "north"], input="secret\n", capture_output=True,
                              text=True, timeout=DEADLINE_S, check=True).stdout
        file = self.folder() / "users"
        file.write_text(line)
        return file

    def person(self, *arguments):
        person = Person(*arguments)
        self.addCleanup(person.leaves)
        return person

    def figure(self, drayd, name):
        """A metric of the bridge; those of both directions are added up."""
        status, text = drayd.http("GET", "/metrics")
        self.assertEqual(status, 200)
        return sum(int(value) for value in re.findall(rf"^dray_bridge_{name}{{.*}} (\d+)$", text, re.M))

    def is_up(self, drayd, connects=1):
        """Whether it has come up so often."""
        wait_for(lambda: self.figure(drayd, "connects_total") >= connects and self.figure(drayd, "up"), "the bridge")

    def check(self, here, there, north, network, prefix=""):
        """Cut after cut with messages of QoS 1 and 2 from both sides under way."""
        sent, began = set(), time.monotonic()
        for cut in range(CUTS):
            self.is_up(north, cut + 1)
            passed = self.figure(north, "messages_total")
            for payload in map(str, range(cut * BATCH, (cut + 1) * BATCH)):
                for qos in (1, 2):
                    sent |= {(f"t/here/{qos}", payload), (f"t/there/{qos}", payload)}
                    here.publish(f"t/here/{qos}", payload, qos)
                    there.publish(f"{prefix}t/there/{qos}", payload, qos)
            wait_for(lambda: self.figure(north, "messages_total") > passed, "messages under way")
            network.cut_all()
        self.is_up(north, CUTS + 1)
        sent_there = {(prefix + topic, payload) for topic, payload in sent}
        wait_for(lambda: here.lost or there.lost or set(here.got) >= sent and set(there.got) >= sent_there,
                 "all messages on both sides")
        self.assertEqual((here.lost, there.lost), ([], []), "the link is cut, and no one's own connection")
        # The last of all: what goes round is there before it.
        last = {("t/here/last", ""), ("t/there/last", "")}
        here.publish("t/here/last", "", 2)
        there.publish(f"{prefix}t/there/last", "", 2)
        wait_for(lambda: set(here.got) >= last and set(there.got) >= {(prefix + topic, "") for topic, _ in last},
                 "the last message")
        took = time.monotonic() - began

        self.assertEqual(set(here.got) - sent, last)
        again = {qos: sum(times - 1 for got in (here.got, there.got) for (topic, _), times in got.items()
                          if topic.endswith(qos)) for qos in "12"}
        self.assertEqual(again["2"], 0, "QoS 2 came twice")
        self.assertLessEqual(again["1"], self.figure(north, "repeated_total"), "what comes twice is counted")
        for name in ("looped", "dropped", "refused"):
            self.assertEqual(self.figure(north, f"{name}_total"), 0, name)
        self.assertGreaterEqual(self.figure(north, "failures_total"), CUTS)
        print(f"{CUTS} cuts, {len(sent)} messages to both sides in {took:.1f} s: 0 lost, 0 looped, 0 of QoS 2 twice, "
              f"{again['1']} of QoS 1 again", file=sys.stderr)

    def test_two_drayds_lose_nothing_and_loop_nothing_while_the_link_is_cut(self):
        south = self.plain()
        network = self.network(south.port("mqtt"))
        north = self.bridged(network.port)
        here, there = (self.person("person", at.port("mqtt"), ["t/#"]) for at in (north, south))
        self.check(here, there, north, network)

    def test_drayd_and_mosquitto_the_same_over_tls_and_with_a_prefix(self):
        south = self.stack.enter_context(Broker("mosquitto", mosquitto_settings="max_queued_messages 0\n"))
        network = self.network(south.certified_port)
        client = south.certificates.client("north")
        north = self.bridged(network.port, topics=EVERYTHING, more=f"""
            tls = true
            ca_file = "{south.certificates.authority}"
            certificate_file = "{client.certificate}"
            private_key_file = "{client.key}" """)
        here = self.person("person", north.port("mqtt"), ["t/#"])
        there = self.person("person", south.mqtt_port, ["far/t/#"])
        self.check(here, there, north, network, "far/")

    def test_drayd_and_mosquitto_the_same_in_3_1_1(self):
        south = self.stack.enter_context(Broker("mosquitto", mosquitto_settings="max_queued_messages 0\n"))
        network = self.network(south.mqtt_port)
        north = self.bridged(network.port, topics=EVERYTHING, more='version = "3.1.1"')
        here = self.person("person", north.port("mqtt"), ["t/#"])
        there = self.person("person", south.mqtt_port, ["far/t/#"])
        self.check(here, there, north, network, "far/")
        # What is retained stays so, for mosquitto knows a bridge.
        here.publish("t/kept", "here", 2, retain=True)
        there.publish("far/t/kept/there", "there", 2, retain=True)
        wait_for(lambda: here.got["t/kept/there", "there"] and there.got["far/t/kept", "here"], "both")
        late = [self.person("late", at, [topic]) for at, topic in
                ((north.port("mqtt"), "t/kept/#"), (south.mqtt_port, "far/t/kept/#"))]
        wait_for(lambda: all(len(each.got) == 2 for each in late), "what is retained")
        # Mosquitto remembers a bridge whose own broker has forgotten everything.
        north.stop()
        forgetful = self.bridged(network.port, topics=EVERYTHING, more='version = "3.1.1"')
        self.is_up(forgetful)
        anew = self.person("anew", forgetful.port("mqtt"), ["t/there/#"])
        there.publish("far/t/there/2", "anew", 2)
        wait_for(lambda: anew.got["t/there/2", "anew"], "a message with an id that was in use")

    def test_mosquitto_gets_no_more_at_once_in_3_1_1_than_it_takes(self):
        south = self.stack.enter_context(Broker("mosquitto"))
        network = self.network(south.mqtt_port)
        north = self.bridged(network.port, topics=EVERYTHING, more='version = "3.1.1"')
        self.is_up(north)
        network.broker_port = free_ports(1)[0]
        network.cut_all()
        here = self.person("person", north.port("mqtt"))
        there = self.person("person", south.mqtt_port, ["far/t/#"])
        for i in range(2 * COUNT):
            for qos in (2, 1):
                here.publish(f"t/{qos}", str(i), qos)
        wait_for(lambda: len(here.answered) == 4 * COUNT, "the acknowledgements")
        network.broker_port = south.mqtt_port
        wait_for(lambda: len(there.got) == 4 * COUNT, "all that had waited")
        self.assertEqual(set(there.got.values()), {1})

    def test_a_broker_that_knows_no_bridges_before_5_0_is_asked_for_nothing_that_goes_there(self):
        south = self.plain()
        network = self.network(south.port("mqtt"))
        confused = self.bridged(network.port, more='version = "3.1.1"')
        wait_for(lambda: "would give back what it is given: 't/#' may go one way only" in confused.log(), "the reason")
        self.assertFalse(self.figure(confused, "up"))
        north = self.bridged(network.port, more='version = "3.1.1"', topics=ONE_WAY_EACH)
        here, there = (self.person("person", at.port("mqtt"), ["t/#"]) for at in (north, south))
        self.check(here, there, north, network)

    def test_a_site_that_is_cut_off_goes_on_and_catches_up(self):
        password = self.folder() / "password"
        password.write_text("secret\n")
        south = self.plain(f'[auth]\npassword_file = "{self.users()}"\n[listeners]\nallow_anonymous = true\n')
        network = self.network(south.port("mqtt"))
        bridge = {"folder": self.folder(), "rules": RULES, "more": f'user = "north"\npassword_file = "{password}"'}
        north = self.bridged(network.port, **bridge)
        self.is_up(north)
        there = self.person("there", south.port("mqtt"), ["t/#"])
        open_port, network.broker_port = network.broker_port, free_ports(1)[0]
        network.cut_all()

        for person in (self.person("here", north.port("mqtt")), there):
            for i in range(COUNT):
                person.publish(f"t/{i}", person.name, 1 + i % 2, retain=i < COUNT / 2)
            wait_for(lambda: len(person.answered) == COUNT, "the acknowledgements")  # pylint: disable=cell-var-from-loop
        self.assertEqual({payload for _, payload in list(there.got)}, {"there"})
        north.stop(signal.SIGKILL)
        north = self.bridged(network.port, **bridge)
        here = self.person("here again", north.port("mqtt"), ["t/#"])
        network.broker_port = open_port
        all_of = {name: {(f"t/{i}", name) for i in range(COUNT)} for name in ("here", "there")}
        wait_for(lambda: set(here.got) >= all_of["there"], "what was published there")
        wait_for(lambda: set(there.got) >= all_of["here"], "what was published here")
        late = self.person("late", south.port("mqtt"), ["t/#"])
        wait_for(lambda: len(late.got) == COUNT / 2, "what is retained")

    def test_two_bridges_to_each_other_end_their_loops(self):
        network = self.network(0)
        north = self.bridged(network.port, site="north", more='remote_site = "south"')
        south = self.bridged(north.port("mqtt"), site="south", more='remote_site = "north"')
        network.broker_port = south.port("mqtt")
        here, there = (self.person("person", at.port("mqtt"), ["t/#"]) for at in (north, south))
        self.is_up(north)
        self.is_up(south)
        for i in range(COUNT):
            here.publish(f"t/{i}", "", 2)
        wait_for(lambda: sum(self.figure(at, "looped_total") for at in (north, south)) >= 2 * COUNT, "their ends")
        wait_for(lambda: len(here.got) == len(there.got) == COUNT, "the messages")
        self.assertEqual(set(here.got.values()), {1})

    def test_what_is_wrong_is_said(self):
        south = self.plain(f'[auth]\npassword_file = "{self.users()}"\n[listeners]\nallow_anonymous = false\n')
        north = self.bridged(south.port("mqtt"))
        wait_for(lambda: "the other broker refuses the connection: " in north.log(), "a line in the log")
        bridge, = north.ctl_json("status")["bridges"]
        self.assertEqual((bridge["name"], bridge["up"], bridge["out"]["messages"]), ("link", False, 0))
        self.assertRegex(north.ctl("status").stdout,
                         r"bridge +link \(127.0.0.1:\d+\) IS DOWN: the other broker refuses .*; 0 out, 0 in")
        self.assertRegex(north.log(), "a bridge cannot connect .*bridge=link .*(Not authorized|Bad User Name)")


if __name__ == "__main__":
    main()
