"""The signs the screen uses, in Unicode and in ASCII."""

import os
import sys
from collections.abc import Mapping
from enum import Enum

import msgspec

from chat_tui.tui.render.safe_text import Safe


class Mark(Enum):
    """One of the four things that can be known of a fact."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    OFF = "off"


def mark_of(value: bool | None, *, enabled: bool) -> Mark:
    """What is known: null is unknown while the feature is on, and off while it is off."""
    if not enabled:
        return Mark.OFF
    if value is None:
        return Mark.UNKNOWN
    return Mark.YES if value else Mark.NO


ONLINE_WORDS = {Mark.YES: "online", Mark.NO: "offline", Mark.UNKNOWN: "unknown", Mark.OFF: "reachability off"}
NOTIFIABLE_WORDS = {Mark.YES: "push on", Mark.NO: "no push", Mark.UNKNOWN: "push unknown", Mark.OFF: "reachability off"}


class Glyphs(msgspec.Struct, frozen=True):
    online: dict[Mark, Safe]
    notifiable: dict[Mark, Safe]
    invited: Safe
    draft: Safe
    cursor: Safe
    rule: Safe
    dot: Safe
    border: str
    """Name of a Textual border."""


UNICODE = Glyphs(
    online={Mark.YES: Safe("●"), Mark.NO: Safe("○"), Mark.UNKNOWN: Safe("?"), Mark.OFF: Safe("·")},
    notifiable={Mark.YES: Safe("▲"), Mark.NO: Safe("△"), Mark.UNKNOWN: Safe("?"), Mark.OFF: Safe("·")},
    invited=Safe("◇"),
    draft=Safe("»"),
    cursor=Safe("▌"),
    rule=Safe("─"),
    dot=Safe("·"),
    border="round",
)
ASCII = Glyphs(
    online={Mark.YES: Safe("+"), Mark.NO: Safe("-"), Mark.UNKNOWN: Safe("?"), Mark.OFF: Safe(".")},
    notifiable={Mark.YES: Safe("^"), Mark.NO: Safe("_"), Mark.UNKNOWN: Safe("?"), Mark.OFF: Safe(".")},
    invited=Safe("i"),
    draft=Safe("~"),
    cursor=Safe(">"),
    rule=Safe("-"),
    dot=Safe("-"),
    border="ascii",
)


def choose(setting: str, environment: Mapping[str, str] | None = None, encoding: str | None = None) -> Glyphs:
    """``setting`` is unicode, ascii, or auto: ASCII without UTF-8 or on the Linux console."""
    environment = os.environ if environment is None else environment
    if setting == "auto":
        encoding = encoding or getattr(sys.__stdout__, "encoding", None) or "ascii"
        is_utf8 = encoding.lower().replace("-", "") == "utf8"
        setting = "unicode" if is_utf8 and environment.get("TERM") != "linux" else "ascii"
    return UNICODE if setting == "unicode" else ASCII
