"""The second lock before the terminal: whatever control character slipped through is replaced, and counted."""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from chat_tui.tui.render.safe_text import REPLACEMENT

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class SafetyFilter(LineFilter):
    """``caught`` should stay 0: `render.safe_text` comes first."""

    def __init__(self) -> None:
        super().__init__()
        self.caught = 0

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, with nothing left that could drive a terminal."""
        if not any(_UNSAFE.search(segment.text) for segment in segments if not segment.control):
            return segments
        return [segment if segment.control else self._clean(segment) for segment in segments]

    def _clean(self, segment: Segment) -> Segment:
        text, caught = _UNSAFE.subn(REPLACEMENT, segment.text)
        self.caught += caught
        return Segment(text, segment.style)
