#!/usr/bin/python3
"""Reporting: a read model out of the log."""
import signal
import subprocess
import unittest

from postgres import BINARIES
from world import CONSUME, DATABASE, World, wait_for


class Reporting(World):
    def test_a_read_model_that_was_deleted_comes_back_from_the_log(self):
        self.start_services("inventory", "billing", "packing", "store")
        reporting = self.start("reporting", "--http", "127.0.0.1:0")
        order = self.order()
        story = ["order/new", "order/reserved", "payment/paid", "order/packed"]
        wait_for(lambda: [e["event"] for e in self.get(f"/api/timeline/{order}", reporting)] == story, "the story")
        self.stop("reporting")
        if CONSUME != "queue":
            return  # no log to read again
        if DATABASE:
            subprocess.run([f"{BINARIES}/psql", "-q", self.database, "-c", "SET client_min_messages TO warning; DROP SCHEMA reporting CASCADE"], check=True, timeout=60)
        for file in self.folder.glob("reporting.db*"):
            file.unlink()
        reporting = self.start("reporting", "--http", "127.0.0.1:0")
        wait_for(lambda: [e["event"] for e in self.get(f"/api/timeline/{order}", reporting)] == story, "the story again")
        self.stop("reporting", signal.SIGKILL)
        later = self.order()
        wait_for(lambda: self.status(later) == "shipped", "shipped")
        reporting = self.start("reporting", "--http", "127.0.0.1:0")
        wait_for(lambda: self.get("/api/totals", reporting)["orders"] == 2, "two orders, each once")


if __name__ == "__main__":
    unittest.main(verbosity=2)
