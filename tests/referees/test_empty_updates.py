"""Every documented update, sent with nothing in it: 200, and nothing changed (contract S62)."""

import itertools

import pytest

from tests.referees.openapi_facts import documents
from tests.referees.samples import TELEPHONE_OPERATIONS
from tests.referees.world import World
from tests.support.service import Tenant
from tests.support.waiting import blocking_poll

NEEDS_SOMETHING = "/Roles/{Sid}"
"""Whose one parameter is required."""


@pytest.mark.parametrize("document", documents())
def test_an_update_that_gives_nothing_changes_nothing(document: str, tenant: Tenant) -> None:
    """Nor does one that gives only what is not known (contract S61); dates, marks and settings stay."""
    world, tried = World(tenant), 0
    let_a_second_begin(tenant)
    for operation, fact in documents()[document].operations.items():
        method, _, path = operation.partition(" ")
        is_update = method == "POST" and fact.status == 200
        if not is_update or path.endswith(NEEDS_SOMETHING) or any(word in path for word in TELEPHONE_OPERATIONS):
            continue
        before = world.call(document, f"GET {path}").json()
        for form in ({}, {"Unknown": "x"}):
            answer = world.call(document, operation, data=form)
            assert answer.status_code == 200, f"{operation}: {answer.text}"
            assert answer.json() == before, operation
        assert world.call(document, f"GET {path}").json() == before, operation
        tried += 1
    assert tried >= 5


def let_a_second_begin(tenant: Tenant) -> None:
    """Dates are shown in whole seconds of the service's clock: an update would show in the next one."""
    began = tenant.post(f"{tenant.path}/Users", Identity="clock")["date_updated"]
    ticks = itertools.count()

    def has_begun() -> bool:
        now = tenant.post(f"{tenant.path}/Users/clock", FriendlyName=f"{next(ticks)}")["date_updated"]
        return bool(now != began)

    blocking_poll(has_begun, every=0.05)
