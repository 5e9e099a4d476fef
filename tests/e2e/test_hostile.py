"""Hostile text on a real service and a real terminal: it is shown, and drives nothing."""

import unicodedata

import httpx

from tests.e2e.conftest import Machine
from tests.support.hostile import HOSTILE, REFUSED

UNSAFE = {"Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp"}


def dangerous(text: str) -> list[bytes]:
    """What must not be on the wire to the terminal: each unsafe character with what follows it."""
    return [
        text[place : place + 6].encode()
        for place, character in enumerate(text)
        if unicodedata.category(character) in UNSAFE and character != "\n" and len(text[place : place + 6]) == 6
    ]


def test_hostile_names_and_messages_are_inert(machine: Machine) -> None:
    """As user name, as channel name and as message, each cut to its field's limit, in every pane."""
    alice = machine.open("alice")
    service = f"/v2/Services/{machine.service.service_sid}"
    for number, (case, text) in enumerate(HOSTILE.items()):
        name = text[:200] + str(number)
        machine.request("POST", f"{service}/Users", Identity=f"user-{number}", FriendlyName=name)
        machine.request("POST", f"{service}/Channels/general/Members", Identity=f"user-{number}")
        channel = machine.request("POST", f"{service}/Channels", UniqueName=name, FriendlyName=name)
        machine.request("POST", f"{service}/Channels/{channel['sid']}/Members", Identity="alice")
        machine.request("POST", f"{service}/Channels/{channel['sid']}/Members", Identity=f"user-{number}")
        body = text.encode()[:32000].decode(errors="ignore")
        machine.request("POST", f"{service}/Channels/general/Messages", From=f"user-{number}", Body=body)
        machine.request("POST", f"{service}/Channels/{channel['sid']}/Messages", From=name[:200], Body=f"in {case}")
    alice.see("next")
    for _ in range(len(HOSTILE) + 2):
        alice.press("ctrl+n")
        for _ in range(10):
            alice.pump(0.03)
    alice.press("ctrl+k")
    alice.see("Switch to")
    alice.press("escape")
    alice.lose("Switch to")
    for text in HOSTILE.values():
        for sequence in dangerous(text[:200]):
            assert sequence not in alice.raw, sequence
    alice.say("still here")
    alice.see("still here")
    assert alice.quit() == 0


def test_what_cannot_be_shown_is_refused_at_the_border(machine: Machine) -> None:
    """NUL and lone surrogates get a 400 that names the parameter; nothing is stored."""
    machine.open("alice")
    service = machine.service
    path = f"{service.url}/v2/Services/{service.service_sid}/Channels/general/Messages"
    for text in REFUSED.values():
        form = b"Body=" + b"".join(b"%%%02x" % byte for byte in text.encode("utf-8", "surrogatepass"))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        auth = (service.account_sid, service.auth_token)
        answer = httpx.post(path, content=form, headers=headers, auth=auth, trust_env=False)
        assert answer.status_code == 400
        assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert machine.get("/Channels/general/Messages")["messages"] == []


def test_the_program_survives_a_link_that_is_cut_and_a_screen_that_shrinks(machine: Machine) -> None:
    """Down to 20 columns and 5 rows, and back."""
    alice = machine.open("alice")
    for columns, rows in ((20, 5), (40, 10), (10, 3), (110, 30)):
        alice.resize(columns, rows)
        for _ in range(8):
            alice.pump(0.03)
    alice.say("back")
    alice.see("back", "Members", "Channels")
