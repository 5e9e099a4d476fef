"""A resource as data: its path, what it is made, changed and listed by, and how it looks; served in every version
(contract 1.2)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from chat_tui.protocol.defaults import PAGE
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.operations.operation import Command
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Answer, Call, Handler
from chat_tui.server.rest.dialects import EVERYWHERE, NONE, Dialect, Parameters
from chat_tui.server.rest.paging import envelope, listing
from chat_tui.server.routes import Router

Represent = Callable[[Call, Any], shapes.Shape]
"""A found object in chat's words, as `Dialect.body` translates them."""


class Write(msgspec.Struct, frozen=True):
    """How a POST becomes a command. ``more`` gives fields that are no plain parameters; ``unsupported``: parameters
    that mean nothing without a telephone network or a mail system, and are refused."""

    command: type[Command]
    parameters: Parameters = NONE
    more: Callable[[Call], dict[str, Any]] = lambda call: {}
    unsupported: tuple[str, ...] = ()

    def __call__(self, call: Call) -> Command:
        for parameter in self.unsupported:
            if any(call.form.get(parameter, ())):
                raise BadRequest(f"{parameter}: needs a telephone network or mail", Code.BAD_PARAMETER)
        names = self.parameters.names(call.dialect)
        return call.command(self.command, call.form, names, **self.more(call))


class Listed(msgspec.Struct, frozen=True):
    """How a list is asked for. ``more`` gives fields that are no plain parameters; ``key``: the list's name in the
    answer, in chat's words, where the path does not say it."""

    command: type[Command]
    filters: Parameters = NONE
    more: Callable[[Call], dict[str, Any]] = lambda call: {}
    key: str = ""
    size: int = PAGE


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """``path`` in chat's words, without a version; ``item`` names the parameter behind it for one object, and is empty
    where there is only one. ``listed`` is how it looks in a list, where that differs. ``dialects`` serve it, ``only``
    says which of its methods where those are not all; ``hidden`` names what a version does not show."""

    path: str
    represent: Represent
    item: str = ""
    listed: Represent | None = None
    create: Write | None = None
    page: Listed | None = None
    fetch: type[Command] | None = None
    update: Write | None = None
    delete: type[Command] | None = None
    dialects: tuple[Dialect, ...] = EVERYWHERE
    only: dict[Dialect, tuple[str, ...]] = {}
    hidden: dict[Dialect, tuple[str, ...]] = {}

    def routes(self, dialect: Dialect) -> Iterator[tuple[str, Handler]]:
        """``METHOD /path`` and what answers it."""
        collection = dialect.route(self.path)
        one = f"{collection}/{{{self.item}}}" if self.item else collection
        offered: dict[str, tuple[str, Handler]] = {}
        if self.create:
            offered["create"] = (f"POST {collection}", self._creating(self.create))
        if self.page:
            offered["page"] = (f"GET {collection}", self._paging(self.page))
        if self.fetch:
            offered["fetch"] = (f"GET {one}", self._fetching(self.fetch))
        if self.update:
            offered["update"] = (f"POST {one}", self._updating(self.update))
        if self.delete:
            offered["delete"] = (f"DELETE {one}", self._deleting(self.delete))
        return (offered[name] for name in self.only.get(dialect, tuple(offered)))

    def _show(self, call: Call, represent: Represent, found: Any) -> shapes.Shape:
        return call.dialect.body(represent(call, found), self.hidden.get(call.dialect, ()))

    def _creating(self, write: Write) -> Handler:
        async def create(call: Call) -> Answer:
            return Answer(201, self._show(call, self.represent, await call.run(write(call))))

        return create

    def _updating(self, write: Write) -> Handler:
        async def update(call: Call) -> Answer:
            return Answer(200, self._show(call, self.represent, await call.run(write(call))))

        return update

    def _fetching(self, command: type[Command]) -> Handler:
        async def fetch(call: Call) -> Answer:
            return Answer(200, self._show(call, self.represent, await call.run(call.command(command))))

        return fetch

    def _deleting(self, command: type[Command]) -> Handler:
        async def delete(call: Call) -> Answer:
            await call.run(call.command(command))
            return Answer(204)

        return delete

    def _paging(self, listed: Listed) -> Handler:
        represent = self.listed or self.represent
        key = listed.key or self.path.rpartition("/")[2].lower()

        async def page(call: Call) -> Answer:
            asked = listing(call, listed.size)
            names = listed.filters.names(call.dialect)
            more = listed.more(call)
            found = await call.run(call.command(listed.command, call.query, names, page=asked.query, **more))
            items = [self._show(call, represent, item) for item in found.items]
            return envelope(call, key, items, asked, found)

        return page


class Endpoint(msgspec.Struct, frozen=True):
    """What answers a request, and in which words."""

    handler: Handler
    dialect: Dialect


def router(
    resources: Iterable[Resource], dialects: Iterable[Dialect], more: Iterable[tuple[str, Endpoint]] = ()
) -> Router[Endpoint]:
    """One product's paths in all its versions, and ``more`` that are no resources."""
    return Router(
        [
            *(
                (route, Endpoint(handler, dialect))
                for dialect in dialects
                for resource in resources
                if dialect in resource.dialects
                for route, handler in resource.routes(dialect)
            ),
            *more,
        ]
    )
