"""A broker whose disk has no room left, and those that cannot use a disk at all. The bystander's QoS 0 goes on."""
import shutil

from packets import connect, hear, publish
from stand import Case, outcome, run

TOML = """
data_dir = '{folder}/data'
[limits]
disk_free_bytes_min = 1000000000000000
[auth]
password_file = '{folder}/users'
[admin]
token_file = '{folder}/token'
"""


def publishes(*packets):
    def act(stand):
        with stand.wire() as wire:
            wire.sendall(connect(stand.name()))
            assert hear(wire, "connack 0x00") == "connack 0x00"
            wire.sendall(b"".join(packets))
            return hear(wire, "puback 0x97")
    return act


def starts(folder, prepare=lambda stand: None):
    """Another drayd with that folder for its data."""
    def act(stand):
        prepare(stand)
        return outcome(run("drayd", "--mqtt", "127.0.0.1:0", "--ws=", "--set", f"data_dir={stand.folder / folder}"))
    return act


def copy_of_store(stand, name):
    copy = stand.folder / name
    shutil.copytree(stand.folder / "data", copy)
    return copy / "store"


def damaged(stand):
    for manifest in copy_of_store(stand, "damaged").glob("MANIFEST-*"):
        manifest.write_bytes(b"damaged")


def checks_the_store_in_use(stand):
    return outcome(run("drayctl", "store", "check", stand.folder / "data"))


CASES = [
    Case("a message that must be kept, where there is no room", publishes(publish("a")), "puback 0x97",
         "refused  publish=a .*reason=0x97", "dray_publish_refused_total"),
    Case("a second broker on the same data", starts("data"), "exit 1: .*cannot start.*"),
    Case("data in what is a file", starts("users"), "exit 1: .*cannot start.*users.*"),
    Case("data below what is a file", starts("users/data"), "exit 1: .*cannot start.*users.*"),
    Case("data that is damaged", starts("damaged", damaged), "exit 1: .*cannot start.*drayctl store.*"),
    Case("a check of the data that a broker uses", checks_the_store_in_use, "exit [12]: .*"),
]
