"""What the reader asks of the service, and what is said of it."""

import pytest

from chat_tui.client.model import Channel
from chat_tui.protocol.errors import ChatError
from tests.support.screen import Screen, opened


def said(screen: Screen) -> str:
    return "".join(piece.text for piece in screen.main.hints.notice)


async def test_a_message_goes_to_the_open_channel_and_takes_the_divider_away() -> None:
    """Two slashes begin one with a slash."""
    async with opened() as screen:
        screen.main.requests.submit("//mute is a command")
        assert ("send", "/mute is a command") in screen.client.commands
        assert screen.main.view.divider is None


@pytest.mark.parametrize(("text", "words"), [("/nope", "there is no /nope"), ("/push maybe", "/push needs on or off")])
async def test_a_command_that_is_none_is_answered_with_what_would_be(text: str, words: str) -> None:
    """And nothing is sent."""
    async with opened() as screen:
        screen.main.requests.submit(text)
        await screen.until(lambda: words in said(screen))
        assert not [command for command in screen.client.commands if command[0] == "send"]


async def test_what_is_written_in_an_invitation_is_given_back() -> None:
    """One has to join first."""
    async with opened() as screen:
        screen.main.navigation.go(screen.client.channels.find("launch").sid)
        screen.main.requests.submit("hello")
        assert screen.text == "hello"
        await screen.until(lambda: "join a channel first" in said(screen))


async def test_what_the_service_refuses_is_said() -> None:
    """In its words; nothing else happens."""
    async with opened() as screen:

        async def refuse(channel: Channel) -> None:
            raise ChatError(f"{channel.title}: not allowed here")

        screen.client.channels.decline = refuse  # type: ignore[method-assign]
        invited = screen.client.channels.find("launch")
        screen.main.requests.answer_invitation(invited.sid, accepts=False)
        await screen.until(lambda: "not allowed here" in said(screen))


async def test_only_what_one_has_joined_is_muted_and_only_an_invitation_answered() -> None:
    """Keys on other rows do nothing."""
    async with opened() as screen:
        before = list(screen.client.commands)
        screen.main.requests.toggle_mute(screen.client.channels.find("launch").sid)
        screen.main.requests.toggle_mute(None)
        screen.main.requests.answer_invitation(screen.client.channels.find("general").sid, accepts=True)
        await screen.pilot.pause()
        assert [command for command in screen.client.commands if command[0] in ("level", "POST")] == [
            command for command in before if command[0] in ("level", "POST")
        ]
