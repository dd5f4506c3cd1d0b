"""How tests wait: for a condition, with a deadline; never for luck."""
import os
import time

DEADLINE_S = float(os.environ.get("DRAY_TEST_DEADLINE_MS", "30000")) / 1000
POLL_S = 0.01


def wait_for(condition, what, seconds=DEADLINE_S):
    """What the condition returns once it is true; an AssertionError names what did not happen in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(POLL_S)
    raise AssertionError(f"{what}: did not happen within {seconds:.0f} s")
