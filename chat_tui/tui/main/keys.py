"""Every action of the main screen, once: its keys, its words, what it does. Bindings, help and palette come from here.

An action is added by a row; what is longer than a line is a function above the table.
"""

from chat_tui.tui.actions import CHANNELS, MESSAGES, Action
from chat_tui.tui.main import dialogs
from chat_tui.tui.main.controls import Controls
from chat_tui.tui.render.safe_text import safe


def _copy_selected(on: Controls) -> None:
    message = on.panes.log.view.selected_message
    if message is not None:
        on.screen.app.copy_to_clipboard(safe(message.body))
        on.hints.say("copied")


def _mute_row(on: Controls) -> None:
    on.requests.toggle_mute(on.panes.channels.sid_at_cursor)


def _show_connection(on: Controls) -> None:
    from chat_tui.tui.screens.connection import ConnectionScreen

    on.screen.app.push_screen(ConnectionScreen(on.client, on.clock, on.glyphs))


ACTIONS: tuple[Action[Controls], ...] = (
    Action("toggle-mute", ("ctrl+t",), "Mute or unmute", "Mute or unmute the open channel.",
           lambda on: on.requests.toggle_mute(on.view.current), hint="mute"),
    Action("next-channel", ("ctrl+n", "alt+down"), "Next channel", "Go to the next channel.",
           lambda on: on.navigation.go_by(1)),
    Action("previous-channel", ("ctrl+p", "alt+up"), "Previous channel", "Go to the previous channel.",
           lambda on: on.navigation.go_by(-1)),
    Action("next-unread", ("f4", "alt+a"), "Next unread", "Go to the next unread channel.",
           lambda on: on.navigation.go_to_unread(), hint="next unread"),
    Action("switch-channel", ("ctrl+k",), "Switch channel", "Find a channel by its name.",
           dialogs.pick_channel, hint="switch"),
    Action("palette", ("f2", "ctrl+backslash"), "Commands", "Find an action, a channel or a person.",
           lambda on: dialogs.pick_anything(on, ACTIONS), hint="commands", in_palette=False),
    Action("last-channel", ("ctrl+o",), "Last channel", "Go back to the channel before this one.",
           lambda on: on.navigation.go_back()),
    Action("page-up", ("pageup",), "Page up", "Earlier messages.",
           lambda on: on.panes.log.scroll_pages(1), in_palette=False),
    Action("page-down", ("pagedown",), "Page down", "Later messages.",
           lambda on: on.panes.log.scroll_pages(-1), in_palette=False),
    Action("first-message", ("ctrl+home",), "First message", "To the beginning of what is loaded.",
           lambda on: on.panes.log.scroll_to_start()),
    Action("newest-message", ("ctrl+end",), "Newest message", "To the newest message.",
           lambda on: on.panes.log.scroll_to_end()),
    Action("first-new", ("f5",), "First new message", "To the divider before what is new.",
           lambda on: on.panes.log.scroll_to_new()),
    Action("toggle-channels", ("f6",), "Channel list", "Show or hide the channel list.",
           lambda on: on.folding.toggle("channels"), hint="channels"),
    Action("toggle-roster", ("f7",), "Members", "Show or hide the members.",
           lambda on: on.folding.toggle("roster"), hint="members"),
    Action("outbox", ("f9",), "Outbox", "What is not sent yet: send again, write anew, discard.",
           dialogs.show_outbox),
    Action("connection", ("f3",), "Connection", "The link, who you are on it, and what waits.",
           _show_connection),
    Action("reconnect", ("f8",), "Reconnect now", "Do not wait for the next try to connect.",
           lambda on: on.client.reconnect_now()),
    Action("help", ("f1",), "Help", "This page.",
           lambda on: dialogs.show_help(on, ACTIONS), hint="help", in_palette=False),
    Action("quit", ("ctrl+q",), "Quit", "Leave the program.",
           lambda on: on.screen.app.exit()),
    Action("mute-row", ("m",), "Mute or unmute", "Mute or unmute the channel under the cursor.",
           _mute_row, CHANNELS, "mute", in_palette=False),
    Action("accept", ("a",), "Accept", "Accept the invitation under the cursor.",
           lambda on: on.requests.answer_invitation(on.panes.channels.sid_at_cursor, accepts=True), CHANNELS, "accept",
           in_palette=False),
    Action("decline", ("d",), "Decline", "Decline the invitation under the cursor.",
           lambda on: on.requests.answer_invitation(on.panes.channels.sid_at_cursor, accepts=False), CHANNELS,
           "decline", in_palette=False),
    Action("copy", ("y",), "Copy", "Copy the selected message.",
           _copy_selected, MESSAGES, "copy", in_palette=False),
    Action("select-older", ("up", "k"), "Older", "Select the message before.",
           lambda on: on.panes.log.select(-1), MESSAGES, in_palette=False),
    Action("select-newer", ("down", "j"), "Newer", "Select the message after.",
           lambda on: on.panes.log.select(1), MESSAGES, in_palette=False),
    Action("unfold", ("enter",), "Unfold", "Show all of a long message, or fold it.",
           lambda on: on.panes.log.unfold(), MESSAGES, "unfold", in_palette=False),
    Action("compose", ("escape",), "Back to the composer", "Return to where you write.",
           lambda on: on.folding.to_composer(), in_palette=False, has_priority=False),
    Action("help-outside", ("question_mark",), "Help", "This page.",
           lambda on: dialogs.show_help(on, ACTIONS), CHANNELS, in_palette=False),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}
