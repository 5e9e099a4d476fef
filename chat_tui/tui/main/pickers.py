"""What can be chosen by typing: in the quick switcher channels, in the palette actions and people too."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from chat_tui.tui.actions import Action, key_words
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.render.glyphs import NOTIFIABLE_WORDS, ONLINE_WORDS, Glyphs
from chat_tui.tui.render.names import NameWithin
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.screens.picker import Choice, Picker


def channel_picker(presenter: Presenter, glyphs: Glyphs) -> Picker:
    """Answers with ``channel:SID``."""
    return Picker(Safe("Switch to"), _channels(presenter), glyphs)


def palette(actions: Sequence[Action[Any]], presenter: Presenter, glyphs: Glyphs) -> Picker:
    """Answers with ``action:ID``, ``channel:SID`` or ``person:IDENTITY``."""
    choices = [
        Choice(f"action:{action.id}", Safe(action.label), Safe(key_words(action.keys[0])))
        for action in actions
        if action.in_palette
    ]
    title = Safe("Commands, channels, people")
    return Picker(title, choices + _channels(presenter) + _people(presenter), glyphs)


def _channels(presenter: Presenter) -> list[Choice]:
    title_of = presenter.channels.title_of
    return [
        Choice(
            f"channel:{row.sid}",
            Safe(f"#{row.name}"),
            Safe(row.attention.number),
            partial(_signed, "#", title_of, row.sid),
        )
        for row in presenter.channels.rows()
    ]


def _people(presenter: Presenter) -> list[Choice]:
    name_within = presenter.people.name_within
    return [
        Choice(
            f"person:{row.identity}",
            Safe(f"@{row.name}"),
            Safe(f"{ONLINE_WORDS[row.online]}, {NOTIFIABLE_WORDS[row.notifiable]}"),
            partial(_signed, "@", name_within, row.identity),
        )
        for row in presenter.roster_rows()
    ]


def _signed(sign: str, within: NameWithin, key: str, room: int) -> Safe:
    return Safe(sign + within(key, max(1, room - 1)))
