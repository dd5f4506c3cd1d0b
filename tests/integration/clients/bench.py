#!/usr/bin/python3
"""dray-bench against a real drayd: every load does what it says, loses nothing, and what is lost is told.

    bench.py PATH-OF-DRAYD [unittest arguments]

dray-bench is looked for beside drayd. Nothing here depends on how fast anything is.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import listeners
from broker import DEADLINE_S, Broker

DRAYD = pathlib.Path(sys.argv[1])
SHORT = ("--seconds", "0.2", "--warm-up", "0.05")
TRAFFIC = (["pairs", "--pairs", "5"], ["fan-in", "--publishers", "6", "--subscribers", "2"], ["fan-out", "--subscribers", "20"],
           ["shared"], ["rate", "--pairs", "5", "--messages", "1000"], ["subs", "--filters", "5000"],
           ["fleet", "--vehicles", "50", "--report-hz", "20"])


def run(url, *arguments):
    return subprocess.run([DRAYD.parent / "dray-bench", "--broker", url, *map(str, arguments)],
                          capture_output=True, text=True, timeout=DEADLINE_S)


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = cls.enterClassContext(Broker(DRAYD, 2))
        cls.url = f"mqtt://127.0.0.1:{cls.broker.mqtt_port}"

    def figures(self, *arguments, url=None):
        done = run(url or self.url, "--pid", self.broker.process.pid, *SHORT, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        self.assertEqual(done.stdout.count("\n"), 1)
        return json.loads(done.stdout)

    def test_every_load_at_every_qos_loses_nothing(self):
        for qos in (0, 1, 2):
            for arguments in TRAFFIC:
                with self.subTest(qos=qos, load=arguments[0]):
                    figures = self.figures("--qos", qos, *arguments)
                    self.assertEqual((figures["workload"], figures["lost"]), (arguments[0], 0))
                    self.assertGreater(figures["delivered"], 0)
                    self.assertGreater(figures["cpu_s_per_million"], 0)
                    self.assertLessEqual(figures["p50_us"], figures["p999_us"])

    def test_every_transport(self):
        for scheme, port in (("ws", self.broker.ws_port), ("mqtts", self.broker.mqtts_port), ("wss", self.broker.wss_port)):
            with self.subTest(scheme=scheme):
                figures = self.figures("--insecure", "--qos", 1, "pairs", "--pairs", 5, url=f"{scheme}://localhost:{port}")
                self.assertEqual(figures["lost"], 0)

    def test_clients_come_and_stay(self):
        for options in ([], ["--at-once", "--subscribe"]):
            figures = self.figures("connect", "--clients", 200, "--hold", 0.1, *options)
            self.assertEqual(figures["clients"], 200)
            self.assertGreater(figures["cpu_ms_per_1000"], 0)

    def test_retained_messages_are_taken_and_removed(self):
        for _ in range(2):  # what the first left behind would come to the second
            self.assertEqual(self.figures("retained", "--count", 500)["topics"], 500)

    def test_messages_for_those_who_are_away_are_acknowledged(self):
        figures = self.figures("--topics", "keep", "durable", "--sessions", 5, "--publishers", 5, "--messages", 1000)
        self.assertGreaterEqual(figures["acknowledged"], 1000)

    def test_what_is_lost_is_told(self):
        with tempfile.TemporaryDirectory(prefix="dray-bench-") as folder:
            acl = pathlib.Path(folder) / "acl"
            acl.write_text("topic readwrite #\ntopic deny bench/0/0\n")
            program = listeners.Drayd(pathlib.Path(folder), "[listeners]\nmqtt = '127.0.0.1:0'\nws = ''\n"
                                      f"[auth]\nacl_file = '{acl}'\n")
            self.addCleanup(program.stop)
            done = run(f"mqtt://127.0.0.1:{program.address(0)[1]}", *SHORT, "--qos", 1, "fan-in", "--publishers", 2,
                       "--subscribers", 1, "--window", 4)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(json.loads(done.stdout)["lost"], 4)
            self.assertIn("4 deliveries are missing", done.stderr)

    def test_mistakes_are_told(self):
        for arguments, said in (
                ([self.url, "--qos", "3", "pairs"], "--qos"),
                ([self.url, "fleet", "--vehicles", "51"], "--vehicles"),
                ([self.url], "subcommand"),
                (["http://127.0.0.1", "pairs"], "scheme"),
                (["mqtt://127.0.0.1:1", "pairs"], "127.0.0.1:1"),
                ([f"mqtts://127.0.0.1:{self.broker.mqtts_port}", "pairs"], "certificate"),
                ([f"ws://127.0.0.1:{self.broker.mqtt_port}", "pairs"], "closes"),
                ([self.url, "--pid", "4194304", "pairs"], "no such process"),
                (["mqtts://127.0.0.1", "--ca-file", "/nowhere", "pairs"], "/nowhere")):
            done = run(*arguments)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    listeners.DRAYD = str(DRAYD)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
