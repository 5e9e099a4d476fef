"""Every number that two modules know stands once, in `protocol.defaults`; users' settings take theirs from there."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

import chat_tui
from chat_tui.protocol import defaults
from chat_tui.protocol.values import ChannelState, NotificationLevel
from chat_tui.settings import Settings
from tests.support.figures import Figure, figures

PACKAGE = Path(chat_tui.__file__).parent
DEFAULTS = "protocol/defaults"
SMALLEST = 100
"""Numbers of three digits and more are looked for wherever they stand; smaller ones by their name."""

SAME_NAME = {"DIGEST_SIZE": "bytes of a message's content; of a name's tag"}
"""Names of equal numbers, or of a default's, that each module means in its own way: what each bounds."""

EQUAL: dict[int, dict[str, str]] = {
    100: {
        "MAX_DAMAGED_FILES": "files",
        "MAX_UNREADABLE": "packets",
        "MAX_PAGES": "pages",
        "MAX_DEVICES": "bindings",
        "MAX_MESSAGE_TYPES": "words",
        "STEP": "rows",
        "CHANNEL_MEMBERS_LIMIT": "members",
        "GROUP": "operations",
        "_ANSWER_TRIES": "tries",
        "MAX_SAID": "faults",
        "WIDE": "columns",
        "MENTIONS_SHOWN": "mentions",
    },
    200: {
        "SAVED_MESSAGES": "messages",
        "MAX_REASON": "characters",
        "MAX_TRACE": "lines",
        "MOVED_AT_ONCE": "channels",
        "Limits.upgrades_per_second": "sockets",
        "REPLAY_STEP": "events",
        "PRUNE_STEP": "rows",
        "FOLD_LINES": "lines",
    },
    256: {
        "MAX_ID": "characters of a packet's id",
        "MAX_SHOWN_NAME": "characters on a line",
        "STARTING": "handshakes",
        "Limits.queued_events": "events",
        "Limits.visitors_per_address": "connections",
        "MAX_SOUND": "characters of a sound",
    },
    300: {"Timing.longest_asked": "wait", "RUN_SECONDS": "run of messages"},
    0o600: {"open_private": "rights", "open_private.descriptor": "rights", "Store.__init__": "rights"},
    500: {"SWEEP": "leases", "CHECK_STEP": "objects"},
    1000: {
        "MOST_FOLLOWED": "users",
        "_rename.fresh": "names",
        "_Pause.reconnect_min_ms": "milliseconds",
        "MAX_ACTIVE": "people who type",
        "MAX_KNOWN": "tokens",
        "MAX_LIMIT": "members, channels",
        "RealtimeSocket.hang_up": "close code",
        "MOST_REMOVED": "removals",
        "NEWEST": "items",
    },
    1024: {
        "LONGEST_NAME": "characters kept",
        "_closed": "bytes",
        "_ROOM": "bytes",
        "PIECE": "bytes",
        "Limits.visitors": "connections",
        "MAX_TEMPLATE": "characters",
        "_Runner._listen": "connections",
        "_Runner._config.backlog": "connections",
        "MAX_KEY": "bytes",
    },
    1970: {"UNDATED": "year", "_EPOCH_DAY": "year", "_EPOCH": "year"},
    2000: {
        "MAX_LINE": "characters of a line",
        "MAX_LOG_LINE": "characters of a log's",
        "SubscriptionsAnswer.estimated_delivery_in_ms": "milliseconds",
        "MAX_PER_CONNECTION": "subscriptions",
        "MAX_LINE_CELLS": "cells",
        "MAX_AUTHORS": "names",
        "LinePane.render_line": "rows",
    },
    3600: {"_check_update": "seconds of a setting", "age": "seconds of an hour"},
    4096: {"_day": "days", "MAX_ADDRESS": "characters", "REQUEST_COST": "bytes", "READ_AT_ONCE": "bytes"},
    5000: {"MAX_SET_ASIDE": "parts", "connect": "milliseconds", "connect_reader": "milliseconds"},
    9999: {"parse_date": "year", "_LAST": "year", "age": "hours"},
    10_000: {
        "MAX_ACKS": "packets",
        "MAX_KEYS": "windows",
        "MAX_NOTICES": "notices",
        "MAX_DROPS_KEPT": "users",
        "KEPT_EVENTS": "events",
    },
    16 * 1024: {
        "MAX_REQUEST_HEAD": "bytes",
        "_BUFFER": "bytes",
        "MAX_SECRET": "characters",
        "MAX_TOKEN": "characters",
        "REMEMBERED": "names",
    },
    20_000: {"_STEPS_UNWATCHED": "steps", "MAX_REMEMBERED": "names"},
    32 * 1024: {"TLS_BUFFER": "bytes of a record"},
    64 * 1024: {
        "MAX_NOTE": "bytes of a file",
        "LONGEST_TEXT": "characters kept",
        "LONGEST_TOKEN": "characters of an answer",
        "MAX_FILE": "bytes of a file",
        "TAKEN_IN_TIME": "bytes of an answer",
        "MOST_AFTER_CLOSE": "bytes of a peer",
        "ws_frame": "frame's length",
    },
    24 * 3600: {"GIVE_UP_AFTER": "seconds of a message", "_second.day": "seconds of a day"},
    256 * 1024: {"REPLAY_BYTES": "of a replay's step", "MAX_FORM": "of a form"},
    1024 * 1024: {
        "MAX_BYTES": "of a log",
        "MAX_REPAIRED": "of JSON",
        "Limits.queued_bytes": "of events",
        "MOST_BYTES": "of a summary",
    },
    8 * 1024 * 1024: {"MAX_INCOMING": "bytes a client takes", "Limits.unsent_bytes": "bytes for a user"},
    10**9: {"MAX_PAGE_NUMBER": "pages", "MOST_A_SECOND": "mutations"},
}
"""Equal numbers of several modules, by the names they go by: what each counts. None of them would follow another."""


@pytest.fixture(scope="module")
def found() -> list[Figure]:
    return list(figures(PACKAGE))


def modules(some: Iterable[Figure]) -> set[str]:
    return {figure.module for figure in some}


def twice_by_value(found: Iterable[Figure]) -> dict[float, list[str]]:
    """Numbers of several modules, but for those that stand apart in EQUAL."""
    by_value: dict[float, list[Figure]] = defaultdict(list)
    for figure in found:
        if abs(figure.value) >= SMALLEST:
            by_value[figure.value].append(figure)
    twice = {}
    for value, some in by_value.items():
        apart = EQUAL.get(int(value), {})
        alike = [figure for figure in some if figure.module == DEFAULTS or figure.name not in apart]
        if len(modules(some)) > 1 and modules(alike) - {DEFAULTS}:
            twice[value] = [f"{figure.module}: {figure.name}" for figure in alike]
    return twice


def twice_by_name(found: Iterable[Figure]) -> dict[str, list[str]]:
    """Names of defaults that are numbers elsewhere too, and equal numbers of one name, but for SAME_NAME."""
    by_name: dict[str, list[Figure]] = defaultdict(list)
    for figure in found:
        if figure.is_bound and figure.value not in (-1, 0, 1):
            by_name[last(figure)].append(figure)
    twice = {}
    for name, some in by_name.items():
        is_default = DEFAULTS in modules(some)
        equal = {one for one in some for other in some if one.module != other.module and one.value == other.value}
        if name not in SAME_NAME and (equal or (is_default and len(modules(some)) > 1)):
            twice[name] = [f"{figure.module}: {figure.name} = {figure.value:g}" for figure in some]
    return twice


def last(figure: Figure) -> str:
    return figure.name.rpartition(".")[2].lstrip("_").upper()


def test_a_number_stands_in_one_module(found: list[Figure]) -> None:
    """256 * 1024 is 262144; what is equal by chance stands in EQUAL."""
    assert twice_by_value(found) == {}


def test_a_name_has_one_number(found: list[Figure]) -> None:
    """The name of a default belongs to no other number; equal numbers of one name are one default."""
    assert twice_by_name(found) == {}


def test_what_stands_apart_is_still_there(found: list[Figure]) -> None:
    """Neither list holds what is not so any more."""
    there = {(figure.value, figure.name) for figure in found}
    assert [(value, name) for value, names in EQUAL.items() for name in names if (value, name) not in there] == []
    assert [value for value in EQUAL if len(modules(figure for figure in found if figure.value == value)) < 2] == []
    assert [name for name in SAME_NAME if len(modules(figure for figure in found if last(figure) == name)) < 2] == []


@pytest.mark.parametrize(
    ("module", "line", "name"),
    [
        ("client/list", "PAGE_LENGTH = 10 * 100", "PAGE_LENGTH"),
        ("client/list", "_ping_every = 25", "PING_EVERY"),
        ("client/list", "class Times:\n    linger: float = 15.0", "LINGER"),
        ("server/face", "def page(size: int, *, most: int = 1_000) -> None: ...", "page.most"),
        ("server/face", "ask({'PageSize': 1000})", "PageSize"),
        ("server/face", "ask(ping_every=20.0)", "PING_EVERY"),
        ("server/face", "if size > 256 * 1024: pass", ""),
        ("server/face", "class Face:\n    def __init__(self) -> None:\n        self.page = 50", "PAGE"),
    ],
)
def test_a_second_one_is_found(found: list[Figure], tmp_path: Path, module: str, line: str, name: str) -> None:
    """Wherever it stands: a constant, a field, a parameter, an argument, a value of a dictionary, a comparison."""
    (tmp_path / module).parent.mkdir()
    (tmp_path / f"{module}.py").write_text(line)
    more = [*found, *figures(tmp_path)]
    by_value = [said for some in twice_by_value(more).values() for said in some]
    assert f"{module}: {name}" in by_value or name in twice_by_name(more)


def test_a_label_stands_once() -> None:
    """The hosts of requests that travel inside the socket."""
    labels = [value for name, value in vars(defaults).items() if name.endswith("_API")]
    assert len(labels) == 3
    for label in labels:
        assert [path.name for path in PACKAGE.rglob("*.py") if label in path.read_text()] == ["defaults.py"]


def test_the_name_of_an_object_is_made_in_one_place() -> None:
    """Both sides ask `protocol.sync` (contract 7.4)."""
    made = re.compile(r"\}\.(?:info|channels|channel|messages|roster)\b(?!\()")
    places = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if made.search(path.read_text())}
    assert places == {"protocol/sync.py"}


def test_defaults_are_plain_values_with_a_rule() -> None:
    """No import, nothing computed from anything; each is followed by words, and is known to a module."""
    tree = ast.parse((PACKAGE / f"{DEFAULTS}.py").read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom | ast.Call)]
    lines = tree.body[1:]
    assert [isinstance(node, ast.Assign) for node in lines] == [True, False] * (len(lines) // 2)
    source = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "defaults.py")
    names = [name for name in vars(defaults) if name.isupper()]
    assert [name for name in names if not re.search(rf"\b{name}\b", source)] == []


def test_settings_take_their_numbers_from_defaults() -> None:
    """Each that a user may set; what it is bound by may be a number of its own."""
    settings = Settings()
    given = {name: value for name, value in msgspec.structs.asdict(settings).items() if isinstance(value, int | float)}
    assert {name: value for name, value in given.items() if value} == {
        "linger": defaults.LINGER,
        "idle_after": defaults.IDLE_AFTER,
        "rate": defaults.RATE,
        "session_rate": defaults.SESSION_RATE,
        "ping_every": defaults.PING_EVERY,
        "pong_within": defaults.PONG_WITHIN,
    }


def test_the_database_has_no_default_of_its_own() -> None:
    """Rows are written whole: a DEFAULT in a migration is for the rows that were there before it, and says nothing but
    nothing, or the first of an enumeration's words; queries hold no number of three digits."""
    nothing = {"0", "'{}'", f"'{NotificationLevel.DEFAULT}'", f"'{ChannelState.ACTIVE}'"}
    for path in PACKAGE.rglob("*.sql"):
        text = re.sub(r"--.*", "", path.read_text())
        assert set(re.findall(r"\bDEFAULT\s+(\S+?)[,;)]?(?=\s)", text)) <= nothing, path.name
        assert not re.findall(r"(?<![\w.:])\d{3,}(?![\w.])", text), path.name


def test_the_readme_says_the_same() -> None:
    """The figures it names."""
    readme = " ".join((PACKAGE.parent / "README.md").read_text().split())
    assert f"whose link breaks, {defaults.LINGER} seconds later (`--linger`)" in readme
    assert defaults.IDLE_AFTER == 60
    assert "ends a minute after the last client left" in readme
