#!/usr/bin/python3
"""What a real drayd says of its acknowledgements to a client that asks (Eclipse Paho for Python).

    ack_durability_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import json
import pathlib
import queue
import tempfile
import unittest

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from programs import DEADLINE_S, Drayd, drayctl, main


class Asking(paho.Client):
    """Paho tells nobody the properties of a PUBACK; here they are in a queue, as those of SUBACK."""

    def __init__(self, drayd):
        super().__init__("asking", protocol=paho.MQTTv5)
        self.told = queue.Queue()
        self.on_subscribe = lambda _client, _user, _mid, _granted, properties: self.note(properties)
        terms = Properties(PacketTypes.CONNECT)
        terms.SessionExpiryInterval = 3600
        terms.UserProperty = ("ack-durability", "1")
        self.connect("127.0.0.1", drayd.port("mqtt"), clean_start=False, properties=terms)
        self.loop_start()

    def note(self, properties):
        self.told.put(dict(getattr(properties, "UserProperty", [])))

    def _handle_pubackcomp(self, cmd):
        packet_id_and_reason = 3
        properties = Properties(PacketTypes.PUBACK)
        properties.unpack(self._in_packet["packet"][packet_id_and_reason:])
        self.note(properties)
        return super()._handle_pubackcomp(cmd)

    def leave(self):
        self.disconnect()
        self.loop_stop()


class AckDurability(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-acks-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def drayd(self, durability):
        data = self.folder / durability
        return Drayd(self.folder, "--threads", "2", "--data-dir", data, "--set", f"durability={durability}")

    def subscribes_and_publishes(self, drayd):
        """What it is told with a SUBACK and with five PUBACKs, one after the other."""
        client = Asking(drayd)
        client.subscribe("t/#", 1)
        told = [client.told.get(timeout=DEADLINE_S)]
        for _ in range(5):
            client.publish("t/x", "x", 1)
            told.append(client.told.get(timeout=DEADLINE_S))
        client.leave()
        return told

    def test_positions_grow_over_restarts_and_are_in_the_store(self):
        for durability in ("fsync", "os"):
            told = []
            for _ in range(2):
                with self.drayd(durability) as drayd:
                    told += self.subscribes_and_publishes(drayd)
            self.assertEqual({each["durability"] for each in told}, {durability})
            positions = [int(each["position"]) for each in told]
            self.assertEqual(positions, sorted(set(positions)))
            checked = json.loads(drayctl("--json", "store", "check", self.folder / durability).stdout)
            self.assertGreaterEqual(checked["position"], positions[-1])

    def test_memory_has_no_position(self):
        with self.drayd("memory") as drayd:
            told = self.subscribes_and_publishes(drayd)
        self.assertEqual(told, [{"durability": "memory"}] * 6)


if __name__ == "__main__":
    main()
