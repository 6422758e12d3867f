"""Plant faults in the rules, and tell which ones the suite rejects.

``python -m tests.mutation`` takes a sample, the same each time; ``--all`` takes every fault. It
fails below 99 %, for a survivor that `tests.mutation.survivors` does not explain, and for an
explanation that does not hold.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported; forks want one

from tests.mutation.faults import CATEGORIES
from tests.mutation.planting import Fault, faults
from tests.mutation.suite import Suite, Verdict, with_suite
from tests.mutation.survivors import EQUIVALENT

ENOUGH = 0.99


def options(args: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--all", action="store_true", help="plant every fault, not a sample")
    parser.add_argument("--sample", type=int, default=600, help="how many (default: 600)")
    parser.add_argument("--seed", default="0", help="of the sample")
    parser.add_argument("--category", choices=CATEGORIES, help="only faults of one kind")
    parser.add_argument("--op", help="only faults that the rules of this op reach")
    parser.add_argument("--room", help="only faults in this file of autodiff/ops")
    parser.add_argument("--place", help="only faults in this rule or helper")
    parser.add_argument("--pick", action="append", metavar="'ROOM.PLACE: ORIGINAL -> MUTATED'")
    parser.add_argument("--list", action="store_true", help="name the faults, plant none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--tests", nargs="+", default=["tests", "autodiff"], help="what to collect")
    return parser.parse_args(args)


def chosen(asked: argparse.Namespace) -> list[Fault]:
    """The faults to plant: of a sample, from each category its share."""
    rooms = {asked.room} if asked.room else None
    if asked.pick:
        rooms = {pick.partition(".")[0] for pick in asked.pick}
    found = [
        fault
        for fault in faults(rooms)
        if (asked.pick is None or named(fault) in asked.pick)
        and asked.category in (None, fault.category)
        and asked.place in (None, fault.place)
        and (asked.op is None or asked.op in fault.ops)
    ]
    if asked.all or len(found) <= asked.sample:
        return found

    def drawn(fault: Fault) -> bytes:
        return sha256("\0".join((asked.seed, *fault.key)).encode()).digest()

    taken: set[Fault] = set()
    for category in CATEGORIES:
        kind = sorted((fault for fault in found if fault.category == category), key=drawn)
        taken.update(kind[: -(-len(kind) * asked.sample // len(found))])
    return [fault for fault in found if fault in taken]


def judged(suite: Suite, planted: Sequence[Fault], jobs: int) -> list[Verdict]:
    """The verdicts in the order of the faults: of the ops' own tests, and if need be of others."""
    known: dict[Fault, Verdict] = {}
    alive = list(planted)
    for tests in (suite.own, suite.others):
        tell(f"{len(alive)} faults, tests: {tests.__name__}")
        for i, verdict in enumerate(suite.verdicts(alive, jobs, tests)):
            known[verdict.fault] = verdict
            if verdict.test is None:
                tell(f"alive after {verdict.tests} tests: {described(verdict.fault)}")
            if (i + 1) % 100 == 0:
                tell(f"{i + 1} of {len(alive)}")
        alive = [fault for fault in alive if known[fault].test is None]
    return [known[fault] for fault in planted]


def table(verdicts: Sequence[Verdict]) -> str:
    """What became of the faults, by category, in Markdown."""
    heads = ["category", "planted", "rejected", "by a value", "by an error", "stuck"]
    rows = [[*heads, "equivalent", "survived", "of the planted", "of the others"]]
    for name in [*CATEGORIES, "all"]:
        found = [v for v in verdicts if name in (v.fault.category, "all")]
        if found:
            rows.append([name, *(str(cell) for cell in _counted(found))])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def _counted(verdicts: Sequence[Verdict]) -> list[object]:
    how = Counter(v.how for v in verdicts)
    rejected = len(verdicts) - how["survived"]
    same = sum(v.test is None and v.fault.key in EQUIVALENT for v in verdicts)
    shares = (f"{100 * share:.1f} %" for share in (rejected / len(verdicts), score(verdicts)))
    counts = (how["value"], how["error"], how["stuck"], same, how["survived"] - same)
    return [len(verdicts), rejected, *counts, *shares]


def score(verdicts: Sequence[Verdict]) -> float:
    """The part that was rejected of the faults that are any."""
    real = [v for v in verdicts if v.test is not None or v.fault.key not in EQUIVALENT]
    return sum(v.test is not None for v in real) / max(len(real), 1)


def named(fault: Fault) -> str:
    place, original, mutated = fault.key
    return f"{place}: {original} -> {mutated}"


def described(fault: Fault) -> str:
    where = f"autodiff/ops/{fault.room}.py:{fault.line}"
    return f"{where} {fault.place}: {fault.category}\n    {fault.original}\n    {fault.mutated}"


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    asked = options()
    planted = chosen(asked)
    if asked.list:
        tell("\n".join(map(described, planted)))
        return 0
    wrong: list[str] = []

    def run(suite: Suite) -> None:
        began = time.monotonic()
        verdicts = judged(suite, planted, asked.jobs)
        rejecting = {v.test for v in verdicts if v.how in ("value", "error")}
        tell(f"\n{table(verdicts)}\n\n{len(rejecting)} tests rejected them.")
        for verdict in verdicts:
            key = verdict.fault.key
            if verdict.how == "stuck":
                tell(f"stuck {verdict.test}: {described(verdict.fault)}")
            elif verdict.test is None:
                reason = EQUIVALENT.get(key)
                tell(f"survived: {described(verdict.fault)}\n    {reason or 'NOT EXPLAINED'}")
                wrong.extend([] if reason else ["a survivor that is not explained"])
            elif key in EQUIVALENT:
                tell(f"no equivalent, {verdict.test} rejects: {described(verdict.fault)}")
                wrong.append("an explanation that does not hold")
        for test in sorted(suite.broken):
            tell(f"not asked, for without a fault it fails too (unless it shrinks?): {test}")
        if score(verdicts) < ENOUGH:
            wrong.append(f"less than {100 * ENOUGH:.0f} % are rejected")
        tell(f"{time.monotonic() - began:.0f} s. {'; '.join(sorted(set(wrong))) or 'All is well.'}")

    status = with_suite(run, asked.tests)
    return 1 if wrong else int(status)


if __name__ == "__main__":
    sys.exit(main())
