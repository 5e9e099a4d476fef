"""Requests that schemathesis makes up from the documents' facts, good ones and bad ones, against a real service.

``python -m tests.referees.fuzz [REQUESTS]`` prints what came of them, by document and status. What no document knows
of, bytes, frames, packets, tokens and commands, is made up in `tests.doors`.
"""

import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.referees import samples
from tests.referees.openapi_facts import Document, Operation, Shape, documents, mismatch
from tests.referees.world import FLOW, PREFIXES, World
from tests.support.service import Tenant, serving

REAL, NAMED = "real", "named"
"""In a path: the world's own SID, or the name it has beside."""

STRANGE = ["", "no such thing", "ü/%2F", "CH" + "0" * 32, "...", "\x00", "💥" * 40]
NAMES = {"channel": "world", "user": "holder", "member": "holder"}


class Summary(msgspec.Struct):
    """``answers`` by document and status; ``faults`` are what must not be."""

    answers: dict[str, Counter[int]] = {}
    faults: list[str] = []

    @property
    def requests(self) -> int:
        return sum(counter.total() for counter in self.answers.values())

    def __str__(self) -> str:
        lines = [
            f"{document}: " + ", ".join(f"{number} × {status}" for status, number in sorted(counter.items()))
            for document, counter in sorted(self.answers.items())
        ]
        errors = sum(number for counter in self.answers.values() for status, number in counter.items() if status >= 500)
        total = f"{self.requests} requests, {errors} server errors, {len(self.faults)} faults"
        return "\n".join([*lines, total, *self.faults[:20]])


HINTS: dict[str, list[str]] = {
    "Attributes": ["{}", '{"a": [1, "ü"]}', '"text"', ""],
    "RoleSid": ["@role", "@service_role"],
    "DefaultServiceRoleSid": ["@service_role"],
    "DefaultChatServiceRoleSid": ["@service_role"],
    "DefaultChannelRoleSid": ["@role"],
    "DefaultConversationRoleSid": ["@role"],
    "DefaultChannelCreatorRoleSid": ["@role"],
    "DefaultConversationCreatorRoleSid": ["@role"],
    "DefaultChatServiceSid": ["@service"],
    "Permission": ["sendMessage", "leaveChannel", "editAnyMessage"],
    "Timers.Inactive": ["PT1M", "P1D", ""],
    "Timers.Closed": ["PT10M", "P30D", "PT0S"],
    "DefaultInactiveTimer": ["PT1M", ""],
    "DefaultClosedTimer": ["PT10M", ""],
    "Configuration.FlowSid": [FLOW],
    "Configuration.Url": ["https://example.com/hook"],
    "PreWebhookUrl": ["https://example.com/pre", ""],
    "PostWebhookUrl": ["http://example.com/post", ""],
    "Participant": ['{"identity": "ü"}', '{"identity": "x", "attributes": "{}"}'],
    "StartDate": ["2020-01-01", "2030-01-01T00:00:00Z"],
    "EndDate": ["2020-01-01", "2030-01-01T00:00:00Z"],
    "PageToken": [""],
}
"""What a good value looks like where its type does not say; ``@name`` is something of the world's."""


def specification(document: Document, *, is_good: bool) -> dict[str, Any]:
    """The facts as a document that schemathesis reads. Good requests leave out what is always refused."""
    paths: dict[str, Any] = {}
    for operation, fact in document.operations.items():
        method, _, path = operation.partition(" ")
        query = {name: shape for name, shape in fact.query.items() if not (is_good and _is_refused(name))}
        paths.setdefault(path, {})[method.lower()] = {
            "parameters": [
                *(_parameter("path", name, {"type": "string", "enum": [REAL, NAMED]}) for name in _names(path)),
                *(_parameter("query", name, _schema(name, shape)) for name, shape in query.items()),
                *(_parameter("header", name, {"type": "string", "enum": ["true", "false"]}) for name in fact.header),
            ],
            "responses": {"default": {"description": ""}},
        } | ({"requestBody": _body(fact, is_good)} if fact.form else {})
    return {"openapi": "3.0.3", "info": {"title": "facts", "version": "1"}, "paths": paths}


def _is_refused(name: str) -> bool:
    return name in samples.TELEPHONE_PARAMETERS or name in samples.NOT_YET


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _parameter(place: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": place, "name": name, "schema": schema, "required": place == "path"}


def _body(fact: Operation, is_good: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: _schema(name, shape) for name, shape in fact.form.items() if not (is_good and _is_refused(name))
        },
    }
    if needed := [name for name, shape in fact.form.items() if shape.required]:
        schema["required"] = needed
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}, "required": True}


def _schema(name: str, shape: Shape) -> dict[str, Any]:
    if shape.type == "array":
        return {"type": "array", "items": _schema(name, shape.items or Shape("string")), "minItems": 1, "maxItems": 5}
    if hint := HINTS.get(name):
        return {"type": "string", "enum": hint}
    found: dict[str, Any] = {"type": shape.type or "string"}
    if shape.enum:
        found["enum"] = list(shape.enum)
    elif shape.format == "date-time":
        found["format"] = shape.format
    elif found["type"] == "integer":
        found |= {"minimum": 0, "maximum": 3}
    return found


TOKENS = {hint for hints in HINTS.values() for hint in hints if hint.startswith("@")}


class Fuzzer:
    """Sends made-up cases, judges the answers, and mends the world when it was harmed."""

    def __init__(self, tenants: Iterator[Tenant]) -> None:
        self.summary = Summary()
        self._seed = 0
        self._tenants = tenants
        self._world = self._fresh()
        self._http = requests.Session()
        self._http.auth = (self._world.tenant.process.account_sid, self._world.tenant.process.auth_token)
        self._http.trust_env = False

    def _fresh(self) -> World:
        """A world that is whole, and what a path without a service means."""
        world = World(next(self._tenants))
        world.tenant.post("/conversations/v1/Configuration", DefaultChatServiceSid=world.service)
        return world

    def fuzz(self, name: str, document: Document, examples: int) -> None:
        """``examples`` cases of each operation, two thirds of them good."""
        for mode, number in (
            (GenerationMode.POSITIVE, examples - examples // 3),
            (GenerationMode.NEGATIVE, examples // 3),
        ):
            made = schemathesis.openapi.from_dict(specification(document, is_good=mode is GenerationMode.POSITIVE))
            for result in made.get_all_operations():
                found = result.ok()  # type: ignore[union-attr]  # what we made up ourselves is no Err
                operation = f"{found.method.upper()} {found.path}"
                with contextlib.suppress(Unsatisfiable):  # there is no bad request where nothing can be given
                    self._run(name, document, operation, found.as_strategy(generation_mode=mode), number)

    def _run(self, name: str, document: Document, operation: str, cases: Any, number: int) -> None:
        self._seed += 1

        @seed(self._seed)
        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def send(case: Case[Any]) -> None:
            self._send(name, document, operation, case)

        send()

    def _send(self, name: str, document: Document, operation: str, case: Case[Any]) -> None:
        path = self._path(name, operation, case)
        url = self._world.tenant.url + path
        given = case.as_transport_kwargs()
        kwargs = {key: self._filled(given[key]) for key in ("params", "data", "headers") if key in given}
        try:
            answer = self._http.request(case.method, url, timeout=20, **kwargs)
        except (requests.exceptions.InvalidHeader, UnicodeError):
            return  # such a request can't be sent at all
        self.summary.answers.setdefault(name, Counter())[answer.status_code] += 1
        if fault := _judge(document, document.operations[operation], answer):
            sent = f"{operation} {path} {kwargs.get('params')} {kwargs.get('data')}"
            self.summary.faults.append(f"{sent}: {answer.status_code} {fault}")
        if operation.startswith("DELETE") and answer.status_code == 204:
            self._world = self._fresh()

    def _path(self, name: str, operation: str, case: Case[Any]) -> str:
        """Real things in the path where the case says so, strange ones elsewhere."""
        path = operation.partition(" ")[2]
        real = self._world.place(name, path).split("/")
        shape = [*PREFIXES[name].split("/"), *path.strip("/").split("/")]
        given = list((case.path_parameters or {}).values())
        for position, (segment, value) in enumerate(zip(shape, real, strict=True)):
            if segment.startswith("{"):
                wanted = given.pop(0) if given else REAL
                real[position] = self._segment(wanted, value)
        return "/".join(real)

    def _filled(self, given: Any) -> Any:
        """A form or a query with the world's own things where it says so."""
        if isinstance(given, dict):
            return {key: self._filled(value) for key, value in given.items()}
        if isinstance(given, list):
            return [self._filled(value) for value in given]
        return getattr(self._world, given[1:]) if isinstance(given, str) and given in TOKENS else given

    def _segment(self, wanted: Any, real: str) -> str:
        if wanted == REAL:
            return real
        if wanted == NAMED:
            kind = next((kind for kind in NAMES if getattr(self._world, kind) == real), None)
            return NAMES[kind] if kind else real
        return quote(STRANGE[len(str(wanted)) % len(STRANGE)], safe="")


def _judge(document: Document, fact: Operation, answer: requests.Response) -> str | None:
    """What must not be: a server error, an answer that breaks its schema, an error without its body."""
    if answer.status_code >= 500:
        return answer.text[:300]
    if answer.status_code >= 400:
        body = answer.json()
        whole = {"code", "message", "more_info", "status"} <= set(body) and body["status"] == answer.status_code
        return None if whole else f"no error body: {answer.text[:200]}"
    if answer.status_code == 204 or fact.answer is None:
        return None if not answer.content else "a body where none belongs"
    body = answer.json()
    items = [body] if fact.answer.list is None else body[fact.answer.list]
    shapes = document.schemas[fact.answer.schema]
    for item in items:
        if set(item) != set(shapes):
            return f"properties {set(item) ^ set(shapes)}"
        for field, shape in shapes.items():
            if problem := mismatch(item[field], shape):
                return f"{field}: {problem}"
    return None


def run(wanted: int) -> Summary:
    """At least ``wanted`` requests on a service of its own, with its rate limits raised."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        process = stack.enter_context(serving(Path(folder) / "data", "--rate", "1000000", "--linger", "0.2"))

        def tenants() -> Iterator[Tenant]:
            while True:
                with contextlib.closing(Tenant(process, "fuzz")) as tenant:
                    yield tenant

        fuzzer = Fuzzer(tenants())
        number = sum(len(document.operations) for document in documents().values())
        while (left := wanted - fuzzer.summary.requests) > 0:
            for name, document in documents().items():
                fuzzer.fuzz(name, document, max(3, -(-left // number)))
        return fuzzer.summary


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
