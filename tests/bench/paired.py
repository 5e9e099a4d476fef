"""Whether what was fast stays so: every benchmark of this tree and of an earlier commit, in turn, in one run.

``python -m tests.bench.paired COMMIT [NAME …] [--rounds N]`` prints the median of each figure before and after, and
the median of the ratios round by round, which a machine that slows down half-way moves least.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.report import ROOT, bench_directory

BENCHES = ("start", "warm", "screen", "send", "fanout", "memory", "rest")
WITHIN = 600.0
"""Seconds one benchmark may take."""

_COLUMNS = re.compile(r"\s{2,}")
_NUMBER = re.compile(r"\d[\d,]*\.?\d*")

Figures = dict[str, list[float]]


def figures(output: str) -> Figures:
    """The numbers of each row that `report.row` printed, by the row's words."""
    found: Figures = {}
    for line in output.splitlines():
        what, *rest = _COLUMNS.split(line)
        if rest and not line.startswith("#"):
            value = rest[0].partition("(")[0]
            found[what] = [float(number.replace(",", "")) for number in _NUMBER.findall(value)]
    return found


@contextlib.contextmanager
def earlier(commit: str, parent: Path) -> Iterator[Path]:
    """A work tree of ``commit``."""
    tree = parent / "earlier"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(tree), commit], check=True)
    try:
        yield tree
    finally:
        subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def measure(tree: Path, name: str) -> Figures:
    """One run of a benchmark of ``tree``. Raises SystemExit when it printed no figure."""
    environment = os.environ | {"PYTHONPATH": str(tree), "CHAT_TUI_BENCH": str(ROOT / ".bench")}
    command = [sys.executable, "-m", f"tests.bench.{name}"]
    ran = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, timeout=WITHIN, check=False
    )
    found = figures(ran.stdout)
    if not found:
        raise SystemExit(f"{name} in {tree} printed no figure:\n{ran.stdout}{ran.stderr}")
    return found


def compare(name: str, before: list[Figures], after: list[Figures]) -> None:
    """One line a figure: before, after, and the ratio of the rounds."""
    for what in after[0]:
        rounds = [(old[what], new[what]) for old, new in zip(before, after, strict=True) if what in old and what in new]
        for place in range(len(after[0][what])):
            pairs = [(old[place], new[place]) for old, new in rounds if len(old) > place < len(new)]
            if not pairs:
                continue
            ratio = median(new / old if old else 1.0 for old, new in pairs)
            was, now = median(old for old, _ in pairs), median(new for _, new in pairs)
            words = what if len(after[0][what]) == 1 else f"{what} [{place + 1}]"
            print(f"{name:<7} {words:<62} {was:>12,.2f} {now:>12,.2f} {ratio:>7.2f} ×", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the benchmarks with those of an earlier commit.")
    parser.add_argument("commit")
    parser.add_argument("names", nargs="*", default=BENCHES)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with bench_directory() as data, earlier(asked.commit, data) as tree:
        print(f"# {asked.rounds} rounds against {asked.commit}: before, after, ratio")
        for name in asked.names:
            runs = [(measure(tree, name), measure(ROOT, name)) for _ in range(asked.rounds)]
            compare(name, [old for old, _ in runs], [new for _, new in runs])


if __name__ == "__main__":
    main()
