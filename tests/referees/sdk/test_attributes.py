"""Attributes of any JSON value, set by anybody, read by every make of client: each value is itself everywhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.referees.sdk.parties import MAKES, OWN, Party, ready_party
from tests.support.service import Tenant
from tests.support.waiting import poll

VALUES: tuple[Any, ...] = (
    {"a": 1, "b": [None, {"c": "ü"}]},
    {},
    [],
    [1, "x", None],
    "abc",
    "",
    '"abc"',
    '{"a":1}',
    "5",
    "null",
    "line\n\u2028\\",
    0,
    5,
    -1.5,
    None,
    True,
    False,
    2**53 - 1,
)
Place = dict[str, Any]


def places() -> Iterator[tuple[Any, str, Place]]:
    """Each value, where REST has it, and where a client finds it."""
    for number, value in enumerate(VALUES):
        name = f"c{number}"
        yield value, f"/Channels/{name}", {"name": name}
        yield value, f"/Channels/{name}/Members/alice", {"name": name, "identity": "alice"}
        yield value, f"/Channels/{name}/Messages/0", {"name": name, "index": 0}
        yield value, f"/Users/user-{number}", {"identity": f"user-{number}"}


@pytest.fixture
def told(tenant: Tenant) -> Tenant:
    """A channel, a member, a message and a user for every value, made over REST."""
    for number, value in enumerate(VALUES):
        text, name = json.dumps(value), f"c{number}"
        tenant.post(f"{tenant.path}/Channels", UniqueName=name, Type="private", CreatedBy="alice", Attributes=text)
        inside = f"{tenant.path}/Channels/{name}"
        tenant.post(f"{inside}/Members", Identity="alice", Attributes=text)
        tenant.post(f"{inside}/Messages", From="alice", Body="x", Attributes=text)
        tenant.post(f"{tenant.path}/Users", Identity=f"user-{number}", Attributes=text)
    return tenant


def exactly(value: Any) -> str:
    """JSON tells true from 1."""
    return json.dumps(value, sort_keys=True)


async def becomes(client: Party, place: Place, value: Any) -> None:
    """Look until the client reads the value there, within a bound."""
    read: list[Any] = []

    async def is_value() -> bool:
        read.append(await client.do("attributes", **place))
        return exactly(read[-1]) == exactly(value)

    try:
        await poll(is_value)
    except AssertionError:
        raise AssertionError(f"{place}: {read[-1]!r} is not {value!r}") from None


@pytest.mark.timeout(120)
@pytest.mark.parametrize("make", MAKES)
async def test_every_value_is_itself_for_every_make(make: str, told: Tenant) -> None:
    """As REST said it, before the client came and while it is there; and as the client says it itself."""
    async with ready_party(make, told, "alice") as alice:
        for value, _, place in places():
            await becomes(alice, place, value)
        for number, value in enumerate(reversed(VALUES)):
            text, name = json.dumps(value), f"c{number}"
            for path in (f"Channels/{name}", f"Channels/{name}/Members/alice", f"Users/user-{number}"):
                told.post(f"{told.path}/{path}", Attributes=text)
            message = told.get(f"{told.path}/Channels/{name}/Messages")["messages"][0]["sid"]
            told.post(f"{told.path}/Channels/{name}/Messages/{message}", Attributes=text)
        for (_, _, place), (value, _, _) in zip(places(), list(places())[::-1], strict=True):
            await becomes(alice, place, value)
        for number, value in enumerate(VALUES):
            await says(alice, make, told, f"c{number}", value)


async def says(alice: Party, make: str, tenant: Tenant, name: str, value: Any) -> None:
    """A client sets all it can; REST has them, and so has the client."""
    if make != OWN:  # which has no way to
        await alice.do("describeSeat", name=name, attributes=value)
        await becomes(alice, {"name": name, "identity": "alice"}, value)
    await alice.do("describe", name=name, attributes=value)
    await alice.do("mark", name=name, index=0, attributes=value)
    await alice.do("describeSelf", attributes=value)
    inside = f"{tenant.path}/Channels/{name}"
    for path in (inside, f"{inside}/Messages/0", f"{tenant.path}/Users/alice"):
        assert exactly(json.loads(tenant.get(path)["attributes"])) == exactly(value), path
    for place in ({"name": name}, {"name": name, "index": 0}, {"identity": "alice"}):
        await becomes(alice, place, value)
