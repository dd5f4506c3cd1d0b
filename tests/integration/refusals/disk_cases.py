"""A broker whose disk has no room left, and those that cannot use a disk at all. The bystander's QoS 0 goes on."""
import shutil

from packets import PINGREQ, connect, hear, publish
from stand import ADMIN_TOKEN, Case, outcome, run

REFUSED = "dray_publish_refused_total"
TOML = """
data_dir = '{folder}/data'
[limits]
disk_free_bytes_min = 1000000000000000
[auth]
password_file = '{folder}/users'
[admin]
token_file = '{folder}/token'
"""


def publishes(packet, last="puback"):
    def act(stand):
        with stand.wire() as wire:
            wire.sendall(connect(stand.name()))
            assert hear(wire, "connack 0x00") == "connack 0x00"
            wire.sendall(packet)
            return hear(wire, last)
    return act


def publishes_before_5(stand):
    """Who cannot be refused waits, and is not acknowledged."""
    with stand.wire() as wire:
        wire.sendall(connect(stand.name(), version=4))
        assert hear(wire, "connack 0x00", 4) == "connack 0x00"
        wire.sendall(publish("a", version=4) + PINGREQ)
        return hear(wire, "pingresp", 4)


def asks(method, path, body=None):
    def act(stand):
        status, answer = stand.drayd.http(method, path, body, {"Authorization": f"Bearer {ADMIN_TOKEN}"})
        return f"{status} {answer['detail'] if isinstance(answer, dict) and 'detail' in answer else answer}"
    return act


def ctl(*arguments):
    def act(stand):
        words = [word.format(folder=stand.folder) for word in arguments]
        return outcome(run("drayctl", "--admin", stand.drayd.address["admin"], "--token-file", stand.folder / "token", *words))
    return act


def of_a_later_version(stand):
    """A store whose format is of tomorrow."""
    for options in copy_of_store(stand, "later").glob("CURRENT"):
        options.write_text("MANIFEST-999999\n")


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


def backs_up_twice(stand):
    backup = ctl("store", "backup", "twice")
    assert backup(stand) == "exit 0: "
    return backup(stand)


IN_USE = "exit 1: .*is in use: stop the broker first"
CASES = [
    Case("a message that must be kept, where there is no room", publishes(publish("a")), "puback 0x97",
         "refused  publish=a .*reason=0x97", REFUSED),
    Case("the same at QoS 2", publishes(publish("b", qos=2), "pubrec"), "pubrec 0x97", "refused  publish=b .*reason=0x97", REFUSED),
    Case("one that is retained", publishes(publish("c", retain=True)), "puback 0x97", "refused  publish=c .*reason=0x97", REFUSED),
    Case("one for later", publishes(publish("$delayed/60/d")), "puback 0x97", r"refused  publish=\$delayed/60/d .*reason=0x97",
         REFUSED),
    Case("one by HTTP", asks("POST", "/api/v1/publish", {"topic": "e", "payload": "x", "qos": 1}), "503 .*",
         "refused  publish=e .*reason=0x97", REFUSED),
    Case("one at 3.1.1, which knows no refusal", publishes_before_5, "pingresp"),
    Case("a second broker on the same data", starts("data"), "exit 1: .*cannot start.*"),
    Case("data in what is a file", starts("users"), "exit 1: .*cannot start.*users.*"),
    Case("data below what is a file", starts("users/data"), "exit 1: .*cannot start.*users.*"),
    Case("data that is damaged", starts("damaged", damaged), "exit 1: .*cannot start.*drayctl store.*"),
    Case("data whose files name others that are gone", starts("later", of_a_later_version), "exit 1: .*cannot start.*drayctl store.*"),
    Case("a check of the data that a broker uses", ctl("store", "check", "{folder}/data"), IN_USE),
    Case("a repair of the data that a broker uses", ctl("store", "repair", "{folder}/data"), IN_USE),
    Case("a check of what is no store", ctl("store", "check", "{folder}/nothing"), "exit 1: .*there is no store in .*nothing: .*"),
    Case("a backup whose name is a path", ctl("store", "backup", "../../elsewhere"), "exit 1: .*name: a name has letters, .*",
         "admin request refused .*elsewhere"),
    Case("a backup of a name that is taken", backs_up_twice, "exit 1: .*twice.*", "admin request refused .*twice"),
    Case("a restore of what is no backup", ctl("store", "restore", "{folder}/nothing", "{folder}/other"),
         "exit 1: .*there is no store in .*nothing: .*"),
    Case("a restore over data that are there", ctl("store", "restore", "{folder}/data/backups/twice", "{folder}/data"),
         "exit 1: .*there is a store in .*data already: .*"),
]
