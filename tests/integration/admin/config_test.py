#!/usr/bin/python3
"""drayctl config diff: what a configuration would change, before it is put in force.

    config_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import pathlib
import tempfile
import unittest

import paho.mqtt.client as paho
from programs import Drayd, main, wait_for

ROLE = "[[access]]\nname = 'all'\nanonymous = true\nusers = ['*']\npublish = {0}\nsubscribe = {0}\n"


class ConfigDiff(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dray-config-")))
        cls.file = cls.folder / "drayd.toml"
        cls.file.write_text(ROLE.format("['#']"))
        cls.drayd = cls.enterClassContext(Drayd(cls.folder, "--threads", "2", "--config", cls.file))

    def other(self, text):
        path = self.folder / "other.toml"
        path.write_text(text)
        return path

    def connect(self, name, topic):
        client = paho.Client(name)
        granted = []
        client.on_subscribe = lambda *_: granted.append(1)
        client.connect("127.0.0.1", self.drayd.port("mqtt"))
        client.loop_start()
        self.addCleanup(client.loop_stop)
        self.addCleanup(client.disconnect)
        client.subscribe(topic)
        wait_for(lambda: granted, "the subscription")

    def test_nothing_changes_by_the_file_it_was_started_with(self):
        self.assertEqual(self.drayd.ctl("config", "diff").stdout, "nothing changes\n")
        self.assertEqual(self.drayd.ctl("config", "diff", self.file).stdout, "nothing changes\n")

    def test_keys_and_listeners(self):
        more = self.other("threads = 1\n" + ROLE.format("['#']") + "[[listener]]\nbind = '127.0.0.1:1'\n")
        diff = self.drayd.ctl_json("config", "diff", more)
        # The command line has the last word, as in a reload: threads stay.
        self.assertEqual(diff["keys"], [{"key": "listener", "needs_restart": True}])
        self.assertEqual(diff["listeners"], [{"listener": "127.0.0.1:1", "change": "begins", "needs_restart": True}])
        self.assertIn("by a restart only", self.drayd.ctl("config", "diff", more).stdout)

    def test_clients_that_would_lose_access(self):
        self.connect("reader", "news/#")
        self.connect("other", "weather/#")
        less = self.other(ROLE.format("['weather/#']"))
        clients = {client["client_id"]: client for client in self.drayd.ctl_json("config", "diff", less)["clients"]}
        self.assertEqual(clients["reader"]["subscriptions"], ["news/#"])
        self.assertEqual(clients["other"]["subscriptions"], [])
        self.assertEqual(clients["other"]["publish"], ["#"])
        self.assertIn("subscribe news/#; publish #", self.drayd.ctl("config", "diff", less).stdout)

    def test_errors_are_told_with_their_place(self):
        wrong = self.other("thread = 1")
        self.assertIn(f"{wrong}:1:10: unknown key 'thread'", self.drayd.ctl("config", "diff", wrong, code=1).stderr)
        missing = self.drayd.ctl("config", "diff", self.folder / "missing.toml", code=1).stderr
        self.assertIn("cannot be read", missing)


if __name__ == "__main__":
    main()
