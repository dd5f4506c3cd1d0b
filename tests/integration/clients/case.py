"""What the test programs here share: one broker for all tests of a program, named on the command line.

    mosquitto_commands.py PROGRAM [unittest arguments]        PROGRAM is the path of drayd, or mosquitto
"""
import sys
import unittest

from broker import Broker


class ClientCase(unittest.TestCase):
    broker = None

    def topic(self, suffix=""):
        """A topic of this test alone."""
        return f"{type(self).__name__}/{self._testMethodName}{suffix}"


def main(threads=4):
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-DRAYD|mosquitto")
    program = sys.argv.pop(1)
    with Broker(program, threads) as broker:
        ClientCase.broker = broker
        result = unittest.main(module="__main__", exit=False, verbosity=2).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
