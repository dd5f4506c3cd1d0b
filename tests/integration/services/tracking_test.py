#!/usr/bin/python3
"""Tracking: one of two shows where the vehicle is."""
import signal
import time
import unittest

from payloads import award, location, said_at_ms
from world import CONSUME, World, wait_for


@unittest.skipIf(CONSUME != "queue", "instances share a database, and a queue")
class Standby(World):
    def test_one_shows_where_the_vehicle_is_and_the_other_takes_over_when_it_is_killed(self):
        listener = self.listen("order/track/#")
        self.start("tracking")
        self.start("tracking", instance="tracking-2")
        listener.publish("order/award/o1", award("o1", "v1"))

        def shown():
            listener.publish("vehicle/v1/location", location("v1"))
            return listener.on("order/track/o1")
        wait_for(lambda: len(shown()) >= 4, "the customer sees the vehicle")
        moments = sorted(said_at_ms(update) for update in listener.on("order/track/o1"))
        self.assertGreater(min(later - earlier for earlier, later in zip(moments, moments[1:])), 500,
                           "one of the two shows it, once a second")
        self.stop("tracking", signal.SIGKILL)
        begin = time.monotonic()
        listener.heard.clear()
        wait_for(shown, "the customer sees it again")
        print(f"tracking-2 took over in {time.monotonic() - begin:.2f} s")
        self.start("tracking")
        listener.publish("order/award/o2", award("o2", "v1"))
        wait_for(lambda: shown() and listener.on("order/track/o2"), "a new order is shown, too")


if __name__ == "__main__":
    unittest.main(verbosity=2)
