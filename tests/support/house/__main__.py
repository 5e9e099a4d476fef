"""``python -m tests.support.house [--tree CHECKOUT] [--all | --short]`` prints the measures and what is behind each."""

import argparse
from pathlib import Path

from tests.support.house.measures import Measure, measures
from tests.support.house.source import Checkout

HERE = Path(__file__).parents[3]
SHOWN = 10


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.house", description="The measures of the house.")
    parser.add_argument("--tree", type=Path, default=HERE, help="another checkout")
    how_much = parser.add_mutually_exclusive_group()
    how_much.add_argument("--all", action="store_true", help="every finding, not the first ten of each kind")
    how_much.add_argument("--short", action="store_true", help="the numbers alone")
    arguments = parser.parse_args()
    found = list(measures(Checkout(arguments.tree)))
    for measure in found:
        print(f"{measure.number:6}  {measure.name}")
    if not arguments.short:
        for measure in found:
            _print_findings(measure, len(measure.findings) if arguments.all else SHOWN)


def _print_findings(measure: Measure, shown: int) -> None:
    if measure.findings:
        print(f"\n{measure.name}")
        for finding in measure.findings[:shown]:
            print(f"  {finding}")
        if len(measure.findings) > shown:
            print(f"  … {len(measure.findings) - shown} more")


if __name__ == "__main__":
    main()
