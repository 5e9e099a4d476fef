"""Two people who would be taken for each other, in a real terminal: told apart at every width."""

import pytest

from tests.e2e.conftest import Machine


def is_headed(text: str, body: str, author: str) -> bool:
    """Whether ``author`` stands in the line above the message, or in its own."""
    lines = text.splitlines()
    place = next((n for n, line in enumerate(lines) if body in line), 0)
    return place > 0 and author in lines[place - 1] + lines[place]


@pytest.mark.parametrize("name", ["Bob", "B\u043eb", "bob", "B\u200bob"])
def test_nobody_passes_for_another(machine: Machine, name: str) -> None:
    """In messages, roster, typing line, invitation and palette, wide and narrow."""
    service_path = "/v2/Services/{}"
    alice = machine.open("alice")
    path = service_path.format(machine.service.service_sid)
    machine.request("POST", f"{path}/Users", Identity="bob", FriendlyName="Bob")
    machine.request("POST", f"{path}/Users", Identity="mallory", FriendlyName=name)
    for identity in ("bob", "mallory"):
        machine.request("POST", f"{path}/Channels/general/Members", Identity=identity)
    machine.request("POST", f"{path}/Channels/general/Messages", From="mallory", Body="send me the keys")
    machine.request("POST", f"{path}/Channels/general/Messages", From="bob", Body="that was not me")
    alice.see("send me the keys", "that was not me", "3 members")
    for columns, rows in ((110, 30), (80, 24), (50, 20), (34, 20)):
        alice.resize(columns, rows)
        alice.wait(
            lambda text: (
                is_headed(text, "send me the keys", "(@mallory)") and is_headed(text, "that was not me", "Bob (@bob)")
            ),
            what=f"both identities at {columns} columns",
        )
    alice.resize(110, 30)
    alice.see("? Bob (@bob)", "(@mallory)")
    mallory = machine.open("mallory", columns=80)
    mallory.type("thinking")
    alice.wait(lambda text: any("(@mallory) is typing" in line for line in text.splitlines()), what="who types")
    alice.press("f2")
    alice.type("mallory")
    alice.see("(@mallory)", "Commands, channels, people")
    alice.press("escape")
    assert alice.quit() == 0


def test_the_screens_own_words_are_nobodys(machine: Machine) -> None:
    """A name like a mark, a notice or a date line stands beside its identity; only the reader is "(you)"."""
    alice = machine.open("alice")
    path = f"/v2/Services/{machine.service.service_sid}"
    for number, name in enumerate(("alice (you)", "system", "5 new", "12:40  Bob", "bob is typing…")):
        machine.request("POST", f"{path}/Users", Identity=f"user-{number}", FriendlyName=name)
        machine.request("POST", f"{path}/Channels/general/Members", Identity=f"user-{number}")
        machine.request("POST", f"{path}/Channels/general/Messages", From=f"user-{number}", Body=f"line {number}")
    text = alice.see("line 4", "6 members")
    assert text.count("(you)") == 1
    for number in range(5):
        assert f"(@user-{number})" in text
