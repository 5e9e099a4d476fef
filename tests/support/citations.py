"""Which rules the documents beside `chat_tui.protocol` hold, and where the code and its tests cite them."""

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import chat_tui

ROOT = Path(chat_tui.__file__).parents[1]
"""This checkout; another can be asked about instead."""

DOCUMENTS = ROOT / "chat_tui" / "protocol"
PROMISES, INDEX = DOCUMENTS / "guarantees.md", DOCUMENTS / "contract.md"

_CODE = (".py", ".sql", ".cjs", ".tcss")
_LOOSE = ("README.md", "pyproject.toml", ".ci/run", ".ci/pin")

_SECTION = re.compile(r"#{2,3} (\d(?:\.\d+)?) ")
_STATEMENT = re.compile(r"\| ([RSU]\d+|\d\.\d+) \|")
_HEADING = re.compile(r"## (.+)")
_PROMISE = re.compile(r"(\d+)\. ")
_NOT_BUILT = re.compile(r"\| ((?:contract|guarantees,) [\w .]+?) \|")


def _spaced(pattern: str) -> str:
    """``pattern``, whose blanks may be the end of a line and the indent of the next."""
    return pattern.replace(" ", r"\s+")


_REFERENCE = r"(?:[RSU]\d+(?:–[RSU]\d+)?|\d(?:\.\d+)?)"
_RULES = rf"contract {_REFERENCE}(?:, {_REFERENCE})*"
_PROMISED = r"guarantees, [A-Z][a-z]+(?: [a-z]+)*(?: \d+(?:, \d+)*)?"
_CITATION = re.compile(_spaced(rf"\((?:{_RULES}|{_PROMISED})(?:; (?:{_RULES}|{_PROMISED}))*\)"))
_ELSE = re.compile(
    r"(?<![\w\\])[RSU]\d{1,2}\b|\b(?:contract|guarantees)\b(?!\.md)"
    r"|[Ff]act sheet|[Ss]eed document|\((?:design|section)\b"
)
"""What only a citation says, or what once was one."""


class Citation(NamedTuple):
    """``place``: file and line; ``rule``: as `rules` names it."""

    place: str
    rule: str


@cache
def rules(root: Path = ROOT) -> dict[str, list[str]]:
    """Every rule by its name, which is what stands in the parentheses of a citation, and for what is divided, the names
    of its parts. Raises ValueError for one that stands there twice."""
    found: dict[str, list[str]] = {}
    for document in sorted((root / DOCUMENTS.relative_to(ROOT)).glob("*.md")):
        for name, whole in _read(document):
            if name in found:
                raise ValueError(f"{document.name}: {name} is there already")
            found[name] = []
            if whole in found and whole != name:
                found[whole].append(name)
    return found


def _read(document: Path) -> Iterator[tuple[str, str]]:
    """Each rule of a document, and what it is a part of."""
    heading = ""
    is_promises = document.name == PROMISES.name
    for line in document.read_text().splitlines():
        if begun := (_HEADING if is_promises else _SECTION).match(line):
            heading = f"guarantees, {begun[1]}" if is_promises else f"contract {begun[1]}"
            yield heading, "" if is_promises else heading.partition(".")[0]
        elif line.startswith("## "):
            heading = ""
        elif heading and (part := (_PROMISE if is_promises else _STATEMENT).match(line)):
            yield f"{heading} {part[1]}" if is_promises else f"contract {part[1]}", heading


@cache
def not_built(root: Path = ROOT) -> frozenset[str]:
    """The rules of the list of what is not built yet, and the parts of those that are divided."""
    listed = (root / INDEX.relative_to(ROOT)).read_text().partition("## Not yet built")[2]
    names = {name for line in listed.splitlines() if (row := _NOT_BUILT.match(line)) for name in [row[1]]}
    return frozenset(names | {part for name in names for part in rules(root).get(name, ())})


def cited(text: str) -> list[tuple[int, str]]:
    """The citations in ``text``: where each begins, and the rule."""
    return [
        (found.start(), rule)
        for found in _CITATION.finditer(text)
        for part in found[0][1:-1].split(";")
        for rule in _each(" ".join(part.split()))
    ]


def _each(part: str) -> Iterator[str]:
    if part.startswith("guarantees, "):
        named = re.fullmatch(r"(.*?)(?: (\d+(?:, \d+)*))?", part)
        assert named is not None
        yield from [named[1]] if named[2] is None else (f"{named[1]} {number}" for number in named[2].split(", "))
        return
    for reference in part.removeprefix("contract ").split(", "):
        first, _, last = reference.partition("–")
        if last and first[0] == last[0]:
            yield from (f"contract {first[0]}{number}" for number in range(int(first[1:]), int(last[1:]) + 1))
        else:
            yield f"contract {reference}"


def otherwise(text: str) -> list[tuple[int, str]]:
    """What cites in another way than the one, or looks as if it did: where, and what."""
    left = _CITATION.sub(lambda found: re.sub(r"\S", " ", found[0]), text)
    return [(found.start(), found[0]) for found in _ELSE.finditer(left)]


@cache
def citations(root: Path = ROOT) -> tuple[Citation, ...]:
    """Every citation in code, tests and README."""
    return tuple(Citation(_place(path, text, at), rule) for path, text in _texts(root) for at, rule in cited(text))


def otherwise_cited(root: Path = ROOT) -> list[str]:
    """Every place that cites in another way than the one."""
    return [f"{_place(path, text, at)} {words}" for path, text in _texts(root) for at, words in otherwise(text)]


def uncited(root: Path = ROOT) -> list[str]:
    """The rules that nothing cites and that are not said to be unbuilt; of what is divided, its parts."""
    known = {citation.rule for citation in citations(root)} | not_built(root)
    return [name for name, parts in rules(root).items() if not parts and name not in known]


def _place(path: str, text: str, at: int) -> str:
    return f"{path}:{text.count(chr(10), 0, at) + 1}"


@cache
def _texts(root: Path) -> tuple[tuple[str, str], ...]:
    """Files that name something like a rule, and what they say to their readers, at its place."""
    files = [path for folder in ("chat_tui", "tests") for path in (root / folder).rglob("*") if path.suffix in _CODE]
    loose = [root / name for name in _LOOSE if (root / name).exists()]  # an earlier checkout may lack one
    found = []
    for path in (*sorted(files), *loose):
        text = path.read_text()
        if _ELSE.search(text):
            found.append((str(path.relative_to(root)), prose(text) if path.suffix == ".py" else text))
    return tuple(found)


def prose(source: str) -> str:
    """Docstrings and comments of a Python module, with blanks in the place of everything else."""
    lines = [""] * (source.count("\n") + 1)
    kept = (tokenize.COMMENT, tokenize.STRING)
    begins = True  # a statement: a string that is one by itself is a docstring
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and begins):
            for offset, line in enumerate(token.string.split("\n")):
                lines[token.start[0] - 1 + offset] += " " * (token.start[1] if not offset else 0) + line.lstrip("#")
        if token.type not in (*kept, tokenize.NL):
            begins = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
        elif token.type == tokenize.STRING:
            begins = False
    return "\n".join(lines)
