"""What the parts of the main screen post to it. Workers post, the screen's handlers change what is shown."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class ChannelWanted(Message):
    """The reader wants to be in a channel, having just joined it."""

    sid: str


@dataclass
class ChannelOpened(Message):
    """A channel's messages and members are there."""

    sid: str


@dataclass
class OlderLoaded(Message):
    """``count`` older messages were put in front."""

    sid: str
    count: int


@dataclass
class PeopleRefreshed(Message):
    """What is known of members who are not followed is new."""


@dataclass
class Noticed(Message):
    """Something to tell the reader; ``is_error`` when it went wrong."""

    text: str
    is_error: bool = False
