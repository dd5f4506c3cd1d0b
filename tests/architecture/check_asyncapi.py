#!/usr/bin/env python3
"""proto/asyncapi.json tells the truth about the topics, as far as the sources show it.

    check_asyncapi.py ROOT         checks it
    check_asyncapi.py --self-test  plants faults in a copy of the document and fails unless each is found

What is checked: each reference leads somewhere; each message is in the .proto file that the document names; each event is on
a topic; what a service takes by `on<v1::Message>("filter")` is on such a topic as that message; and each topic that a
service publishes to by name is in the document.
"""
import copy
import json
import pathlib
import re
import sys

MESSAGE = re.compile(r"^message (\w+) \{(.*?)^\}", re.M | re.S)
TAKES = re.compile(r'on<v1::(\w+)>\(\s*"([^"]+)"')
PUBLISHES = re.compile(r'tx\.publish\(\s*"([^"]+)"')
# Every event is one, whatever it says: it is on no topic of its own.
NOT_ON_A_TOPIC = {"AnyEvent"}


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from references(value)


def lookup(document, reference):
    node = document
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part, {})
    return node


def violations(document, protos, sources):
    """`protos`: {file: text}; `sources`: {file: text} of the services."""
    for reference in references(document):
        if reference.startswith("#/"):
            if not lookup(document, reference):
                yield f"{reference} leads nowhere"
            continue
        file, _, name = reference.partition("#/dray.v1.")
        if name not in dict(MESSAGE.findall(protos.get(file, ""))):
            yield f"{reference}: there is no such message"
    on_topics = {}  # address with + for its parameters -> message
    for name, channel in document["channels"].items():
        if len(channel["messages"]) != 1:
            yield f"channel {name} has {len(channel['messages'])} messages: drayctl decodes one"
        for parameter in re.findall(r"\{(\w+)\}", channel["address"]):
            if parameter not in channel["parameters"]:
                yield f"channel {name} does not describe its parameter {parameter}"
        on_topics[re.sub(r"\{\w+\}", "+", channel["address"])] = next(iter(channel["messages"]))
        if f"#/channels/{name}" not in references(document["operations"]):
            yield f"channel {name} has no operation"
    for file, text in protos.items():
        for name, body in MESSAGE.findall(text):
            if "EventHeader header = 1" in body and name not in {*on_topics.values(), *NOT_ON_A_TOPIC}:
                yield f"{file}: {name} is an event, but on no topic"
    for file, text in sources.items():
        for message, topic in TAKES.findall(text):
            if on_topics.get(topic) != message:
                yield f"{file}: takes {message} from {topic}, where there is {on_topics.get(topic)}"
        for beginning in PUBLISHES.findall(text):
            if not any(topic.startswith(beginning) for topic in on_topics):
                yield f"{file}: publishes to {beginning}…, which is not in the document"


def read(root):
    root = pathlib.Path(root)
    document = json.loads((root / "proto/asyncapi.json").read_text())
    protos = {str(p.relative_to(root / "proto")): p.read_text() for p in (root / "proto").rglob("*.proto")}
    sources = {str(p.relative_to(root)): p.read_text() for p in (root / "services").rglob("*.cpp")}
    assert protos and sources, f"{root} is no tree of ours"
    return document, protos, sources


def self_test(root):
    document, protos, sources = read(root)

    def fault(change):
        changed = copy.deepcopy(document)
        change(changed)
        return changed

    def without_bid(changed):
        del changed["channels"]["orderBid"]

    def wrong_message(changed):
        changed["channels"]["orderBid"]["messages"] = {"Award": {"$ref": "#/components/messages/Award"}}

    def wrong_reference(changed):
        changed["channels"]["orderBid"]["messages"]["Bid"]["$ref"] = "#/components/messages/Bit"

    def wrong_file(changed):
        changed["components"]["messages"]["Bid"]["payload"]["schema"]["$ref"] = "dray/v1/order.proto#/dray.v1.Bid"

    def no_parameter(changed):
        del changed["channels"]["orderBid"]["parameters"]["zip"]

    def no_operation(changed):
        del changed["operations"]["orderBid"]

    assert not list(violations(document, protos, sources)), "the document has faults already"
    for change in (without_bid, wrong_message, wrong_reference, wrong_file, no_parameter, no_operation):
        assert list(violations(fault(change), protos, sources)), f"{change.__name__} is not found"
    assert list(violations(document, protos, {"new.cpp": 'tx.publish("order/lost/" + id, lost);'}))


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    if sys.argv[1:] == ["--self-test"]:
        return self_test(root)
    found = list(violations(*read(sys.argv[1])))
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
