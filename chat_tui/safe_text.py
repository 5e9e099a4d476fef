"""The core of terminal safety (guarantees, Security 1): text that cannot drive a terminal. What is unsafe becomes
U+FFFD. The screen adds widths (`tui.render.safe_text`), the commands print through it (`console`)."""

import re
import unicodedata
from typing import NewType

Safe = NewType("Safe", str)
"""Text a terminal can be given: made here, or a literal of ours."""

REPLACEMENT = "\ufffd"
MAX_MARKS = 8
MAX_SHOWN_NAME = 256
MAX_LINE = 2000
"""Characters."""

TAB = 4

_PLAIN = re.compile(r"[\n\x20-\x7e]*")
_REPLACED = frozenset({"Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
_JOINERS = frozenset("\u200c\u200d")


def inert(text: object) -> Safe:
    """``text``, which may be long and of several lines, without anything a terminal obeys. Tabs are expanded, and a
    letter keeps at most 8 marks. Of what a server gave in place of a text the kind is shown."""
    if not isinstance(text, str):
        text = "" if text is None else f"<{type(text).__name__}>"
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\t" in text:
        text = text.expandtabs(TAB)
    if not _PLAIN.fullmatch(text):
        text = _clean(unicodedata.normalize("NFC", _without_surrogates(text)))
    return Safe(text)


def safe_line(text: object) -> Safe:
    """On one line, of at most 2,000 characters: nobody's text can pass for a line of ours."""
    line = " ".join(inert(text).split("\n"))
    return Safe(line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…")


def safe_name(text: object) -> Safe:
    """A name: one line, at most 256 characters, no format characters at all."""
    if not isinstance(text, str):
        text = inert(text)
    cleaned = inert(text[: MAX_SHOWN_NAME * 2].replace("\r", " ").replace("\n", " "))
    if not cleaned.isascii():
        cleaned = Safe("".join(REPLACEMENT if c in _JOINERS else c for c in cleaned))
    return Safe(cleaned[:MAX_SHOWN_NAME])


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _clean(text: str) -> str:
    found: list[str] = []
    marks = 0
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category in _MARKS:
            marks += 1
            if marks <= MAX_MARKS:
                has_base = found and found[-1] not in "\n "
                found.append(character if has_base else REPLACEMENT)
        elif character in _JOINERS:
            found.append(character if _joins(text, place) else REPLACEMENT)
        else:
            marks = 0
            is_unsafe = category in _REPLACED and character != "\n"
            found.append(REPLACEMENT if is_unsafe else character)
    return "".join(found)


def _joins(text: str, place: int) -> bool:
    """Whether the joiner at ``place`` stands between letters or emoji, where scripts need it."""
    before = place - 1
    while before >= 0 and unicodedata.category(text[before]) in _MARKS:
        before -= 1
    return before >= 0 and place + 1 < len(text) and _is_joinable(text[before]) and _is_joinable(text[place + 1])


def _is_joinable(character: str) -> bool:
    return unicodedata.category(character) in ("Lo", "Ll", "Lu", "Lm", "Lt", "So", "Sk")
