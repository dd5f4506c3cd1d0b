#!/usr/bin/env python3
"""Checks clauses.tsv, the table of every normative statement of MQTT 3.1.1 and 5.0, against the tests that exist.

    check_clauses.py PROGRAM               PROGRAM is conformance_tests; fails when a named test does not exist
    check_clauses.py PROGRAM --complete    fails as well when a clause has neither a test nor a reason

The column `proof` names tests as Suite.Name, several with ", "; or says "untestable: why"; or is empty: to come.
Prints the counts, and where mosquitto differs from the specification according to the tests' MOSQUITTO_DIFFERS; a
difference in what no clause demands says so in brackets: (optional), (not numbered).
"""
import collections
import csv
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).parent
VERSIONS = {"3.1.1": "v311", "5.0": "v5"}


def existing_tests(program):
    """Suite.Name -> the versions it runs in."""
    tests, suite = collections.defaultdict(set), ""
    listing = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        if not line.startswith(" "):
            suite = line.strip().rstrip(".").removeprefix("Mqtt/")
            continue
        name, _, version = line.split("#")[0].strip().partition("/")
        tests[f"{suite}.{name}"] |= {version} if version else set(VERSIONS.values())
    return tests


def clauses():
    with open(FOLDER / "clauses.tsv", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def mosquitto_differences():
    pattern = re.compile(r'TEST_[FP]\((\w+), (\w+)\) \{\s*(?:if \(is_v5\(\)\)\s*)?MOSQUITTO_DIFFERS\("([^"]*)",\s*"([^"]*)"')
    for path in sorted(FOLDER.glob("*_test.cpp")):
        for suite, name, clause, what in pattern.findall(path.read_text()):
            yield clause, f"{suite}.{name}", what


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tests, problems = existing_tests(sys.argv[1]), []
    counts = {version: collections.Counter() for version in VERSIONS}
    for row in clauses():
        proof, count = row["proof"] or "", counts[row["version"]]
        count["all"] += 1
        if proof.startswith("untestable: "):
            count["untestable"] += 1
        elif not proof:
            count["to come"] += 1
            if "--complete" in sys.argv:
                problems.append(f"{row['version']} {row['clause']} has neither test nor reason")
        else:
            count["tested"] += 1
            for test in proof.split(", "):
                if VERSIONS[row["version"]] not in tests.get(test, ()):
                    problems.append(f"{row['version']} {row['clause']}: no test {test} for that version")
    print(f"{'version':8} {'clauses':>8} {'tested':>8} {'untestable':>11} {'to come':>8}")
    for version, count in counts.items():
        print(f"{version:8} {count['all']:8} {count['tested']:8} {count['untestable']:11} {count['to come']:8}")
    found = sorted(mosquitto_differences())
    for title, optional in (("which clause mosquitto 2.0.11 breaks", False),
                            ("where it does otherwise, as it may", True)):
        print(f"\n{title}:")
        for clause, test, what in found:
            if ("(" in clause) == optional:
                print(f"  {clause:28} {what}  ({test})")
    print("\n" + "\n".join(problems) if problems else "\nevery named test exists")
    return 1 if problems or not counts["5.0"]["all"] else 0


if __name__ == "__main__":
    sys.exit(main())
