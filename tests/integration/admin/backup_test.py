#!/usr/bin/python3
"""The store of a running drayd is backed up, and put back.

    backup_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import pathlib
import signal
import subprocess
import tempfile
import threading
import unittest

from programs import DEADLINE_S, PROGRAMS, Drayd, drayctl, main, wait_for

TAKER = ("-i", "taker", "-c", "-q", 1, "-t", "kept")


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data = pathlib.Path(self.folder.name) / "data"
        self.drayd = self.start(self.data)

    def start(self, data):
        return self.enterContext(Drayd(self.folder.name, "--data-dir", data))

    @staticmethod
    def client(drayd, command, *arguments):
        done = drayctl(command, "-p", drayd.port("mqtt"), *arguments)
        assert done.returncode == 0, f"drayctl {command} {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def publish(self, *messages):
        for message in messages:
            self.client(self.drayd, "pub", "-t", "kept", "-q", 1, "-m", message)

    def taken(self, drayd, count):
        return self.client(drayd, "sub", *TAKER, "-C", count, "-W", DEADLINE_S).split()

    def test_what_was_acknowledged_before_it_is_in_it_and_nothing_after(self):
        self.client(self.drayd, "sub", *TAKER, "-W", 0.2)
        self.publish("one", "two")
        backup = pathlib.Path(self.drayd.ctl_json("store", "backup", "friday")["folder"])
        self.assertEqual(backup, self.data / "backups/friday")
        self.publish("three")
        self.assertEqual(self.taken(self.drayd, 3), ["one", "two", "three"])
        self.assertIn("the store is sound", drayctl("store", "check", backup).stdout)

        twice = self.drayd.ctl("store", "backup", "friday", code=1)
        self.assertIn("of that name", twice.stderr)
        outside = self.drayd.ctl("store", "backup", "../friday", code=1)
        self.assertIn("a name has", outside.stderr)

        other = pathlib.Path(self.folder.name) / "other"
        self.assertEqual(drayctl("store", "restore", backup, other).returncode, 0)
        again = drayctl("store", "restore", backup, other)
        self.assertEqual(again.returncode, 1)
        self.assertIn("already", again.stderr)
        restored = self.start(other)
        self.client(restored, "pub", "-t", "kept", "-q", 1, "-m", "later")
        self.assertEqual(self.taken(restored, 3), ["one", "two", "later"])

    def test_it_is_made_under_load_and_survives_what_it_was_made_of(self):
        self.client(self.drayd, "sub", *TAKER, "-W", 0.2)
        stop, acknowledged = threading.Event(), []

        def publish():
            while not stop.is_set():
                self.publish(str(len(acknowledged)))
                acknowledged.append(len(acknowledged))

        writer = threading.Thread(target=publish)
        writer.start()
        try:
            wait_for(lambda: len(acknowledged) > 5, "some messages")
            before = len(acknowledged)
            backup = self.drayd.ctl_json("store", "backup", "busy")["folder"]
            wait_for(lambda: len(acknowledged) > before + 5, "it goes on")
        finally:
            stop.set()
            writer.join()
        self.drayd.stop(signal.SIGKILL)
        other = pathlib.Path(self.folder.name) / "other"
        self.assertEqual(drayctl("store", "restore", backup, other).returncode, 0)
        found = self.taken(self.start(other), before)
        self.assertEqual(found, [str(i) for i in range(before)])

    def test_without_a_data_dir_there_is_nothing_to_back_up(self):
        drayd = self.enterContext(Drayd(self.folder.name))
        self.assertIn("no data_dir", drayd.ctl("store", "backup", "x", code=1).stderr)

    def test_a_damaged_backup_is_not_restored(self):
        self.client(self.drayd, "sub", *TAKER, "-W", 0.2)
        self.publish("one")
        backup = pathlib.Path(self.drayd.ctl_json("store", "backup", "torn")["folder"])
        next((backup / "store").glob("MANIFEST-*")).write_bytes(b"torn")
        other = pathlib.Path(self.folder.name) / "other"
        refused = subprocess.run([PROGRAMS["drayctl"], "store", "restore", backup, other], capture_output=True, text=True,
                                 timeout=DEADLINE_S, check=False)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertFalse((other / "store").exists())


if __name__ == "__main__":
    main()
