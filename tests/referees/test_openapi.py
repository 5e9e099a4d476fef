"""Every documented operation, parameter and property of chat v1, chat v2 and Conversations v1 against a real service.

The documents' facts are in ``openapi_facts.json``; what differs on purpose stands in `samples`, and nowhere else.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from chat_tui.local_service import LocalService
from chat_tui.protocol.api_shapes import ErrorBody
from chat_tui.server.rest.shapes import Key, KeyPage, NewKey
from tests.referees import samples
from tests.referees.openapi_facts import AnswerFact, Document, Operation, documents, mismatch
from tests.referees.rest_shapes import unlike_answer
from tests.referees.world import World
from tests.support.service import Tenant, serving
from tests.support.shapes import unlike

COVERED: dict[str, Counter[str]] = {}
"""By document: what was seen to be served. The summary at the end of a run prints it."""

NAMES = tuple(documents())
MEMBER = "GET /v2/Services/{ServiceSid}/Channels/{ChannelSid}/Members/{Sid}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    with serving(tmp_path_factory.mktemp("openapi"), "--rate", "100000", "--linger", "0.2") as running:
        yield running


@pytest.fixture
def fresh(service: LocalService) -> Iterator[Callable[[], World]]:
    """Makes worlds."""
    with contextlib.ExitStack() as stack:
        yield lambda: World(stack.enter_context(contextlib.closing(Tenant(service, "openapi"))))


def count(document: str, what: str, number: int = 1) -> None:
    COVERED.setdefault(document, Counter())[what] += number


def is_telephone(operation: str) -> bool:
    return any(part in operation for part in samples.TELEPHONE_OPERATIONS)


def check_body(document: Document, answer: AnswerFact, body: Any, where: str) -> list[str]:
    """What is wrong with an answer: a property that is missing, of the wrong type, or not documented."""
    items = [body] if answer.list is None else body[answer.list]
    assert items, f"{where}: an empty list shows nothing"
    shapes = document.schemas[answer.schema]
    wrong = []
    for item in items:
        wrong += [f"{where}: {name} is missing" for name in shapes.keys() - item.keys()]
        wrong += [f"{where}: {name} is not documented" for name in item.keys() - shapes.keys()]
        for name in shapes.keys() & item.keys():
            if problem := mismatch(item[name], shapes[name]):
                wrong.append(f"{where}: {name}: {problem}")
    if answer.list is not None:
        wrong += check_meta(body["meta"], answer.list, where)
    return wrong


def check_meta(meta: dict[str, Any], key: str, where: str) -> list[str]:
    """The seven keys of every list."""
    expected = {"key", "page", "page_size", "url", "first_page_url", "next_page_url", "previous_page_url"}
    return [] if set(meta) == expected and meta["key"] == key else [f"{where}: meta {meta}"]


def check_error(answer: httpx.Response) -> dict[str, Any]:
    """Every refusal has the documented body (contract 1.1)."""
    body: dict[str, Any] = answer.json()
    assert unlike(body, ErrorBody) == []
    assert body["status"] == answer.status_code
    assert body["more_info"].endswith(str(body["code"]))
    return body


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_served(name: str, fresh: Callable[[], World]) -> None:
    """Each answers with the documented status and a body of the documented properties, which is what its type says; the
    telephone's say so."""
    document, world, wrong = documents()[name], fresh(), []
    for operation, fact in document.operations.items():
        count(name, "operations documented")
        here = fresh() if operation.startswith("DELETE") else world
        path = operation.partition(" ")[2]
        answer = here.call(name, operation, data=samples.required(here, path, fact) or None, params=samples.query(path))
        if is_telephone(operation):
            assert (answer.status_code, "telephone" in check_error(answer)["message"]) == (400, True), operation
            count(name, "operations refused for want of a telephone network")
            continue
        if answer.status_code != fact.status:
            wrong.append(f"{operation}: {answer.status_code} {answer.text[:200]}")
            continue
        count(name, "operations served")
        if fact.answer is not None:
            found = check_body(document, fact.answer, answer.json(), operation)
            found += unlike_answer(answer.json(), name, operation, fact.answer.list)
            count(name, "properties", len(document.schemas[fact.answer.schema]) - len(found))
            wrong += found
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_of_a_form_takes_effect(name: str, fresh: Callable[[], World]) -> None:
    """What is sent shows in the answer; what can't show, or is refused, stands in the table of deviations."""
    document, wrong = documents()[name], []
    for operation, fact in document.operations.items():
        if not fact.form or is_telephone(operation):
            continue
        path, world = operation.partition(" ")[2], fresh()
        for parameter in fact.form:
            count(name, "parameters")
            if path.endswith("/Webhooks"):
                world = fresh()  # a channel has but five
            world.webhook = world.webhooks[samples.WEBHOOK_FOR.get(parameter, 0)]
            form = samples.with_parameter(world, path, fact, parameter)
            answer = world.call(name, operation, data=form)
            shows_as = parameter
            if parameter in samples.ON_MEMBER and "/Users" in path:
                answer, shows_as = world.call("twilio_chat_v2", MEMBER), samples.ON_MEMBER[0]
            if problem := _judge(operation, shows_as, form[parameter], answer):
                wrong.append(f"{operation} {parameter}={form[parameter]!r}: {problem}")
    assert not wrong, "\n".join(wrong)


def _judge(operation: str, parameter: str, sent: Any, answer: httpx.Response) -> str | None:
    """What is wrong with the answer to a form that holds ``parameter``."""
    path = operation.partition(" ")[2]
    is_refused = any(path.endswith(tail) and parameter == known for tail, known in samples.REFUSED)
    if parameter in samples.TELEPHONE_PARAMETERS or parameter in samples.NOT_YET or is_refused:
        named = check_error(answer)["message"].startswith(parameter) or parameter in samples.NOT_YET
        return None if answer.status_code in (400, 404) and named else f"{answer.status_code} {answer.text[:200]}"
    if not answer.is_success:
        return f"{answer.status_code} {answer.text[:200]}"
    if parameter in samples.NOT_SHOWN or parameter == "Participant":
        return None
    value = samples.shown(parameter, answer.json())
    return None if samples.is_same(sent, value, parameter) else f"shows {value!r}"


@pytest.mark.parametrize("name", NAMES)
def test_a_value_of_the_wrong_type_is_refused_by_name(name: str, fresh: Callable[[], World]) -> None:
    """Booleans, integers, dates and enumerations name the parameter in a 400."""
    document, world, wrong = documents()[name], fresh(), []
    for operation, fact in document.operations.items():
        path = operation.partition(" ")[2]
        for parameter, shape in fact.form.items():
            is_typed = shape.type in ("boolean", "integer") or shape.format == "date-time" or shape.enum
            if not is_typed or is_telephone(operation):
                continue
            form = samples.required(world, path, fact) | {parameter: "no such value"}
            answer = world.call(name, operation, data=form)
            if answer.status_code != 400 or not check_error(answer)["message"].startswith(parameter):
                wrong.append(f"{operation} {parameter}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_every_filter_of_a_list_filters(name: str, fresh: Callable[[], World]) -> None:
    """A value that fits keeps what is there, one that does not empties the list; paging and order work everywhere."""
    document, world, wrong = documents()[name], fresh(), []
    for operation, fact in document.operations.items():
        if fact.answer is None or fact.answer.list is None or is_telephone(operation):
            continue
        for parameter in fact.query:
            count(name, "parameters")
            if problem := _filters(world, name, operation, fact, parameter):
                wrong.append(f"{operation} {parameter}: {problem}")
    assert not wrong, "\n".join(wrong)


FILTERS: dict[str, tuple[Any, Any]] = {
    "Type": ("public", "private"),
    "BindingType": (["fcm", "apn"], "apn"),
    "State": ("active", "closed"),
    "StartDate": ("2020-01-01", "2999-01-01T00:00:00Z"),
    "EndDate": ("2999-01-01", "2020-01-01T00:00:00Z"),
    "Identity": (["holder", "guest"], "nobody-here"),
}
"""A value that keeps what a world holds, and one that drops it."""


def _filters(world: World, name: str, operation: str, fact: Operation, parameter: str) -> str | None:
    assert fact.answer is not None
    assert fact.answer.list is not None
    key, always = fact.answer.list, {}
    if operation.endswith("ParticipantConversations") and parameter != "Identity":
        always = {"Identity": "holder"}

    def ask(value: Any) -> httpx.Response:
        return world.call(name, operation, params=always | {parameter: value})

    if parameter == "PageSize":
        sizes = [ask(size) for size in samples.PAGE_SIZES]
        refused = [check_error(ask(size))["code"] for size in (0, 1001)]
        shown = [answer.json()["meta"]["page_size"] for answer in sizes]
        return None if (shown, refused, len(sizes[0].json()[key])) == ([1, 1000], [20001, 20007], 1) else "bounds"
    if parameter == "Page":
        return None if ask(3).json()["meta"]["page"] == 3 else "not kept"
    if parameter == "PageToken":
        return None if check_error(ask("made-up"))["message"].startswith("PageToken") else "not checked"
    if parameter == "Order":
        up, down = ([item["index"] for item in ask(order).json()[key]] for order in ("asc", "desc"))
        return None if up == sorted(down) and up[0] < down[0] else f"{up} {down}"
    if parameter in samples.TELEPHONE_PARAMETERS:
        always = {}
        return None if check_error(ask("+15550100"))["message"].startswith(parameter) else "not refused"
    fits, drops = FILTERS[parameter]
    if operation.endswith("ParticipantConversations"):
        fits = "holder"
    kept, dropped = ask(fits).json()[key], ask(drops).json()[key]
    return None if kept and not dropped else f"keeps {len(kept)}, drops to {len(dropped)}"


@pytest.mark.parametrize("name", NAMES)
def test_the_webhook_header_is_read(name: str, fresh: Callable[[], World]) -> None:
    """``X-Twilio-Webhook-Enabled`` takes true and false, in any case, and nothing else."""
    document, world = documents()[name], fresh()
    for operation, fact in document.operations.items():
        if "X-Twilio-Webhook-Enabled" not in fact.header:
            continue
        count(name, "parameters")
        refused = world.call(name, operation, headers={"X-Twilio-Webhook-Enabled": "maybe"})
        assert refused.status_code == 400, operation
        assert check_error(refused)["message"].startswith("X-Twilio-Webhook-Enabled")


def test_keys_are_of_their_types(fresh: Callable[[], World], service: LocalService) -> None:
    """They have no document among these; the secret is in one answer alone (contract 1.12)."""
    http, keys = fresh().tenant.http, f"/api/2010-04-01/Accounts/{service.account_sid}/Keys"
    made = http.post(f"{keys}.json", data={"FriendlyName": "mine"}).json()
    assert unlike(made, NewKey) == []
    assert unlike(http.get(f"{keys}.json", params={"PageSize": 1}).json(), KeyPage) == []
    assert unlike(http.get(f"{keys}/{made['sid']}.json").json(), Key) == []
