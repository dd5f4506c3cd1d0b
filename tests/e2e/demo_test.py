#!/usr/bin/env python3
"""The demo script itself: it leaves no process behind, however it ends, and says what went wrong."""
import os
import signal
import socket
import unittest

from demo_stack import DemoStack, alive, free_ports, wait_for


def all_gone(pids):
    return not [pid for pid in pids if alive(pid)]


class DemoScript(unittest.TestCase):
    def start(self, **environment):
        stack = DemoStack(DEMO_VEHICLES="3", **environment)
        self.addCleanup(stack.stop)
        return stack

    def test_sigterm_stops_every_part(self):
        stack = self.start().wait_running()
        pids = stack.children()
        self.assertEqual(sorted(pids), sorted(stack.status()["pids"].values()))
        self.assertEqual(stack.stop(), 0)
        self.assertTrue(all_gone(pids))
        self.assertEqual(stack.status()["state"], "stopped")

    def test_a_killed_script_takes_every_part_along(self):
        stack = self.start().wait_running()
        pids = stack.children()
        self.assertEqual(len(pids), 13)
        stack.process.kill()
        wait_for(lambda: all_gone(pids), "all parts have ended")

    def test_a_part_that_dies_stops_the_others_and_is_named(self):
        stack = self.start().wait_running()
        pids = stack.children()
        os.kill(stack.status()["pids"]["dray-billing"], signal.SIGKILL)
        self.assertEqual(stack.process.wait(60), 1)
        self.assertTrue(all_gone(pids))
        self.assertIn("dray-billing ended with code -9", stack.log.read_text())

    def test_stopped_in_the_middle_of_its_start_it_leaves_nothing(self):
        stack = self.start()
        pids = wait_for(stack.children, "the first part runs")
        stack.process.send_signal(signal.SIGINT)
        self.assertEqual(stack.process.wait(60), 0)
        self.assertTrue(all_gone(pids))

    def test_a_taken_port_is_named(self):
        base = free_ports(4)[0]
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", base + 1))
            stack = self.start(DEMO_PORT_BASE=str(base))
            self.assertEqual(stack.process.wait(30), 1)
        self.assertIn(f"already in use: {base + 1}", stack.log.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
