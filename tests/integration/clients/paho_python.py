#!/usr/bin/python3
"""Eclipse Paho for Python (python3-paho-mqtt 1.6), versions 3.1.1 and 5.0, over TCP, TLS, WebSocket and both."""
import itertools
import queue

import case
import paho.mqtt.client as mqtt
from broker import DEADLINE_S, wait_for
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

MODES = list(itertools.product((mqtt.MQTTv311, mqtt.MQTTv5), ("tcp", "tls", "websockets", "wss")))


class Person:
    """A client with its events in a queue."""

    def __init__(self, broker, name, version, transport, clean=True, will=None):
        arguments = {} if version == mqtt.MQTTv5 else {"clean_session": clean}
        websockets = transport in ("websockets", "wss")
        self.client = mqtt.Client(name, protocol=version, transport="websockets" if websockets else "tcp", **arguments)
        if transport in ("tls", "wss"):
            self.client.tls_set(ca_certs=str(broker.certificates.authority))
        self.messages, self.connected, self.ended = queue.Queue(), queue.Queue(), queue.Queue()
        self.client.on_message = lambda _c, _u, message: self.messages.put(message)
        self.client.on_connect = lambda _c, _u, flags, reason, *_: self.connected.put((flags, reason))
        self.client.on_disconnect = lambda _c, _u, reason, *_: self.ended.put(reason)
        self.granted = queue.Queue()
        self.client.on_subscribe = lambda _c, _u, _mid, granted, *_: self.granted.put(granted)
        if websockets:
            self.client.ws_set_options(path="/mqtt")
        if will:
            self.client.will_set(*will)
        extra = {}
        if version == mqtt.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 0 if clean else 3600
            extra = {"clean_start": clean, "properties": properties}
        port = {"tcp": broker.mqtt_port, "tls": broker.mqtts_port, "websockets": broker.ws_port, "wss": broker.wss_port}
        self.client.connect("127.0.0.1", port[transport], **extra)
        self.client.loop_start()
        self.flags, self.reason = self.connected.get(timeout=DEADLINE_S)

    def subscribes(self, *arguments, **named):
        self.client.subscribe(*arguments, **named)
        return self.granted.get(timeout=DEADLINE_S)

    def publishes(self, topic, payload, qos=0, retain=False, properties=None):
        self.client.publish(topic, payload, qos, retain, properties).wait_for_publish(DEADLINE_S)

    def gets(self):
        return self.messages.get(timeout=DEADLINE_S)

    def leaves(self):
        self.client.disconnect()
        self.client.loop_stop()

    def vanishes(self):
        self.client.loop_stop()
        self.client._sock_close()


class PahoPython(case.ClientCase):
    def person(self, name, version, transport, **named):
        who = Person(self.broker, f"{self._testMethodName}-{name}-{version}-{transport}", version, transport, **named)
        self.addCleanup(who.leaves)
        return who

    def in_each_mode(self):
        for version, transport in MODES:
            with self.subTest(version=version, transport=transport):
                yield version, transport, self.topic(f"/{version}/{transport}")

    def test_every_qos_both_ways(self):
        for version, transport, topic in self.in_each_mode():
            sub, pub = self.person("sub", version, transport), self.person("pub", version, transport)
            sub.subscribes(topic, 2)
            for qos in (0, 1, 2):
                pub.publishes(topic, f"qos {qos}", qos)
                message = sub.gets()
                self.assertEqual((message.payload, message.qos, message.retain), (b"qos %d" % qos, qos, False))

    def test_messages_stay_in_order(self):
        for version, transport, topic in self.in_each_mode():
            sub, pub = self.person("sub", version, transport), self.person("pub", version, transport)
            sub.subscribes(topic, 1)
            for i in range(300):
                pub.client.publish(topic, str(i), 1)
            self.assertEqual([int(sub.gets().payload) for _ in range(300)], list(range(300)))

    def test_retained(self):
        for version, transport, topic in self.in_each_mode():
            pub = self.person("pub", version, transport)
            pub.publishes(topic, "kept", 1, True)
            sub = self.person("sub", version, transport)
            sub.subscribes(topic, 1)
            message = sub.gets()
            self.assertEqual((message.payload, message.retain), (b"kept", True))
            pub.publishes(topic, "", 1, True)
            self.assertEqual(sub.gets().payload, b"")

    def test_will(self):
        for version, transport, topic in self.in_each_mode():
            sub = self.person("sub", version, transport)
            sub.subscribes(topic, 1)
            self.person("doomed", version, transport, will=(topic, "gone", 1, False)).vanishes()
            self.assertEqual(sub.gets().payload, b"gone")

    def test_a_session_is_resumed(self):
        for version, transport, topic in self.in_each_mode():
            sub = self.person("sub", version, transport, clean=False)
            sub.subscribes(topic, 1)
            sub.leaves()
            pub = self.person("pub", version, transport)
            for i in range(20):
                pub.publishes(topic, str(i), 1)
            again = self.person("sub", version, transport, clean=False)
            present = again.flags["session present"]
            self.assertTrue(present)
            self.assertEqual([int(again.gets().payload) for _ in range(20)], list(range(20)))

    def test_shared_subscription(self):
        for version, transport, topic in self.in_each_mode():
            group = [self.person(f"member{i}", version, transport) for i in range(3)]
            for member in group:
                member.subscribes(f"$share/g/{topic}", 1)
            pub = self.person("pub", version, transport)
            for i in range(30):
                pub.publishes(topic, str(i), 1)
            wait_for(lambda: sum(m.messages.qsize() for m in group) == 30, "every message reaches one member")
            self.assertTrue(all(m.messages.qsize() for m in group))

    def test_a_large_payload(self):
        for version, transport, topic in self.in_each_mode():
            payload = bytes(range(256)) * 600
            sub, pub = self.person("sub", version, transport), self.person("pub", version, transport)
            sub.subscribes(topic, 2)
            pub.publishes(topic, payload, 2)
            self.assertEqual(sub.gets().payload, payload)

    def test_the_other_transport_and_version_hear_it(self):
        people = [self.person("p", *mode) for mode in MODES]
        for person in people:
            person.subscribes(self.topic(), 1)
        people[0].publishes(self.topic(), "to all", 1)
        for person in people:
            self.assertEqual(person.gets().payload, b"to all")

    def test_properties_and_options_of_version_5(self):
        for transport in ("tcp", "tls", "websockets", "wss"):
            topic = self.topic("/" + transport)
            sub = self.person("sub", mqtt.MQTTv5, transport)
            numbered = Properties(PacketTypes.SUBSCRIBE)
            numbered.SubscriptionIdentifier = 77
            sub.subscribes(topic, options=SubscribeOptions(qos=1, noLocal=True), properties=numbered)
            pub = self.person("pub", mqtt.MQTTv5, transport)
            properties = Properties(PacketTypes.PUBLISH)
            properties.UserProperty = [("traceparent", "00-1"), ("event-id", "2")]
            properties.ResponseTopic = "answer"
            properties.CorrelationData = b"\x00\x01"
            properties.ContentType = "text/plain"
            sub.client.publish(topic, "own", 1)
            pub.publishes(topic, "x", 1, properties=properties)
            message = sub.gets()
            self.assertEqual(message.payload, b"x")
            self.assertEqual(message.properties.UserProperty, properties.UserProperty)
            self.assertEqual(message.properties.ResponseTopic, "answer")
            self.assertEqual(message.properties.CorrelationData, b"\x00\x01")
            self.assertEqual(message.properties.ContentType, "text/plain")
            self.assertEqual(message.properties.SubscriptionIdentifier, [77])

    def test_take_over_is_told(self):
        first = self.person("same", mqtt.MQTTv5, "tcp")
        first.client.reconnect_delay_set(60, 120)
        self.person("same", mqtt.MQTTv5, "tcp")
        first.ended.get(timeout=DEADLINE_S)


if __name__ == "__main__":
    case.main()
