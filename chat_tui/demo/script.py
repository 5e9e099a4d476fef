"""Who is in the demo, where, and what they say."""

import msgspec


class Person(msgspec.Struct, frozen=True):
    """``has_push``: whether they begin with a push registration."""

    identity: str
    friendly_name: str
    has_push: bool = False


class Stage(msgspec.Struct, frozen=True):
    """A channel: ``cast`` are identities, ``lines`` what is said there, in turn."""

    name: str
    title: str
    cast: tuple[str, ...]
    lines: tuple[str, ...]


PEOPLE = (
    Person("amara", "Amara", has_push=True),
    Person("bruno", "Bruno"),
    Person("chiyo", "Chiyo", has_push=True),
    Person("dmitri", "Dmitri", has_push=True),
    Person("elif", "Elif"),
    Person("farid", "Farid"),
)

STAGES = (
    Stage(
        "general",
        "Everybody",
        tuple(person.identity for person in PEOPLE),
        (
            "Morning, all.",
            "The kettle on the third floor is back.",
            "Who has the keys to the small room?",
            "I do, they are on my desk.",
            "Reminder: the review starts at three.",
            "I will be ten minutes late, please begin without me.",
            "Lunch at the usual place?",
            "Yes, at half past twelve.",
            "Welcome back, {you}!",
            "@{you} have you seen the new roster pane?",
        ),
    ),
    Stage(
        "incident-42",
        "Database failover",
        ("amara", "bruno", "chiyo", "dmitri"),
        (
            "the replica is promoted",
            "lag was 40 ms when I flipped it",
            "thanks, watching lag",
            "error rate is back under 0.1 %",
            "writes look fine from here",
            "@{you} can you confirm from your side?",
            "I keep the old primary read-only until tonight",
            "the postmortem draft is in the usual folder",
        ),
    ),
    Stage(
        "design",
        "Screens and words",
        ("chiyo", "elif", "farid"),
        (
            "Two marks, never one: online is not reachable.",
            "Does the hollow triangle read in a light theme?",
            "It does, and in ASCII it is an underscore.",
            "I moved the reach line to the composer's lower edge.",
            "Much better. Ship it?",
            "After the eighty-column check.",
        ),
    ),
    Stage(
        "random",
        "Anything else",
        ("amara", "bruno", "elif", "farid"),
        (
            "My sourdough has learned to climb out of the jar.",
            "Pictures, or it did not happen.",
            "It ate the camera.",
            "Somebody left a cello in the bike shed.",
            "It is not mine, but I could learn.",
            "Week 12 of pretending to like cold brew.",
        ),
    ),
)
