"""Every action of the main screen, once: its keys, its words. Bindings, help, palette and the README come from here."""

import msgspec
from textual.binding import Binding, BindingType

EVERYWHERE = "everywhere"
CHANNELS = "channel list"
MESSAGES = "messages"
COMPOSER = "composer"


class Action(msgspec.Struct, frozen=True):
    """``id`` is what a key map names; ``run`` is the Textual action; ``hint``: words for the line at the bottom."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    where: str = EVERYWHERE
    run: str = ""
    hint: str = ""
    in_palette: bool = True

    @property
    def action(self) -> str:
        return self.run or self.id.replace("-", "_")


ACTIONS = (
    Action("toggle-mute", ("ctrl+t",), "Mute or unmute", "Mute or unmute the open channel.", hint="mute"),
    Action("next-channel", ("ctrl+n", "alt+down"), "Next channel", "Go to the next channel."),
    Action("previous-channel", ("ctrl+p", "alt+up"), "Previous channel", "Go to the previous channel."),
    Action("next-unread", ("f4", "alt+a"), "Next unread", "Go to the next unread channel.", hint="next unread"),
    Action("switch-channel", ("ctrl+k",), "Switch channel", "Find a channel by its name.", hint="switch"),
    Action("palette", ("f2", "ctrl+backslash"), "Commands", "Find an action, a channel or a person.", hint="commands",
           in_palette=False),
    Action("last-channel", ("ctrl+o",), "Last channel", "Go back to the channel before this one."),
    Action("page-up", ("pageup",), "Page up", "Earlier messages.", in_palette=False),
    Action("page-down", ("pagedown",), "Page down", "Later messages.", in_palette=False),
    Action("first-message", ("ctrl+home",), "First message", "To the beginning of what is loaded."),
    Action("newest-message", ("ctrl+end",), "Newest message", "To the newest message."),
    Action("first-new", ("f5",), "First new message", "To the divider before what is new."),
    Action("toggle-channels", ("f6",), "Channel list", "Show or hide the channel list.", hint="channels"),
    Action("toggle-roster", ("f7",), "Members", "Show or hide the members.", hint="members"),
    Action("outbox", ("f9",), "Outbox", "What is not sent yet: send again, write anew, discard."),
    Action("reconnect", ("f8",), "Reconnect now", "Do not wait for the next try to connect."),
    Action("help", ("f1",), "Help", "This page.", hint="help", in_palette=False),
    Action("quit", ("ctrl+q",), "Quit", "Leave the program.", run="app.quit"),
    Action("mute-row", ("m",), "Mute or unmute", "Mute or unmute the channel under the cursor.", CHANNELS,
           "screen.mute_row", "mute", in_palette=False),
    Action("accept", ("a",), "Accept", "Accept the invitation under the cursor.", CHANNELS, "screen.accept_row",
           "accept", in_palette=False),
    Action("decline", ("d",), "Decline", "Decline the invitation under the cursor.", CHANNELS, "screen.decline_row",
           "decline", in_palette=False),
    Action("copy", ("y",), "Copy", "Copy the selected message.", MESSAGES, "screen.copy_message", "copy",
           in_palette=False),
    Action("select-older", ("up", "k"), "Older", "Select the message before.", MESSAGES, "select(-1)",
           in_palette=False),
    Action("select-newer", ("down", "j"), "Newer", "Select the message after.", MESSAGES, "select(1)",
           in_palette=False),
    Action("unfold", ("enter",), "Unfold", "Show all of a long message, or fold it.", MESSAGES, "unfold", "unfold",
           in_palette=False),
    Action("compose", ("escape",), "Back to the composer", "Return to where you write.", run="compose_focus",
           in_palette=False),
    Action("help-outside", ("question_mark",), "Help", "This page.", CHANNELS, "screen.help", in_palette=False),
)  # fmt: skip

FIXED = (
    ("Enter", "Send the message; in lists, open.", COMPOSER),
    ("Ctrl+J, Alt+Enter, Shift+Enter", "A new line.", COMPOSER),
    ("Up in an empty composer", "Select the newest message.", COMPOSER),
    ("Tab, Shift+Tab", "Next or previous pane.", EVERYWHERE),
    ("Ctrl+C", "Copy what is selected.", EVERYWHERE),
)
"""Keys that widgets handle themselves."""


def bindings(where: str) -> list[BindingType]:
    """The bindings of one place. Those that hold everywhere have priority over the composer's own keys."""
    return [
        Binding(
            ",".join(action.keys),
            action.action,
            action.label,
            show=False,
            priority=where == EVERYWHERE and action.id != "compose",
            id=action.id,
        )
        for action in ACTIONS
        if action.where == where
    ]


_NAMES = {
    "backslash": "\\",
    "question_mark": "?",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
}


def key_words(key: str) -> str:
    """A key as people write it: ``ctrl+t`` is Ctrl+T."""
    parts = [_NAMES.get(part, part.title() if len(part) > 1 else part) for part in key.split("+")]
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-1] = parts[-1].upper()
    return "+".join(parts)


def short_key(key: str) -> str:
    """A key in few cells: ``ctrl+t`` is ^T."""
    words = key_words(key)
    return "^" + words.removeprefix("Ctrl+") if words.startswith("Ctrl+") else words
