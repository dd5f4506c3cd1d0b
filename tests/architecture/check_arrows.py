#!/usr/bin/env python3
"""Rooms are folders, and an include may only point along these arrows.

    check_arrows.py ROOT         checks every source of the tree
    check_arrows.py --self-test  plants violations in a tree of its own and fails unless each is found

The picture is in broker/ARCHITECTURE.md; this table is the same picture for a machine.
"""
import pathlib
import re
import sys
import tempfile

# room -> the rooms it may include (besides itself)
SANS_IO = ["base", "mqtt", "topics", "session", "shard"]
BROKER = {
    "base": [],
    "mqtt": ["base"],
    "topics": ["base", "mqtt"],
    "session": ["base", "mqtt"],
    "shard": ["base", "mqtt", "topics", "session"],
    "auth": SANS_IO,
    "store": SANS_IO,
    "reactor": SANS_IO,
    "net": SANS_IO + ["reactor"],
    "bench": ["base", "mqtt", "net"],
    "bridge": ["base", "mqtt", "reactor", "net"],
    "sink": ["base", "mqtt", "reactor", "net", "bridge"],
    "admin": SANS_IO + ["auth", "bridge", "reactor", "sink", "store"],
    "app": SANS_IO + ["auth", "store", "reactor", "net", "bridge", "sink", "admin"],
    "ctl": SANS_IO + ["auth", "store", "reactor", "net", "bridge", "admin"],
}
# What the sans-I/O rooms may not see at all: they have no socket, thread, lock, clock or file.
FORBIDDEN_SYSTEM = re.compile(
    r"^(thread|mutex|shared_mutex|condition_variable|future|fstream|iostream|filesystem|"
    r"sys/.*|unistd\.h|netinet/.*|arpa/.*|pthread\.h|boost/asio.*|boost/beast.*|openssl/.*|rocksdb/.*|spdlog/.*)$")
# Another product's headers: fleet and services may reach into the broker, and only for the wire.
FOREIGN = {"vehicle-sim": {"base", "mqtt"}, "services": {"base", "mqtt"}}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in {".h", ".cpp"} and "node_modules" not in p.parts)


def violations(root):
    root = pathlib.Path(root)
    found, seen = [], 0
    for path in sources(root / "broker"):
        room = path.relative_to(root / "broker").parts[0]
        seen += 1
        if room not in BROKER:
            found.append(f"{path}: '{room}' is not a room of the broker")
            continue
        for kind, name in INCLUDE.findall(path.read_text()):
            target = name.split("/")[0]
            if target in BROKER and target != room and target not in BROKER[room]:
                found.append(f"{path}: {room} may not include {name}")
            if room in SANS_IO and FORBIDDEN_SYSTEM.match(name):
                found.append(f"{path}: {room} does no I/O, so it may not include <{name}>")
            if name.startswith("../"):
                found.append(f"{path}: include by the room's name, not by {name}")
    for product, allowed in FOREIGN.items():
        for path in sources(root / product):
            seen += 1
            for kind, name in INCLUDE.findall(path.read_text()):
                target = name.split("/")[0]
                own = (root / product / target).exists()
                if kind == '"' and target in BROKER and not own and target not in allowed:
                    found.append(f"{path}: {product} may not include the broker's {name}")
    return found, seen


def self_test():
    plants = {
        "broker/mqtt/a.h": '#include "shard/shard.h"\n',
        "broker/topics/a.h": '#include "session/session.h"\n',
        "broker/session/a.cpp": "#include <thread>\n",
        "broker/shard/a.cpp": '#include "net/listener.h"\n',
        "broker/bridge/a.cpp": '#include "shard/shard.h"\n',
        "broker/sink/a.cpp": '#include "shard/shard.h"\n',
        "broker/store/a.cpp": '#include "net/listener.h"\n',
        "broker/elsewhere/a.cpp": "\n",
        "vehicle-sim/fleet/a.cpp": '#include "shard/shard.h"\n',
        "services/store/a.cpp": '#include "shard/shard.h"\n',
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in plants.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        text = "\n".join(violations(root)[0])
        missed = [name for name in plants if name not in text]
    for name in missed:
        print(f"planted violation not found: {name}")
    return 1 if missed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    found, seen = violations(sys.argv[1])
    print("\n".join(found) if found else f"{seen} files, every arrow points one way")
    if not seen:
        print("no source was found: wrong folder?")
    return 1 if found or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
