#!/usr/bin/python3
"""Who may do what, by mosquitto's clients against a real drayd: what is open without a configuration, and access rules.

    access.py PATH-OF-DRAYD [unittest arguments]
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import listeners
from broker import DEADLINE_S

ACL = """
topic read open/#
user brewer
topic beer/#
topic deny beer/secret/#
pattern write state/%c/#
"""


class Access(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="dray-access-")))

    def drayd(self, toml, *arguments):
        program = listeners.Drayd(self.folder, toml, *arguments)
        self.addCleanup(program.stop)
        return program

    def with_rules(self):
        acl, users = self.folder / "acl", self.folder / "users"
        acl.write_text(ACL)
        done = subprocess.run([listeners.DRAYD, "--hash-password", "brewer"], input="hops\n", text=True, check=True,
                              capture_output=True, timeout=DEADLINE_S)
        users.write_text(done.stdout)
        return self.drayd("[listeners]\nmqtt = '127.0.0.1:0'\nws = ''\n"
                          f"[auth]\nacl_file = '{acl}'\npassword_file = '{users}'\n")

    def run_client(self, program, name, *arguments):
        """What it printed; mosquitto's clients tell reason codes with -d."""
        done = subprocess.run([name, "-h", "127.0.0.1", "-p", str(program.address(0)[1]), "-V", "mqttv5", "-d", *arguments],
                              capture_output=True, text=True, timeout=DEADLINE_S)
        return done.stdout + done.stderr

    def subscribe(self, program, filter, *arguments):
        # -E: ends when the subscription is acknowledged.
        return self.run_client(program, "mosquitto_sub", "-E", "-t", filter, *arguments)

    def publish(self, program, topic, *arguments):
        return self.run_client(program, "mosquitto_pub", "-q", "1", "-m", "x", "-t", topic, *arguments)

    def test_subscriptions_beyond_the_rules_are_refused(self):
        program = self.with_rules()
        brewer = ("-u", "brewer", "-P", "hops")
        self.assertIn("Subscribed (mid: 1): 0", self.subscribe(program, "beer/#", *brewer))
        self.assertIn("Subscribed (mid: 1): 0", self.subscribe(program, "open/#"))
        for filter, who in (("#", brewer), ("beer/secret/#", brewer), ("open/#", brewer), ("beer/#", ()), ("$SYS/#", ()),
                            ("$share/g/#", brewer)):
            with self.subTest(filter=filter, who=who):
                self.assertIn("Subscribed (mid: 1): 135", self.subscribe(program, filter, *who))

    def test_messages_beyond_the_rules_are_refused(self):
        program = self.with_rules()
        self.assertIn("RC:135", self.publish(program, "beer/ale"))
        self.assertIn("RC:135", self.publish(program, "state/other/x", "-i", "me"))
        self.assertIn("RC:16", self.publish(program, "state/me/x", "-i", "me"))
        self.assertIn("RC:135", self.publish(program, "beer/secret/x", "-u", "brewer", "-P", "hops"))

    def test_without_a_configuration_only_this_machine_is_let_in_without_a_name(self):
        program = self.drayd("", "--mqtt", "127.0.0.1:0", "--ws", "0.0.0.0:0", "--set", "listener.0.bind=0.0.0.0:0")
        self.assertIn("Subscribed (mid: 1): 0", self.subscribe(program, "a"))
        program.listeners = program.listeners[2:]
        self.assertIn("Not authorized", self.subscribe(program, "a"))

    def test_a_password_file_of_mosquittos_lets_its_users_in(self):
        users = self.folder / "users"
        users.touch()
        for user, method in (("old", "sha512"), ("new", "sha512-pbkdf2")):
            subprocess.run(["mosquitto_passwd", "-b", "-H", method, users, user, "hops"], check=True, timeout=DEADLINE_S)
        program = self.drayd(f"[listeners]\nmqtt = '127.0.0.1:0'\nws = ''\n[auth]\npassword_file = '{users}'\n")
        for user in ("old", "new"):
            self.assertIn("Subscribed (mid: 1): 0", self.subscribe(program, "a", "-u", user, "-P", "hops"))
            self.assertIn("CONNACK (134)", self.subscribe(program, "a", "-u", user, "-P", "malt"))

    def test_a_rule_that_is_wrong_is_named(self):
        acl = self.folder / "acl"
        acl.write_text("topic read a\npattern read order/%{x\n")
        done = subprocess.run([listeners.DRAYD, "--check-config", "--set", f"auth.acl_file={acl}"], capture_output=True,
                              text=True, timeout=DEADLINE_S)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{acl}:2: 'order/%{{x'", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-DRAYD")
    listeners.DRAYD = sys.argv.pop(1)
    unittest.main(verbosity=2)
