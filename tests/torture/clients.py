"""Clients with lasting sessions (MQTT 3.1.1) that keep what the specification asks of them (section 4.1), send again
what was not acknowledged, and write down in a ledger what was acknowledged and what arrived.

They outlive the broker's process: a lost connection is opened again as soon as a broker is there.
"""
import asyncio
import collections
import struct

CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, PINGRESP = 2, 3, 4, 5, 6, 7, 9, 13


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(first_byte, body):
    length, left = b"", len(body)
    while True:
        length += bytes([left & 0x7F | (0x80 if left > 127 else 0)])
        left >>= 7
        if left == 0:
            return bytes([first_byte]) + length + body


def connect_packet(client_id):
    return packet(0x10, text("MQTT") + bytes([4, 0]) + struct.pack(">H", 60) + text(client_id))


def publish_packet(topic, payload, qos, packet_id, dup, retain):
    first = 0x30 | (8 if dup else 0) | qos << 1 | (1 if retain else 0)
    return packet(first, text(topic) + struct.pack(">H", packet_id) + payload)


def subscribe_packet(topic, qos):
    return packet(0x82, struct.pack(">H", 1) + text(topic) + bytes([qos]))


def short_packet(kind, packet_id):
    return packet(kind << 4 | (2 if kind == PUBREL else 0), struct.pack(">H", packet_id))


async def read_packet(reader):
    first = (await reader.readexactly(1))[0]
    length, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return first, await reader.readexactly(length)


class Client:
    def __init__(self, client_id, ledger):
        self.client_id = client_id
        self.ledger = ledger
        self.writer = None
        self.had_session = False
        self.enabled = True  # whether it wants to be connected

    async def live(self, port):
        """For ever: connects, serves, connects again."""
        while True:
            if self.enabled:
                try:
                    await self.serve(port)
                except (OSError, asyncio.IncompleteReadError):
                    pass
                self.writer = None
            await asyncio.sleep(0.02)

    async def serve(self, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(connect_packet(self.client_id))
            first, body = await asyncio.wait_for(read_packet(reader), 60)
            assert first >> 4 == CONNACK and body[1] == 0, (first, body)
            session_present = body[0] == 1
            if self.had_session and not session_present:
                self.ledger.sessions_lost += 1
                self.session_was_lost()
            self.had_session = True
            self.writer = writer
            self.connected()
            while self.enabled:
                self.received(*await read_packet(reader))
        finally:
            self.writer = None
            writer.close()

    def send(self, data):
        if self.writer is not None and not self.writer.is_closing():
            self.writer.write(data)

    def session_was_lost(self):
        pass


class Publisher(Client):
    """Numbers its messages; QoS 1 and 2, and each topic's retained message in turn."""

    def __init__(self, client_id, ledger, topic, random, window=20):
        super().__init__(client_id, ledger)
        self.topic = topic
        self.random = random
        self.window = window
        self.outgoing = collections.OrderedDict()  # packet id -> [number, qos, retain, released]
        self.number = 0
        self.next_id = 1
        self.publishing = False
        self.progress = asyncio.Event()

    def payload(self, number):
        return f"{self.topic} {number} ".encode() + b"." * self.random.randrange(200)

    async def publish_for_ever(self):
        while True:
            if not self.publishing or self.writer is None or len(self.outgoing) >= self.window:
                self.progress.clear()
                try:
                    await asyncio.wait_for(self.progress.wait(), 0.05)
                except asyncio.TimeoutError:
                    pass
                continue
            self.number += 1
            # Retained ones at one QoS only: after a crash a message of QoS 1 may be accepted again, behind a later
            # one of QoS 2.
            qos = self.random.choice((1, 2))
            retain = qos == 1 and self.random.random() < 0.1
            while self.next_id in self.outgoing:
                self.next_id = self.next_id % 65535 + 1
            packet_id, self.next_id = self.next_id, self.next_id % 65535 + 1
            self.outgoing[packet_id] = [self.number, qos, retain, False]
            self.ledger.published(self.topic, self.number, qos, retain)
            self.send_one(packet_id, dup=False)
            if self.number % 16 == 0:
                await asyncio.sleep(0)

    def send_one(self, packet_id, dup):
        number, qos, retain, released = self.outgoing[packet_id]
        topic = self.topic + "/retained" if retain else self.topic
        if released:
            self.send(short_packet(PUBREL, packet_id))
        else:
            self.send(publish_packet(topic, self.payload(number), qos, packet_id, dup, retain))

    def connected(self):
        for packet_id in self.outgoing:
            self.send_one(packet_id, dup=True)

    def received(self, first, body):
        kind, packet_id = first >> 4, struct.unpack(">H", body[:2])[0] if len(body) >= 2 else 0
        known = self.outgoing.get(packet_id)
        if known is None:
            return
        number, qos, retain, released = known
        if (kind, qos) in ((PUBACK, 1), (PUBREC, 2)):
            self.ledger.acknowledged(self.topic, number, qos, retain)
        if kind == PUBREC and qos == 2:
            known[3] = True
            self.send(short_packet(PUBREL, packet_id))
        elif (kind, qos) == (PUBACK, 1) or (kind == PUBCOMP and released):
            del self.outgoing[packet_id]
            self.progress.set()

    @property
    def is_done(self):
        return not self.outgoing


class Subscriber(Client):
    def __init__(self, client_id, ledger, topic, qos):
        super().__init__(client_id, ledger)
        self.topic = topic
        self.qos = qos
        self.subscribed = False
        self.unreleased = set()

    def connected(self):
        if not self.subscribed:
            self.send(subscribe_packet(self.topic, self.qos))

    def session_was_lost(self):
        self.subscribed = False
        self.unreleased.clear()

    def arrived(self, topic, number, qos):
        self.ledger.arrived(self.client_id, topic, number, qos)

    def received(self, first, body):
        kind = first >> 4
        if kind == SUBACK:
            assert body[-1] < 0x80, f"{self.client_id}: the subscription was refused"
            self.subscribed = True
        elif kind == PUBLISH:
            topic_length = struct.unpack(">H", body[:2])[0]
            qos, at = first >> 1 & 3, 2 + topic_length
            packet_id = struct.unpack(">H", body[at:at + 2])[0] if qos else 0
            payload = body[at + (2 if qos else 0):]
            if qos < 2 or packet_id not in self.unreleased:
                topic, number = payload.split(b" ")[:2]
                self.arrived(topic.decode(), int(number), qos)
            if qos == 2:
                self.unreleased.add(packet_id)
                self.send(short_packet(PUBREC, packet_id))
            elif qos == 1:
                self.send(short_packet(PUBACK, packet_id))
        elif kind == PUBREL:
            packet_id = struct.unpack(">H", body[:2])[0]
            self.unreleased.discard(packet_id)
            self.send(short_packet(PUBCOMP, packet_id))


class Consumer(Subscriber):
    """One of those who share the queue: what one of them has got, all have. What it had not acknowledged when the
    broker was killed comes again, to any of them, so neither order nor exactly-once is asked of it."""
    NAME = "the queue"

    def arrived(self, topic, number, qos):
        self.ledger.consumed(self.NAME, topic, number)


class Ledger:
    """What was acknowledged to publishers, and what arrived where."""

    def __init__(self):
        self.sessions_lost = 0
        self.last_retained = collections.defaultdict(int)  # topic -> number
        self.qos = collections.defaultdict(dict)           # topic -> number -> qos as published
        self.acked = collections.defaultdict(set)          # topic -> numbers
        self.arrivals = collections.defaultdict(lambda: collections.Counter())  # (subscriber, topic) -> numbers
        self.exactly = collections.Counter()               # (subscriber, topic, number) at QoS 2
        self.highest = collections.defaultdict(int)        # (subscriber, topic, qos) -> number
        self.out_of_order = 0
        self.count = 0

    def published(self, topic, number, qos, retain):
        self.qos[topic][number] = qos
        if retain:
            self.last_retained[topic] = number

    def acknowledged(self, topic, number, qos, retain):
        self.acked[topic].add(number)

    def arrived(self, subscriber, topic, number, qos):
        self.count += 1
        numbers = self.arrivals[subscriber, topic]
        numbers[number] += 1
        if qos == 2:
            self.exactly[subscriber, topic, number] += 1
        if numbers[number] == 1:
            at = subscriber, topic, self.qos[topic][number]
            if number < self.highest[at]:
                self.out_of_order += 1
            self.highest[at] = max(self.highest[at], number)

    def consumed(self, queue, topic, number):
        self.count += 1
        self.arrivals[queue, topic][number] += 1

    def lost(self, subscribers):
        """(subscriber, topic, number) of what was acknowledged and never arrived."""
        return [(name, topic, number) for name in subscribers for topic, numbers in self.acked.items()
                for number in sorted(numbers) if self.arrivals[name, topic][number] == 0]

    def twice(self):
        return [at for at, count in self.exactly.items() if count > 1]
