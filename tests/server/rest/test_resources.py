"""Resources: each is one module, which nothing beside them names."""

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from chat_tui.protocol.errors import NotFound
from chat_tui.server import rest
from chat_tui.server.rest import resources
from chat_tui.server.rest.dialects import CHAT
from chat_tui.server.rest.resource import router
from chat_tui.server.routes import gathered

PACKAGE = resources.__name__
NEW = """
from chat_tui.server.operations.services import FetchService
from chat_tui.server.rest.resource import Resource

RESOURCES = (
    Resource(path="/Services/{service_sid}/Motto", represent=lambda call, found: {}, fetch=FetchService),
)
"""


def test_a_module_is_all_a_resource_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put beside the others it is served, in every version."""
    path = "/v2/Services/IS1/Motto"
    with pytest.raises(NotFound):
        router(resources.RESOURCES, CHAT).match("GET", path)
    (tmp_path / "motto.py").write_text(NEW)
    monkeypatch.setattr(resources, "__path__", [*resources.__path__, str(tmp_path)])
    found = router(tuple(gathered(PACKAGE, "RESOURCES")), CHAT)
    monkeypatch.delitem(sys.modules, f"{PACKAGE}.motto")
    assert found.match("GET", path).path == {"service_sid": "IS1"}
    assert found.match("GET", path.replace("v2", "v1")).handler.dialect.version == "v1"


def test_nothing_beside_the_resources_names_one() -> None:
    """So there is no second place to add one to."""
    names = [module.name for module in iter_modules(resources.__path__)]
    assert len(names) > 10
    assert {
        module for name in names for module in [import_module(f"{PACKAGE}.{name}")] if not module.RESOURCES
    } == set()
    server = Path(rest.__file__).parents[1]
    others = [path for path in server.rglob("*.py") if path.parent.name != "resources"]
    said = "".join(path.read_text() for path in others)
    assert [name for name in names if f"resources.{name}" in said or f"resources import {name}" in said] == []
