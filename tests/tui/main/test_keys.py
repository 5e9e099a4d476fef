"""The table of actions: complete, without clashes, and each row does something on the real screen."""

from collections import Counter

import pytest

from chat_tui.tui.actions import EVERYWHERE
from chat_tui.tui.main.keys import ACTIONS, BY_ID
from tests.support.screen import opened


def test_every_action_has_an_id_and_every_key_of_a_place_one_action() -> None:
    """A second row of the same key would never be reached."""
    assert len(BY_ID) == len(ACTIONS)
    keys = Counter((action.where, key) for action in ACTIONS for key in action.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_what_is_written_of_an_action_is_said() -> None:
    """Label and help for each; a hint where the bottom line shows it, for the focused pane only a word or two."""
    for action in ACTIONS:
        assert action.label, action.id
        assert action.help.endswith("."), action.id
        assert len(action.hint) <= 12, action.id


@pytest.mark.parametrize("action_id", [action.id for action in ACTIONS if action.id != "quit"])
async def test_every_action_can_be_performed_at_any_time(action_id: str) -> None:
    """Whatever has the focus, and where nothing is selected: none of them fails."""
    async with opened() as screen:
        screen.main.action_perform(action_id)
        await screen.pilot.pause()
        if screen.pilot.app.screen is not screen.main:
            await screen.press("escape")
        assert screen.pilot.app.screen is screen.main


async def test_quit_ends_the_application() -> None:
    """With status 0."""
    async with opened() as screen:
        screen.main.action_perform("quit")
        assert screen.pilot.app.return_code == 0


def test_the_palette_offers_only_what_works_everywhere() -> None:
    """An action of a pane needs its cursor."""
    assert {action.where for action in ACTIONS if action.in_palette} == {EVERYWHERE}
