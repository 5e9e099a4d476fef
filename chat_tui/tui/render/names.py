"""What to call people, and channels, so that nobody can pass for another (guarantees, Security 11)."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from chat_tui.tui.render.lookalikes import (
    REMEMBERED,
    is_one_script,
    is_plain,
    is_self_word,
    skeletons,
    without_our_signs,
)
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.wrap import cells, shorten

TAG = 4
"""Characters of an identity's digest that tell it from one that looks like it."""

DIGEST = 16
"""Characters of all of it."""

MIN_NAME = 3
"""Cells of a name below which the identity stands without it."""

SYSTEM = "system"
"""The identity that the service itself writes as; nobody else may have it (50203)."""

MAX_DIGITS = 5

_TAG_ALPHABET = "bcfghjknpqrstvxyz2346789"
NameWithin = Callable[[str, int], Safe]
"""Somebody's display name in so many cells, by identity or SID."""

_IN_IDENTITIES = frozenset("-._@+:/ ")


class Nameable(NamedTuple):
    """``handle`` is an identity, or what a channel is called by those who join it: not theirs to choose. ``name``: what
    they chose, if it is a text. ``is_person``: a handle whose look is hard to judge gets a tag at once."""

    handle: str
    name: object = None
    is_person: bool = True


class DisplayName(msgspec.Struct, frozen=True):
    """What somebody is called among those who are known. The handle has a ``tag`` where it looks like another, or like
    words of the screen.

    Round brackets, commas, tildes and ellipses in a display name are ours: in names and handles others stand for them.
    """

    name: Safe
    handle: Safe
    tag: str = ""
    is_alone: bool = False
    """The name says who it is."""
    sign: str = "@"

    @property
    def tagged_handle(self) -> Safe:
        return Safe(f"{self.handle}~{self.tag}") if self.tag else self.handle

    @property
    def beside(self) -> Safe:
        """What stands beside the name."""
        return Safe(f" ({self.sign}{self.tagged_handle})")

    @property
    def text(self) -> Safe:
        """All of it."""
        if self.is_alone:
            return self.name
        return Safe(self.name + self.beside) if self.name else self.tagged_handle


def distinct_names(known: Mapping[str, Nameable]) -> dict[str, DisplayName]:
    """What to call everybody, by identity or SID. A name is shown alone where it cannot be taken for anybody else's
    name or handle; otherwise the handle stands beside it, for each of those who look alike."""
    handles = {key: without_our_signs(person.handle) for key, person in known.items()}
    names = {key: without_our_signs(person.name) for key, person in known.items() if isinstance(person.name, str)}
    tags = _tags(known, handles)
    owners: dict[str, str | None] = {}
    for key, handle in handles.items():
        for skeleton in skeletons(handle) | skeletons(names.get(key) or handle):
            owners[skeleton] = key if owners.get(skeleton, key) == key else None
    found = {}
    for key, handle in handles.items():
        name, tag = names.get(key, Safe("")), tags.get(key, "")
        if name == handle and not tag:
            name = Safe("")
        is_alone = bool(name) and is_plain(name) and all(owners[skeleton] == key for skeleton in skeletons(name))
        found[key] = DisplayName(name, handle, tag, is_alone, "@" if known[key].is_person else "")
    return found


def _tags(known: Mapping[str, Nameable], handles: Mapping[str, Safe]) -> dict[str, str]:
    """The digests of handles that do not say by themselves who it is."""
    wanting = {key for key, person in known.items() if not _is_clear(person, handles[key])}
    wanting |= _clashing(handles, exactly=False) - {SYSTEM}
    size, tags = TAG, dict[str, str]()
    while wanting and size <= DIGEST:
        tags |= {key: _digest(key)[:size] for key in wanting}
        wanting = _clashing({key: Safe(f"{handles[key]}~{tag}") for key, tag in tags.items()}, exactly=True)
        size *= 2
    return tags


def _is_clear(known: Nameable, handle: Safe) -> bool:
    if handle != known.handle:
        return False
    if not known.is_person:
        return handle.isascii() or is_one_script(handle)
    if handle.isascii():
        return all(c.isalnum() or c in _IN_IDENTITIES for c in handle) and (
            handle == SYSTEM or not is_self_word(handle)
        )
    return is_plain(handle)


def _clashing(shown: Mapping[str, Safe], *, exactly: bool) -> set[str]:
    """Those of whom two look alike."""
    owners: dict[str, list[str]] = {}
    for key, text in shown.items():
        for skeleton in skeletons(text, exactly=exactly):
            owners.setdefault(skeleton, []).append(key)
    return {key for alike in owners.values() if len(alike) > 1 for key in alike}


@lru_cache(maxsize=REMEMBERED)
def _digest(key: str) -> str:
    from hashlib import blake2b  # few are ever needed

    number = int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "big")
    letters = []
    for _ in range(DIGEST):
        number, letter = divmod(number, len(_TAG_ALPHABET))
        letters.append(_TAG_ALPHABET[letter])
    return "".join(letters)


# ---- within a width


def names_within(everybody: Mapping[str, DisplayName], width: int) -> dict[str, Safe]:
    """Each name in at most ``width`` cells, no two alike; the names give way first."""
    found = {key: _fit(shown, width) for key, shown in everybody.items()}
    size = TAG
    while (clashing := _clashing(found, exactly=True)) and size < min(width, DIGEST):
        found |= {key: _cut(everybody[key], _digest(key)[:size], width) for key in clashing}
        size *= 2
    _number(found, sorted(clashing), everybody, width)
    return found


ROOM_STEP = 3


def room_in_steps(room: int) -> int:
    """Cells for a name in a row that has ``room``: names that are cut in rows of unequal room are then of one length,
    or of lengths so unequal that they cannot be alike."""
    return max(1, room // ROOM_STEP * ROOM_STEP)


def _fit(shown: DisplayName, width: int) -> Safe:
    text = shown.text
    if cells(text) <= width:
        return text
    if shown.is_alone:
        return shorten(text, width)
    room = width - cells(shown.beside)
    if shown.name and room >= MIN_NAME:
        return Safe(shorten(shown.name, room).rstrip() + shown.beside)
    return _cut(shown, shown.tag, width)


def _cut(shown: DisplayName, tag: str, width: int) -> Safe:
    """As much of a name, or of the identity where the name says nothing, as there is room for before the tag."""
    words = shown.name if shown.is_alone else Safe(f"{shown.sign}{shown.handle}") if shown.name else shown.handle
    tail = f"~{tag}" if tag else ""
    return Safe(shorten(words, max(0, width - len(tail))) + tail[: max(0, width)])


def _number(found: dict[str, Safe], alike: Iterable[str], everybody: Mapping[str, DisplayName], width: int) -> None:
    """The last resort, for those whose digests are alike as far as they can be seen; no pane is so narrow that there
    are not numbers enough."""
    used = {skeleton for text in found.values() for skeleton in skeletons(text, exactly=True)}
    numbers = map(str, range(1, 10 ** min(max(0, width - 1), MAX_DIGITS)))
    for key in alike:
        texts = (_cut(everybody[key], number, width) for number in numbers)
        found[key] = next((text for text in texts if not skeletons(text, exactly=True) & used), found[key])
        used |= skeletons(found[key], exactly=True)
