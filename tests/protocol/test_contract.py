"""The documents of what holds: whatever is cited stands in them, and whatever stands in them is cited."""

import re

import pytest

from chat_tui.protocol.errors import Code
from chat_tui.protocol.values import Permission
from chat_tui.protocol.words import CONVERSATIONS_CODES
from tests.referees.openapi_facts import documents
from tests.referees.samples import TELEPHONE_OPERATIONS, TELEPHONE_PARAMETERS
from tests.support.citations import (
    DOCUMENTS,
    ROOT,
    citations,
    cited,
    not_built,
    otherwise,
    otherwise_cited,
    prose,
    rules,
    uncited,
)

LETTERED = re.compile(r"[RSU]\d+$")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Null while it is off (contract R14).", ["contract R14"]),
        ("(contract 1.6, R20, S30–S32)", [f"contract {one}" for one in ("1.6", "R20", "S30", "S31", "S32")]),
        ("(guarantees, Send 2)", ["guarantees, Send 2"]),
        ("(guarantees, Local\n    service 1, 3)", ["guarantees, Local service 1", "guarantees, Local service 3"]),
        ("(guarantees, Access)", ["guarantees, Access"]),
        ("(contract R18; guarantees, Bounds 3)", ["contract R18", "guarantees, Bounds 3"]),
    ],
)
def test_one_way_to_cite(text: str, found: list[str]) -> None:
    """In parentheses, over the end of a line, and several at once."""
    assert [rule for _, rule in cited(text)] == found
    assert otherwise(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Null while it is off (R14).",
        "Every link of U10.",
        "contract R14",
        "(contract R14 and R15)",
        "(contract, R14)",
        '(guarantees, "Send")',
        "(guarantees)",
        "(see contract 1.6)",
        "(fact sheet 1.6)",
        "what the seed documents say",
        '(design, "Marks")',
        "(section 5)",
    ],
)
def test_no_other_way(text: str) -> None:
    assert cited(text) == []
    assert otherwise(text) != []


def test_docstrings_and_comments_are_read_and_other_strings_are_not() -> None:
    source = '''"""Module (contract R1)."""\n\nX = "R2"  # (contract R3)\n"""Of X (contract\nR4)."""\nY = ["R5"]\n'''
    text = prose(source)
    assert [rule for _, rule in cited(text)] == ["contract R1", "contract R3", "contract R4"]
    assert otherwise(text) == []
    assert text.count("\n") == source.count("\n")


def test_every_citation_names_a_rule() -> None:
    assert [f"{place} {rule}" for place, rule in citations() if rule not in rules()] == []


def test_nothing_cites_in_another_way() -> None:
    assert otherwise_cited() == []


def test_every_rule_is_cited() -> None:
    """Where it is implemented or shown, unless it stands in the list of what is not built yet."""
    assert uncited() == []


def test_nothing_that_is_not_built_is_cited() -> None:
    """And what the list names is there."""
    assert [f"{place} {rule}" for place, rule in citations() if rule in not_built()] == []
    assert not_built() <= set(rules())
    assert not_built()


def test_the_numbers_have_no_gap() -> None:
    """So that a rule that was lost is noticed."""
    counts = {letter: sum(f"contract {letter}{n}" in rules() for n in range(1, 100)) for letter in "RSU"}
    assert counts == {"R": 32, "S": 72, "U": 19}
    for whole, parts in rules().items():
        numbers = [int(part.rpartition(" ")[2].rpartition(".")[2]) for part in parts if not LETTERED.search(part)]
        assert numbers == list(range(1, len(numbers) + 1)), whole


def test_the_documents_refer_to_rules_that_are_there() -> None:
    """To statements wherever they are named, to sections in parentheses, to promises by their name."""
    missing = []
    for document in DOCUMENTS.glob("*.md"):
        text = document.read_text().partition("## How rules are cited")[0]
        named = [f"contract {one}" for one in re.findall(r"(?<![\w(])(?:[RSU]\d{1,2})\b|(?<=\()[RSU]\d{1,2}\b", text)]
        named += [f"contract {one}" for one in re.findall(r"[(,] ?(\d\.\d{1,2})(?=[,;)])", text)]
        named += [f"guarantees, {one}" for one in re.findall(r"guarantees,\s([A-Z][a-z]+(?: [a-z]+)? \d+)", text)]
        missing += [f"{document.name}: {name}" for name in named if name not in rules()]
    assert missing == []


def section(name: str) -> str:
    """A section of the API's description, as text."""
    text = (DOCUMENTS / "rest.md").read_text()
    found = re.search(rf"^### {re.escape(name)} .*?(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[0]


def test_the_codes_are_those_of_the_code() -> None:
    """Every one is there, and no other (contract 1.8)."""
    said = {int(digits) for digits in re.findall(r"\b[25]\d{4}\b", section("1.8"))}
    apart = {50320 + n for n in range(8)} | {50360 + n for n in range(8)} | {51207, 20161, 50347}
    assert said - apart - set(CONVERSATIONS_CODES.values()) == {int(code) for code in Code} - apart


def test_the_permissions_are_those_of_the_code() -> None:
    """(contract 1.6)."""
    text = section("1.6")
    assert [permission for permission in Permission if permission not in text] == []


def test_the_readme_names_the_documents() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [path.name for path in DOCUMENTS.glob("*.md") if f"chat_tui/protocol/{path.name}" not in readme] == []


def test_the_published_parameters_and_fields_are_named() -> None:
    """All that is served: a part of a nested name counts as one, and a conversation's field seen from a participant."""
    known = set(re.findall(r"\w+", "".join(path.read_text() for path in DOCUMENTS.glob("*.md"))))
    unnamed = set[str]()
    for document in documents().values():
        for operation, fact in document.operations.items():
            if any(path in operation for path in TELEPHONE_OPERATIONS):
                continue
            unnamed |= {name for name in (*fact.form, *fact.query) if name not in TELEPHONE_PARAMETERS}
            unnamed |= set() if fact.answer is None else set(document.schemas[fact.answer.schema])
    unnamed = {name for name in unnamed if not name.startswith("Webhooks.")}  # made of words (contract 1.5)
    assert {name for name in unnamed if not set(name.removeprefix("conversation_").split(".")) <= known} == set()
