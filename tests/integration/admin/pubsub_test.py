#!/usr/bin/python3
"""drayctl pub and sub against a real drayd.

    pubsub_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import json
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest

from programs import DEADLINE_S, PROGRAMS, Drayd, drayctl, main, wait_for

BID = {"header": {"order_id": "7"}, "vehicle_id": "v-0042", "eta_seconds": 90}


class PubSub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        rules = pathlib.Path(cls.folder.name) / "acl"
        rules.write_text("topic readwrite open/#\ntopic readwrite order/#\n")
        config = pathlib.Path(cls.folder.name) / "drayd.toml"
        config.write_text(f'[auth]\nacl_file = "{rules}"\n')
        cls.drayd = Drayd(cls.folder.name, "--config", config)
        cls.where = ("-p", cls.drayd.port("mqtt"))

    @classmethod
    def tearDownClass(cls):
        cls.drayd.stop()
        cls.folder.cleanup()

    def ctl(self, *arguments, code=0):
        done = drayctl(*arguments)
        self.assertEqual(done.returncode, code, f"drayctl {arguments}: {done.stdout}{done.stderr}")
        return done

    def publish(self, *arguments, **more):
        return self.ctl("pub", *self.where, *arguments, **more)

    def test_what_is_retained_is_printed_with_its_topic_and_its_properties(self):
        self.publish("-t", "open/a", "-m", "one", "-r", "-q", "1", "-D", "colour", "red")
        plain = self.ctl("sub", *self.where, "-t", "open/a", "-C", 1, "-W", DEADLINE_S, "-v")
        self.assertEqual(plain.stdout, "open/a one\n")
        as_json = self.ctl("--json", "sub", *self.where, "-t", "open/+", "-q", 1, "-C", 1, "-W", DEADLINE_S)
        self.assertEqual(json.loads(as_json.stdout), {"topic": "open/a", "qos": 1, "retain": True,
                                                      "user": [["colour", "red"]], "payload": "one"})
        without = self.ctl("sub", *self.where, "-t", "open/a", "-R", "-C", 1, "-W", 0.2, code=1)
        self.assertIn("0 of 1", without.stderr)

    def test_our_own_messages_are_encoded_and_decoded(self):
        topic = "order/bid/60614/7/v-0042"
        self.publish("-t", topic, "-r", "-q", "2", "--encode", "-m", json.dumps(BID))
        text = self.ctl("sub", *self.where, "-t", topic, "-C", 1, "-W", DEADLINE_S, "--decode").stdout
        self.assertEqual(json.loads(text), BID)
        raw = self.ctl("sub", *self.where, "-t", topic, "-C", 1, "-W", DEADLINE_S).stdout
        self.assertIn("v-0042", raw)
        self.assertNotEqual(raw, text)
        wrong = self.publish("-t", topic, "--encode", "-m", '{"vehicle": 1}', code=2)
        self.assertIn("no Bid", wrong.stderr)
        self.assertIn("vehicle", wrong.stderr)
        foreign = self.publish("-t", "open/b", "--encode", "-m", "{}", code=2)
        self.assertIn("open/b", foreign.stderr)

    def test_lines_are_messages_and_a_session_is_kept(self):
        keeps = ("sub", *self.where, "-i", "taker", "-c", "-q", 1, "-t", "open/lines")
        self.ctl(*keeps, "-W", 0.2)
        subprocess.run([PROGRAMS["drayctl"], "pub", *map(str, self.where), "-t", "open/lines", "-q", "1", "-l"],
                       input="a\nb\nc\n", text=True, timeout=DEADLINE_S, check=True)
        self.assertEqual(self.ctl(*keeps, "-C", 3, "-W", DEADLINE_S).stdout, "a\nb\nc\n")

    def test_what_is_refused_is_said(self):
        denied = self.publish("-t", "closed", "-q", 1, "-m", "x", code=1)
        self.assertIn("closed", denied.stderr)
        self.assertIn("Not authorized", denied.stderr)
        denied = self.ctl("sub", *self.where, "-t", "closed/#", "-C", 1, "-W", DEADLINE_S, code=1)
        self.assertIn("closed/#", denied.stderr)
        nobody = self.ctl("pub", "-p", 1, "-t", "a", "-m", "x", code=3)
        self.assertIn("127.0.0.1:1: nobody answers", nobody.stderr)
        self.assertIn("--id", self.ctl("sub", *self.where, "-t", "a", "-c", code=2).stderr)
        self.assertIn("Exactly 1", self.publish("-t", "a", code=2).stderr)

    def test_top_shows_what_is_published_now(self):
        stop = threading.Event()
        with subprocess.Popen([PROGRAMS["drayctl"], "pub", *map(str, self.where), "-t", "open/now", "-l"],
                              stdin=subprocess.PIPE, text=True) as publisher:
            def publish():
                while not stop.wait(0.01):
                    publisher.stdin.write("x\n")
                    publisher.stdin.flush()

            writer = threading.Thread(target=publish)
            writer.start()

            def look():
                looks = self.drayd.ctl("--json", "top", "-n", 2, "--interval", "100ms", "--under", "open").stdout
                return next((look for look in map(json.loads, looks.splitlines())
                             if look["topics"] and look["publish_received_per_s"] > 0), None)

            def text():
                return re.search(r"open +\d+ +\d", self.drayd.ctl("top", "-n", 1, "--interval", "200ms").stdout)

            try:
                found = wait_for(look, "a topic with a rate")
                wait_for(text, "the same as text")
            finally:
                stop.set()
                writer.join()
                publisher.stdin.close()
        self.assertEqual(found["topics"][0]["topic"], "open/now")
        self.assertGreater(found["topics"][0]["messages_per_s"], 0)


if __name__ == "__main__":
    main()
