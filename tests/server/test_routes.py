"""Routes: which handler answers a method on a path, and where handlers come from."""

import sys
from pathlib import Path

import pytest

from chat_tui.protocol.errors import BadRequest, MethodNotAllowed, NotFound
from chat_tui.server.routes import Router, gathered

ROUTER = Router(
    [
        ("GET /v1/Things", "list"),
        ("POST /v1/Things", "make"),
        ("GET /v1/Things/{thing}", "fetch"),
        ("GET /v1/Things/Mine", "mine"),
        ("DELETE /v1/Things/{thing}/Parts/{part}", "drop"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "handler", "found"),
    [
        ("GET", "/v1/Things", "list", {}),
        ("POST", "/v1/Things", "make", {}),
        ("GET", "/v1/Things/a", "fetch", {"thing": "a"}),
        ("GET", "/v1/Things/Mine", "mine", {}),
        ("GET", "/v1/Things/a%2Fb", "fetch", {"thing": "a/b"}),
        ("DELETE", "/v1/Things/a/Parts/%C3%A9", "drop", {"thing": "a", "part": "é"}),
    ],
)
def test_a_path_finds_its_handler(method: str, path: str, handler: str, found: dict[str, str]) -> None:
    """Literal segments win over parameters; a segment is decoded after the split."""
    assert ROUTER.match(method, path) == (handler, found)


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/Nothing", "/v1/Things/a/Parts", "/v1/Things/a/b/c", "v1//Things"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    """Neither is a path that only leads to others."""
    with pytest.raises(NotFound):
        ROUTER.match("GET", path)


def test_a_known_path_refuses_other_methods() -> None:
    """405, not 404."""
    with pytest.raises(MethodNotAllowed):
        ROUTER.match("DELETE", "/v1/Things")


def test_a_segment_that_is_no_text_is_refused() -> None:
    """Percent-encoded, but not UTF-8."""
    with pytest.raises(BadRequest):
        ROUTER.match("GET", "/v1/Things/%FF")


def test_a_module_that_is_put_into_a_package_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else names it."""
    package = tmp_path / "a_room_of_handlers"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("one", "two"):
        (package / f"{name}.py").write_text(f"ROUTES = [('GET /{name}', '{name}')]")
    monkeypatch.syspath_prepend(tmp_path)
    found = list(gathered(package.name, "ROUTES"))
    for name in ("", ".one", ".two"):
        monkeypatch.delitem(sys.modules, package.name + name)
    assert found == [("GET /one", "one"), ("GET /two", "two")]
