"""What can be typed after a slash in the composer.

A command is added by a row; what it does is one of the client actions, or a function above the table. Help, the list of
what there is, and the check that the README names it follow.
"""

from collections.abc import Awaitable, Callable

import msgspec

from chat_tui.client.model import Channel
from chat_tui.tui.client_actions import ClientActions


class CommandError(Exception):
    """What was typed is no command; the message says what would be."""


class Command(msgspec.Struct, frozen=True):
    """``usage``: what follows the name; ``run`` is given the open channel and the argument."""

    name: str
    usage: str
    help: str
    run: Callable[[ClientActions, Channel | None, str], Awaitable[str]]


def _here(channel: Channel | None) -> Channel:
    if channel is None:
        raise CommandError("open a channel first")
    return channel


def _given(argument: str, usage: str) -> str:
    if not argument:
        raise CommandError(f"it needs {usage}")
    return argument


def _switch(argument: str) -> bool:
    if argument not in ("on", "off"):
        raise CommandError("/push needs on or off")
    return argument == "on"


async def _set_topic(do: ClientActions, channel: Channel, topic: str) -> str:
    """It is the friendly name, which stands beside the name one types."""
    await do.client.channels.update(channel=channel, friendly_name=topic)
    return f"{do.title_of(channel.sid)} is about {topic} now"


COMMANDS = (
    Command("mute", "", "Mute or unmute this channel.", lambda do, here, _: do.toggle_mute(_here(here))),
    Command("push", "on|off", "Be reachable by push, or not.", lambda do, _, arg: do.push(on=_switch(arg))),
    Command("join", "NAME", "Join a public channel.", lambda do, _, arg: do.join(_given(arg, "a NAME"))),
    Command("create", "NAME", "Make a public channel.", lambda do, _, arg: do.create(_given(arg, "a NAME"))),
    Command(
        "invite",
        "IDENTITY",
        "Invite somebody to this channel.",
        lambda do, here, arg: do.invite(_here(here), _given(arg, "an IDENTITY")),
    ),
    Command("accept", "", "Accept the invitation to this channel.", lambda do, here, _: do.accept(_here(here))),
    Command("decline", "", "Decline the invitation.", lambda do, here, _: do.decline(_here(here))),
    Command("leave", "", "Leave this channel.", lambda do, here, _: do.leave(_here(here))),
    Command(
        "topic",
        "TEXT",
        "Say what this channel is about.",
        lambda do, here, arg: _set_topic(do, _here(here), _given(arg, "a TEXT")),
    ),
    Command("outbox", "", "Show what is not sent yet.", lambda do, *_: do.show_outbox()),
    Command("nick", "NAME", "Change the name others see.", lambda do, _, arg: do.rename(_given(arg, "a NAME"))),
)


def parse(text: str) -> tuple[Command, str] | None:
    """The command in ``text`` and its argument; ``None`` for a message. Two slashes begin a message with one.

    Raises CommandError for a command that does not exist."""
    if not text.startswith("/") or text.startswith("//") or "\n" in text:
        return None
    name, _, argument = text[1:].partition(" ")
    found = next((command for command in COMMANDS if command.name == name), None)
    if found is None:
        known = ", ".join(f"/{command.name}" for command in COMMANDS)
        raise CommandError(f"there is no /{name} (there are {known}); // begins a message with a slash")
    return found, argument.strip()


def message_of(text: str) -> str:
    """What is sent for ``text`` that is no command."""
    return text[1:] if text.startswith("//") else text
