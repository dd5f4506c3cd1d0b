#!/usr/bin/python3
"""What operators watch by is really there: every metric that an alert rule or the dashboard names, and what drayctl's
shell completion offers.

    watch_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from programs import DEADLINE_S, PROGRAMS, Drayd, main

ROOT = pathlib.Path(__file__).resolve().parents[3]
ALERTS = ROOT / "docker/prometheus/alerts.yml"
DASHBOARD = ROOT / "docker/grafana/dray.json"
OF_EVERY_KIND = """
site = "here"
[[queue]]
name = "jobs"
filters = ["job/#"]
[[stream]]
name = "events"
filters = ["order/#"]
[[bridge]]
name = "away"
address = "127.0.0.1:1"
[[bridge.topics]]
filter = "order/#"
direction = "out"
[[sink]]
name = "far"
kind = "amqp"
stream = "events"
url = "amqp://127.0.0.1:1"
"""


def named(text):
    return set(re.findall(r"\bdray_[a-z_]+", text))


class Metrics(unittest.TestCase):
    def test_what_alerts_and_dashboard_name_exists(self):
        with tempfile.TemporaryDirectory(prefix="dray-watch-") as folder:
            config = pathlib.Path(folder) / "drayd.toml"
            config.write_text(OF_EVERY_KIND)
            with Drayd(folder, "--config", config, "--threads", "1") as drayd:
                status, text = drayd.http("GET", "/metrics")
        self.assertEqual(status, 200)
        exist = set(re.findall(r"^# TYPE (\S+)", text, re.M))
        # Those of the services are in their source; not every preset builds them.
        exist |= named((ROOT / "services/common/metrics.cpp").read_text())
        for file in (ALERTS, DASHBOARD):
            with self.subTest(file=file.name):
                names = named(file.read_text())
                self.assertGreater(len(names), 10)
                self.assertEqual(names - exist, set())

    def test_the_reasons_of_discarding_are_those_of_the_broker(self):
        reasons = re.search(r'reason=~"([^"]*)"', ALERTS.read_text())[1].split("|")
        with tempfile.TemporaryDirectory(prefix="dray-watch-") as folder, Drayd(folder, "--threads", "1") as drayd:
            known = set(re.findall(r'reason="([^"]*)"', drayd.http("GET", "/metrics")[1]))
        self.assertLessEqual(set(reasons), known)

    def test_the_dashboard_has_no_two_panels_of_one_number_or_place(self):
        panels = json.loads(DASHBOARD.read_text())["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
        self.assertEqual(len(places), len(panels))


class Completion(unittest.TestCase):
    def offered(self, *words, admin="127.0.0.1:1"):
        """What bash offers for the last of the words."""
        script = (f"source {ROOT}/packaging/completion/drayctl\nCOMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"
                  '_drayctl\nprintf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", "drayctl", *words], capture_output=True, text=True,
                              timeout=DEADLINE_S, check=True,
                              env={**os.environ, "DRAYCTL_ADMIN": admin,
                                   "PATH": f"{pathlib.Path(PROGRAMS['drayctl']).parent}:{os.environ['PATH']}"})
        return set(done.stdout.split())

    def test_commands_and_options(self):
        self.assertLessEqual({"status", "queue", "dlq", "stream", "sink", "store"}, self.offered(""))
        self.assertEqual(self.offered("que"), {"queue"})
        self.assertLessEqual({"create", "delete", "ls"}, self.offered("queue", ""))
        self.assertEqual(self.offered("--json", "dlq", "p"), {"peek", "purge"})
        self.assertEqual(self.offered("queue", "create", "--re"), {"--replace", "--retry-delay"})

    def test_names_that_the_broker_knows(self):
        with tempfile.TemporaryDirectory(prefix="dray-watch-") as folder, Drayd(folder, "--threads", "1") as drayd:
            drayd.ctl("queue", "create", "orders", "--filter", "order/#")
            self.assertEqual(self.offered("queue", "delete", "", admin=drayd.address["admin"]), {"orders"})
            self.assertEqual(self.offered("stream", "delete", "", admin=drayd.address["admin"]), set())


if __name__ == "__main__":
    main()
