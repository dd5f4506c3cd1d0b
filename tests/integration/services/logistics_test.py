#!/usr/bin/python3
"""Logistics: who wins, and who takes over."""
import signal
import time
import unittest

from payloads import bid
from world import CONSUME, World, properties


class Dispatch(World):
    def test_where_a_window_is_open_the_soonest_wins_and_the_report_says_who_had_what(self):
        listener = self.listen("#")
        self.start_services("inventory", "billing", "packing", "store")
        fairness = self.start("logistics", "--http", "127.0.0.1:0", "--bid-window-ms", "500")
        order = self.order()
        listener.wait(f"order/ship/60614/{order}")
        for vehicle, eta in (("v-far", 100), ("v-near", 20)):
            listener.publish(f"order/bid/60614/{order}/{vehicle}", bid(order, vehicle, eta))
        listener.wait(f"order/award/{order}")
        self.assertIn(b"v-near", listener.on(f"order/award/{order}")[0].payload)
        listener.wait("vehicle/v-far/command")
        report = self.get("/api/fairness", fairness)
        self.assertEqual(report["awards_per_vehicle"], {"v-near": 1})
        self.assertEqual((report["awards"], report["jain_index"]), (1, 1))
        self.assertGreaterEqual(report["wait_ms"]["p50"], 500)


@unittest.skipIf(CONSUME != "queue", "exclusive is the queue")
class Standby(World):
    def test_one_dispatcher_is_active_and_the_other_takes_over_when_it_is_killed(self):
        listener = self.listen("order/#")
        self.start_services("inventory", "billing", "packing", "store")
        self.start("logistics")
        self.start("logistics", "--metrics", "127.0.0.1:0", instance="logistics-2")
        for active, standby in (("logistics", "logistics-2"), ("logistics-2", "logistics")):
            order = self.order()
            listener.wait(f"order/ship/60614/{order}")
            if standby == "logistics-2":
                self.assertEqual(self.metric(standby, "dray_service_events_total"), 0)
            begin = time.monotonic()
            self.stop(active, signal.SIGKILL)
            listener.publish(f"order/bid/60614/{order}/v-{active}", bid(order, f"v-{active}"))
            listener.wait(f"order/award/{order}")
            print(f"{standby} took over from {active} in {time.monotonic() - begin:.2f} s")
            self.start("logistics", instance=active)
        awards = {message.topic: properties(message)["event-id"] for message in listener.on("order/award/")}
        self.assertEqual(len(awards), 2)
        for message in listener.on("order/award/"):
            self.assertEqual(properties(message)["event-id"], awards[message.topic], "one award, however often it is told")


if __name__ == "__main__":
    unittest.main(verbosity=2)
