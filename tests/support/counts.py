"""What was tried, counted, and printed at the end of a run."""

from collections import Counter, defaultdict

COUNTS: defaultdict[str, Counter[str]] = defaultdict(Counter)
"""Of what → what of it → how many."""


def summary() -> list[str]:
    """A line for each."""
    told = {of: ", ".join(f"{number} {what}" for what, number in counts.items()) for of, counts in COUNTS.items()}
    return [f"{of}: {numbers}" for of, numbers in told.items()]
