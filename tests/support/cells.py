"""How much of the authorisation matrix was tried, for the end of a run."""

from collections import Counter

CELLS: Counter[str] = Counter()
"""Cells by face."""
