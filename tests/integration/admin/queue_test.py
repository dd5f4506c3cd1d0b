#!/usr/bin/python3
"""Named queues of a real drayd, through the clients that people use, drayctl, and over restarts.

    queue_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import pathlib
import signal
import subprocess
import tempfile
import unittest

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from programs import DEADLINE_S, Drayd, main, wait_for

CONFIG = """
[[queue]]
name = "jobs"
filters = ["job/#"]
deliveries_max = 3
dead_letter_queue = "jobs.dead"

[[queue]]
name = "few"
filters = ["few/#"]
messages_max = 8
"""
PUBACK = 0x40
REFUSED = 0x83  # Implementation specific error: any reason from 0x80 on refuses


class Worker(paho.Client):
    """A Paho client that consumes a queue, at QoS 1. Paho sends each PUBACK by itself; `answer` says which: a reason
    code, or None for a worker that does not get done with its message."""

    def __init__(self, drayd, name, queue, answer=0, receive_maximum=100):
        super().__init__(name, protocol=paho.MQTTv5)
        self.answer, self.got, self.granted = answer, [], []
        self.on_message = lambda _client, _data, message: self.got.append(message)
        self.on_subscribe = lambda _client, _data, _mid, granted, *_: self.granted.append(granted)
        properties = Properties(PacketTypes.CONNECT)
        properties.ReceiveMaximum = receive_maximum
        self.connect("127.0.0.1", drayd.port("mqtt"), properties=properties)
        self.loop_start()
        self.subscribe(f"$queue/{queue}", 1)
        wait_for(lambda: self.granted, "the subscription")

    def _send_puback(self, mid):
        if self.answer is None:
            return paho.MQTT_ERR_SUCCESS
        packet = bytes([PUBACK, 3, mid >> 8, mid & 0xFF, self.answer])
        return self._packet_queue(PUBACK, packet, mid, 1)

    def payloads(self):
        return [message.payload.decode() for message in self.got]

    def leaves(self):
        self.disconnect()
        self.loop_stop()


class Queues(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dray-queues-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "drayd.toml").write_text(CONFIG)

    def drayd(self, threads=4):
        return Drayd(self.folder, "--config", self.folder / "drayd.toml", "--data-dir", self.folder / "data",
                     "--threads", threads)

    def worker(self, drayd, name, queue="jobs", **more):
        worker = Worker(drayd, name, queue, **more)
        self.addCleanup(worker.leaves)
        return worker

    def command(self, drayd, program, *arguments):
        return [program, "-h", "127.0.0.1", "-p", str(drayd.port("mqtt")), "-q", "1", *arguments]

    def publish(self, drayd, topic, payloads, *more):
        subprocess.run(self.command(drayd, "mosquitto_pub", "-t", topic, "-l", *more), text=True, check=True,
                       input="".join(f"{payload}\n" for payload in payloads), timeout=DEADLINE_S)

    def consume(self, drayd, queue, count, *more):
        """The lines that mosquitto_sub prints for so many messages."""
        return subprocess.run(self.command(drayd, "mosquitto_sub", "-t", f"$queue/{queue}", "-C", str(count), *more),
                              capture_output=True, text=True, check=True, timeout=DEADLINE_S).stdout.splitlines()

    def queue(self, drayd, name):
        return drayd.http("GET", f"/api/v1/queues/{name}")[1]

    def wait_for_depth(self, drayd, **depths):
        wait_for(lambda: all(self.queue(drayd, name.replace("_", ".")).get("messages") == depth
                             for name, depth in depths.items()), f"the queues to hold {depths}")

    def test_consumers_share_a_queue(self):
        with self.drayd() as drayd:
            numbers = [str(number) for number in range(200)]
            consumers = [subprocess.Popen(self.command(drayd, "mosquitto_sub", "-V", version, "-t", "$queue/jobs"),
                                          stdout=subprocess.PIPE, text=True) for version in ("311", "5")]
            workers = [self.worker(drayd, f"w{number}") for number in range(2)]
            wait_for(lambda: self.queue(drayd, "jobs")["consumers"] == 4, "four consumers")
            self.publish(drayd, "job/a", numbers)
            self.wait_for_depth(drayd, jobs=0)
            got = [worker.payloads() for worker in workers]
            for consumer in consumers:
                consumer.terminate()
                got.append(consumer.communicate(timeout=DEADLINE_S)[0].splitlines())
            self.assertEqual(sorted(sum(got, []), key=int), numbers, "each once")
            for each in got:
                self.assertGreater(len(each), 10, "all of them had something to do")

    def test_what_a_consumer_did_not_get_done_goes_to_the_next(self):
        with self.drayd() as drayd:
            stuck = self.worker(drayd, "stuck", answer=None)
            self.publish(drayd, "job/a", range(10))
            wait_for(lambda: len(stuck.got) == 10, "the messages")
            self.assertEqual(self.queue(drayd, "jobs")["unacknowledged"], 10)
            stuck.leaves()
            self.assertEqual(self.consume(drayd, "jobs", 10), [str(number) for number in range(10)])
            self.wait_for_depth(drayd, jobs=0)

    def test_refused_messages_become_dead_letters_and_are_redriven(self):
        for threads in (1, 4):
            with self.subTest(threads=threads):
                with self.drayd(threads) as drayd:
                    worker = self.worker(drayd, "picky", answer=REFUSED)
                    self.publish(drayd, "job/a", ["1", "2"], "-V", "5", "-D", "publish", "user-property", "order", "7")
                    self.wait_for_depth(drayd, jobs=0, jobs_dead=2)
                    self.assertEqual(sorted(worker.payloads()), ["1"] * 3 + ["2"] * 3, "each was tried three times")
                    worker.leaves()
                    self.assertEqual(drayd.stop(signal.SIGKILL), -signal.SIGKILL)
                with self.drayd(threads) as drayd:
                    self.assertEqual(drayd.ctl_json("dlq", "ls")["queues"][0]["messages"], 2)
                    for message in drayd.ctl_json("dlq", "peek", "jobs.dead")["messages"]:
                        user = dict(message["properties"]["user"])
                        self.assertLess({"order": "7", "dead-letter-reason": "max-deliveries", "dead-letter-queue": "jobs",
                                         "dead-letter-topic": "job/a", "dead-letter-deliveries": "3"}.items(), user.items())
                    self.assertIn("2 messages", drayd.ctl("dlq", "redrive", "jobs.dead").stdout)
                    self.wait_for_depth(drayd, jobs=2, jobs_dead=0)
                    lines = self.consume(drayd, "jobs", 2, "-V", "5", "-F", "%t %p %P")
                    self.assertEqual(lines, ["job/a 1 order:7", "job/a 2 order:7"], "as they were")
                    self.wait_for_depth(drayd, jobs=0, jobs_dead=0)

    def test_publishers_of_a_full_queue_wait_or_are_refused(self):
        with self.drayd() as drayd:
            numbers = [str(number) for number in range(12)]
            self.publish(drayd, "few/a", numbers[:8])
            wait_for(lambda: self.queue(drayd, "few")["is_full"], "the queue to be full")
            # Its four are parked: it does not end before there is room for them.
            publisher = subprocess.Popen(self.command(drayd, "mosquitto_pub", "-V", "311", "-t", "few/a", "-l"),
                                         stdin=subprocess.PIPE, text=True)
            publisher.stdin.write("\n".join(numbers[8:]) + "\n")
            publisher.stdin.close()
            wait_for(lambda: drayd.ctl_json("status")["parked_messages"] == 4, "four messages to be parked")
            refused = subprocess.run(self.command(drayd, "mosquitto_pub", "-V", "5", "-t", "few/a", "-m", "no"),
                                     capture_output=True, text=True, timeout=DEADLINE_S, check=False)
            self.assertIn("Quota exceeded", refused.stderr)
            self.assertIsNone(publisher.poll(), "it waits")
            self.assertEqual(self.consume(drayd, "few", 12), numbers)
            self.assertEqual(publisher.wait(DEADLINE_S), 0)


if __name__ == "__main__":
    main()
