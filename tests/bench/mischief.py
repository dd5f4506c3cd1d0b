"""What may happen to services at any time, done on purpose: kills, a network that is cut, and messages that come twice,
late and out of order.

    mischief = Mischief(seed, status)    status(): the demo's status.json
    mischief.start(seconds=30, victims=["dray-billing", "drayd", ...])    each is killed at some moment
    mischief.cut_often(network, seconds=30, cuts=5)                       see cut_network.py
    ...
    mischief.stop()                      -> what was done, in words

Every choice comes from the seed; when each falls in the services' work is up to the machine.
"""
import collections
import os
import random
import select
import signal
import threading
import time

import paho.mqtt.client as mqtt

REPEATED = ("order/new/#", "order/reserved/#", "order/packed/#", "order/ship/#", "order/bid/#", "order/award/#",
            "order/cancel/#", "order/cancelled/#", "order/delivered/#", "payment/#")
KEPT_MAX = 2000
CUT_SECONDS_MAX = 8


class Mischief:
    def __init__(self, seed, status):
        self.dice, self.status = random.Random(seed), status
        self.killed, self.dead = [], {None}
        self.stopped, self.network, self.repeater = threading.Event(), None, None
        self.threads = []

    def start(self, seconds, victims, repeats=True):
        moments = sorted(self.dice.uniform(0, seconds) for _ in victims)
        victims = self.dice.sample(victims, len(victims))
        self.threads = [threading.Thread(target=self.kill, args=(moments, victims), daemon=True)]
        if repeats:
            port = int(self.status()["mqtt"].rsplit(":", 1)[1])
            self.repeater = Repeater(port, random.Random(self.dice.random()))
            self.threads.append(threading.Thread(target=self.repeater.run, args=(self.stopped,), daemon=True))
        for thread in self.threads:
            thread.start()

    def cut_often(self, network, seconds, cuts):
        self.network = network
        moments = sorted(self.dice.uniform(0, seconds) for _ in range(cuts))
        lengths = [self.dice.uniform(0.5, CUT_SECONDS_MAX) for _ in range(cuts)]
        self.threads.append(threading.Thread(target=self.cut, args=(moments, lengths), daemon=True))
        self.threads[-1].start()

    def cut(self, moments, lengths):
        begin = time.monotonic()
        for moment, length in zip(moments, lengths):
            if self.stopped.wait(max(0, begin + moment - time.monotonic())):
                return
            self.network.cut(length)

    def wait_for_kills(self):
        self.threads[0].join()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()
        kills = ", ".join(f"{name} {count}" for name, count in sorted(collections.Counter(self.killed).items()))
        cuts = f", {self.network.cuts} connections cut" if self.network else ""
        repeated = f", {self.repeater.told()}" if self.repeater else ""
        return f"{len(self.killed)} kills ({kills}){repeated}{cuts}"

    def kill(self, moments, victims):
        begin = time.monotonic()
        for moment, victim in zip(moments, victims):
            if self.stopped.wait(max(0, begin + moment - time.monotonic())):
                return
            while not self.stopped.wait(0.1) and not self.kill_now(victim):
                pass  # killed before, and not back yet

    def kill_now(self, victim):
        pid = self.status()["pids"].get(victim)
        if pid in self.dead:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.dead.add(pid)
        self.killed.append(victim)
        return True


class Repeater:
    """Says any message heard so far again: late, out of order, and under its old event id. In one thread, which serves
    its own socket: the client library's waits by select(), which knows no more than 1,024 files."""

    def __init__(self, port, dice):
        self.dice, self.kept, self.repeated, self.fate = dice, [], 0, collections.Counter()
        self.client = mqtt.Client(protocol=mqtt.MQTTv5)
        self.client.on_message = self.heard
        self.client.on_connect = self.connected  # also after the broker was killed
        self.client.on_disconnect = lambda _client, _data, reason, *_: self.tell_fate("disconnected", reason)
        self.client.connect("127.0.0.1", port)

    def run(self, stopped):
        while not stopped.is_set():
            self.serve(time.monotonic() + self.dice.uniform(0, 0.05))
            if self.kept and self.client.is_connected():
                message = self.dice.choice(self.kept)
                self.client.publish(message.topic, message.payload, qos=1)
                self.repeated += 1
        self.client.disconnect()

    def serve(self, end):
        while (left := end - time.monotonic()) > 0:
            if self.client.socket() is None and not self.came_back():
                return time.sleep(left)
            ready = select.poll()
            ready.register(self.client.socket(), select.POLLIN)
            if ready.poll(1000 * left):
                self.client.loop_read()
            if self.client.want_write():
                self.client.loop_write()
            self.client.loop_misc()

    def came_back(self):
        try:
            return self.client.reconnect() == mqtt.MQTT_ERR_SUCCESS
        except OSError:  # not yet
            return False

    def told(self):
        if not self.repeated:
            raise RuntimeError(f"nothing was repeated, which was the plan; the repeater: {dict(self.fate)}")
        return f"{self.repeated} messages repeated"

    def tell_fate(self, *what):
        self.fate[" ".join(map(str, what))] += 1

    def connected(self, client, _data, _flags, reason, *_):
        self.tell_fate("connected", reason)
        client.subscribe([(topic, 1) for topic in REPEATED])

    def heard(self, _client, _data, message):
        if message.topic.startswith("order/track/"):
            return
        if len(self.kept) < KEPT_MAX:
            self.kept.append(message)
        else:
            self.kept[self.dice.randrange(KEPT_MAX)] = message
