"""What the reader asks of the service: to send what was written, to run a command, to mute; and how it went."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual.screen import Screen

from chat_tui.client import ChatClient, ChatError
from chat_tui.client.model import Channel
from chat_tui.tui.client_actions import ClientActions
from chat_tui.tui.commands import CommandError, message_of, parse
from chat_tui.tui.faults import run_in_background
from chat_tui.tui.main.messages import ChannelWanted, Noticed
from chat_tui.tui.main.panes import Panes
from chat_tui.tui.main.presenter import Presenter
from chat_tui.tui.main.view_state import ViewState


class Requests:
    """Answers are posted to ``screen`` as notices. ``perform`` runs an action of the table by its id."""

    def __init__(
        self,
        screen: Screen[Any],
        client: ChatClient,
        view: ViewState,
        presenter: Presenter,
        panes: Panes,
        perform: Callable[[str], object],
    ) -> None:
        self._screen = screen
        self._client = client
        self._view = view
        self._presenter = presenter
        self._panes = panes
        self._actions = ClientActions(
            client,
            lambda sid: screen.post_message(ChannelWanted(sid)),
            partial(perform, "outbox"),
            presenter.channels.title_of,
        )

    def submit(self, text: str) -> None:
        """A message to the open channel, or a command. Nothing typed is lost: what cannot be taken is given back."""
        try:
            found = parse(text.strip())
        except CommandError as error:
            self._refuse(text, str(error))
            return
        channel = self._presenter.channel
        if found is not None:
            command, argument = found
            self._attempt(lambda: command.run(self._actions, channel, argument))
        elif channel is None or not channel.is_joined:
            self._refuse(text, "join a channel first: nothing was sent")
        else:
            self._send(channel, message_of(text))

    def _refuse(self, text: str, why: str) -> None:
        self._panes.composer.give_back(text)
        self._screen.post_message(Noticed(why, is_error=True))

    def _send(self, channel: Channel, body: str) -> None:
        self._view.divider = None
        self._client.messages.submit(channel, body)
        self._panes.log.scroll_to_end()
        self._panes.draw(log=True)

    def keystroke(self, text: str) -> None:
        """Others may see that one is typing, unless it is a command."""
        channel = self._presenter.channel
        if channel is not None and channel.is_joined and text and not text.startswith("/"):
            self._client.typing.keystroke(channel)

    def toggle_mute(self, sid: str | None) -> None:
        channel = self._client.channels.get(sid or "")
        if channel is not None and channel.is_joined:
            self._attempt(lambda: self._actions.toggle_mute(channel))

    def answer_invitation(self, sid: str | None, *, accepts: bool) -> None:
        channel = self._client.channels.get(sid or "")
        if channel is not None and not channel.is_joined:
            answer = self._actions.accept if accepts else self._actions.decline
            self._attempt(lambda: answer(channel))

    def _attempt(self, action: Callable[[], Awaitable[str]]) -> None:
        """Do something over the network, and say how it went."""
        run_in_background(self._screen, "what you asked for", partial(self._do, action), group="requests")

    async def _do(self, action: Callable[[], Awaitable[str]]) -> None:
        try:
            said = await action()
        except (ChatError, CommandError) as error:
            self._screen.post_message(Noticed(str(error), is_error=True))
        else:
            if said:
                self._screen.post_message(Noticed(said))
