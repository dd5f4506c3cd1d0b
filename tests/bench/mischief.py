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
        self.kept, self.repeated, self.killed, self.dead = [], 0, [], {None}
        self.stopped, self.network, self.fate = threading.Event(), None, collections.Counter()
        self.threads = []

    def start(self, seconds, victims, repeats=True):
        port = int(self.status()["mqtt"].rsplit(":", 1)[1])
        self.client = mqtt.Client(protocol=mqtt.MQTTv5)
        self.client.on_message = self.heard
        self.client.on_connect = self.connected  # also after the broker was killed
        self.client.on_disconnect = lambda _client, _data, reason, *_: self.tell_fate("disconnected", reason)
        self.client.on_subscribe = lambda _client, _data, _id, reasons, *_: self.tell_fate("subscribed", *reasons)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.is_repeating = repeats
        moments = sorted(self.dice.uniform(0, seconds) for _ in victims)
        victims = self.dice.sample(victims, len(victims))
        self.threads = [threading.Thread(target=self.kill, args=(moments, victims), daemon=True)]
        if repeats:
            self.threads.append(threading.Thread(target=self.repeat, daemon=True))
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
        self.client.disconnect()
        self.client.loop_stop()
        kills = ", ".join(f"{name} {count}" for name, count in sorted(collections.Counter(self.killed).items()))
        if self.is_repeating and not self.repeated:
            raise RuntimeError(f"nothing was repeated, which was the plan; the repeater: {dict(self.fate)}")
        cuts = f", {self.network.cuts} connections cut" if self.network else ""
        return f"{len(self.killed)} kills ({kills}), {self.repeated} messages repeated{cuts}"

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

    def repeat(self):
        """Any message heard so far, again: late, out of order, and under its old event id."""
        while not self.stopped.wait(self.dice.uniform(0, 0.05)):
            if self.kept:
                message = self.dice.choice(self.kept)
                self.client.publish(message.topic, message.payload, qos=1)
                self.repeated += 1
