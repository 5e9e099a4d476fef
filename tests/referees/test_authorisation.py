"""Who may do what over REST: every documented operation with credentials that must not work on it."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from chat_tui.local_service import LocalService
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.server.core import ServiceCore
from chat_tui.server.operations.accounts import EnsureAccount
from chat_tui.server.operations.actors import SYSTEM
from chat_tui.server.operations.keys import EnsureKey
from tests.referees import samples
from tests.referees.openapi_facts import documents
from tests.referees.world import World
from tests.support.counts import COUNTS
from tests.support.service import Tenant, serving

OTHER_TOKEN, OTHER_SECRET = "other-token", "other-secret"


class Stranger(msgspec.Struct, frozen=True):
    """Another account on the same service, with a key of its own."""

    account_sid: str
    key_sid: str


class Scene(msgspec.Struct, frozen=True):
    process: LocalService
    world: World
    stranger: Stranger
    revoked: tuple[str, str]


async def _settle(data: Path) -> Stranger:
    """Another account, in a data directory that is not served yet."""
    core = ServiceCore(data)
    other = Stranger(new_sid(Kind.ACCOUNT), new_sid(Kind.KEY))
    run, seal = core.dispatcher.run, core.box.seal
    await run(SYSTEM, EnsureAccount(other.account_sid, seal(OTHER_TOKEN)))
    await run(SYSTEM, EnsureKey(other.account_sid, other.key_sid, "other", seal(OTHER_SECRET)))
    await core.close()
    return other


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    data = tmp_path_factory.mktemp("two-accounts")
    with serving(data):
        pass  # a data directory begins with its own account
    other = asyncio.run(_settle(data))
    with (
        serving(data, "--rate", "100000", "--linger", "0.2") as process,
        contextlib.closing(Tenant(process, "ours")) as tenant,
    ):
        keys = f"/api/2010-04-01/Accounts/{process.account_sid}/Keys"
        made = tenant.post(f"{keys}.json", FriendlyName="short-lived")
        assert tenant.http.delete(f"{keys}/{made['sid']}.json").status_code == 204
        yield Scene(process, World(tenant), other, (made["sid"], made["secret"]))


@pytest.mark.parametrize("document", documents())
def test_bad_credentials_are_refused_everywhere(document: str, scene: Scene) -> None:
    """None, wrong ones, a wrong secret, a revoked key, another account's SID with our token: 401 with code 20003."""
    account, token = scene.process.account_sid, scene.process.auth_token
    bad: dict[str, tuple[str, str] | None] = {
        "none": None,
        "wrong token": (account, "wrong"),
        "wrong account": (new_sid(Kind.ACCOUNT), token),
        "wrong secret": (scene.process.api_key_sid, "wrong"),
        "revoked key": scene.revoked,
        "token of another account": (account, OTHER_TOKEN),
        "a service's SID": (scene.world.service, token),
    }
    with httpx.Client(trust_env=False) as http:
        for operation, fact in documents()[document].operations.items():
            method, _, path = operation.partition(" ")
            url = scene.process.url + scene.world.place(document, path)
            for name, auth in bad.items():
                form = samples.required(scene.world, path, fact) or None
                answer = http.request(method, url, data=form, auth=auth)
                found = (answer.status_code, answer.json()["code"])
                assert found == (401, 20003), f"{operation} with {name}: {found}"
                COUNTS["authorisation cells"]["REST"] += 1
                assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("credentials", ["account", "key"])
@pytest.mark.parametrize("document", documents())
def test_another_account_finds_nothing_of_ours(document: str, credentials: str, scene: Scene) -> None:
    """Its credentials are good, but what is not its own is not there, whatever it gives: 404, or a list that shows
    nothing of ours."""
    other = scene.stranger
    auth = (other.account_sid, OTHER_TOKEN) if credentials == "account" else (other.key_sid, OTHER_SECRET)
    with httpx.Client(trust_env=False, auth=auth) as http:
        for operation in documents()[document].operations:
            _find_nothing(scene, http, document, operation, scene.world.service)


@pytest.mark.parametrize("document", documents())
def test_another_service_holds_nothing_of_ours(document: str, scene: Scene) -> None:
    """What is asked for by the path of another service of the same account is not there either, whatever is given."""
    process, tenant = scene.process, scene.world.tenant
    other = tenant.post("/v2/Services", FriendlyName="other")["sid"]
    with httpx.Client(trust_env=False, auth=(process.account_sid, process.auth_token)) as http:
        for operation in documents()[document].operations:
            if "/Services/{" in operation and operation.count("{") > 1:
                _find_nothing(scene, http, document, operation, other)


def _find_nothing(scene: Scene, http: httpx.Client, document: str, operation: str, service: str) -> None:
    """Ask with what must be given, and with every parameter beside it, by the path of ``service``."""
    world, fact = scene.world, documents()[document].operations[operation]
    method, _, path = operation.partition(" ")
    ours = {str(value) for value in vars(world).values() if isinstance(value, str)} - {""}
    place = world.place(document, path).replace(world.service, service)
    _, _, _, without_version = place.split("/", 3)  # which the refusal repeats
    there = any(sid in place for sid in ours) and not any(word in path for word in samples.TELEPHONE_OPERATIONS)
    refused = samples.TELEPHONE_PARAMETERS | {name for end, name in samples.REFUSED if path.endswith(end)}
    for name in ("", *(parameter for parameter in fact.form if there and parameter not in refused)):
        form = samples.with_parameter(world, path, fact, name) if name else samples.required(world, path, fact)
        answer = http.request(method, scene.process.url + place, data=form, params=samples.query(path))
        shown = {sid for sid in ours if len(sid) == 34 and sid in answer.text.replace(without_version, "")}
        assert not shown, f"{operation} with {name} shows {shown}"
        if there:
            found = (answer.status_code, answer.json()["code"])
            assert found == (404, 20404), f"{operation} with {name}: {found} {answer.text[:200]}"
        COUNTS["authorisation cells"]["REST"] += 1


def test_nothing_was_changed_by_all_that(scene: Scene) -> None:
    """What was there is there still."""
    tenant, world = scene.world.tenant, scene.world
    for sid, place in (
        (world.channel, f"Channels/{world.channel}"),
        (world.member, f"Channels/{world.channel}/Members/{world.member}"),
        (world.message, f"Channels/{world.channel}/Messages/{world.message}"),
        (world.invite, f"Channels/{world.channel}/Invites/{world.invite}"),
        (world.role, f"Roles/{world.role}"),
        (world.binding, f"Bindings/{world.binding}"),
        (world.user, f"Users/{world.user}"),
    ):
        assert tenant.get(f"{world.path}/{place}")["sid"] == sid


def test_a_key_does_what_its_account_does_but_manages_no_keys(scene: Scene) -> None:
    """Key SID and secret open the same doors; keys themselves take the account's own token."""
    process, auth = scene.process, (scene.process.api_key_sid, scene.process.api_key_secret)
    with httpx.Client(base_url=process.url, auth=auth, trust_env=False) as http:
        assert http.get(f"{scene.world.path}/Channels/world").json()["sid"] == scene.world.channel
        keys = f"/api/2010-04-01/Accounts/{process.account_sid}/Keys"
        for method, path in (
            ("POST", f"{keys}.json"),
            ("GET", f"{keys}.json"),
            ("GET", f"{keys}/{auth[0]}.json"),
            ("POST", f"{keys}/{auth[0]}.json"),
            ("DELETE", f"{keys}/{auth[0]}.json"),
        ):
            answer = http.request(method, path, data={"FriendlyName": "x"} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (403, 20403)
        other = f"/api/2010-04-01/Accounts/{scene.stranger.account_sid}/Keys.json"
        assert http.get(other).status_code == 404
    assert scene.world.tenant.http.get(other).status_code == 404


def test_secrets_are_shown_once(scene: Scene) -> None:
    """A key's secret comes with its creation and never again."""
    tenant = scene.world.tenant
    keys = f"/api/2010-04-01/Accounts/{scene.process.account_sid}/Keys"
    made = tenant.post(f"{keys}.json", FriendlyName="new")
    assert len(made["secret"]) >= 32
    assert "secret" not in tenant.get(f"{keys}/{made['sid']}.json")
    listed = tenant.http.get(f"{keys}.json")
    assert made["sid"] in listed.text
    assert made["secret"] not in listed.text
