"""A Kafka cluster for a test (kafka_cluster.cpp), and what it was given.

    with KafkaCluster(program, "topic") as kafka:    kafka.bootstrap    kafka.say("down")    kafka.got
"""
import json
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from waiting import wait_for  # noqa: E402


class KafkaCluster:
    def __init__(self, program, *topics):
        self.got, self.obeyed = [], 0
        self.process = subprocess.Popen([program, *topics], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.bootstrap = json.loads(self.process.stdout.readline())["bootstrap"]
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            if "done" in told:
                self.obeyed += 1
            else:
                self.got.append(told)

    def say(self, *words):
        """And it is done."""
        before = self.obeyed
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        wait_for(lambda: self.obeyed > before, "obedience")

    def has(self, count):
        wait_for(lambda: len({record["value"] for record in self.got}) >= count, f"{count} records")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.thread.join()
        self.process.stdout.close()
