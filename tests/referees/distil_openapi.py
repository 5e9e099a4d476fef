"""Distil the published OpenAPI documents into ``openapi_facts.json``: names, types, nullability; no prose.

``python -m tests.referees.distil_openapi FOLDER`` reads ``twilio_chat_v1.json``, ``twilio_chat_v2.json`` and
``twilio_conversations_v1.json`` from FOLDER.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.referees.openapi_facts import FACTS

DOCUMENTS = ("twilio_chat_v1", "twilio_chat_v2", "twilio_conversations_v1")
METHODS = ("get", "post", "delete")
PAGING = ("PageSize", "Page", "PageToken")


def main(folder: Path) -> None:
    facts = {name: _document(json.loads((folder / f"{name}.json").read_text())) for name in DOCUMENTS}
    FACTS.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")


def _document(source: dict[str, Any]) -> dict[str, Any]:
    schemas = source["components"]["schemas"]
    return {
        "operations": {
            f"{method.upper()} {path}": _operation(item[method], item.get("parameters", []), schemas)
            for path, item in source["paths"].items()
            for method in METHODS
            if method in item
        },
        "schemas": {
            name: {field: _shape(prop, schemas) for field, prop in schema["properties"].items()}
            for name, schema in schemas.items()
            if "properties" in schema
        },
    }


def _operation(source: dict[str, Any], shared: list[dict[str, Any]], schemas: dict[str, Any]) -> dict[str, Any]:
    given = [*shared, *source.get("parameters", [])]
    status, answer = next(iter(source["responses"].items()))
    form = _schema(source.get("requestBody", {}))
    return {
        "query": {p["name"]: _shape(p["schema"], schemas) for p in given if p["in"] == "query"},
        "header": [p["name"] for p in given if p["in"] == "header"],
        "form": {
            name: _shape(prop, schemas) | ({"required": True} if name in form.get("required", ()) else {})
            for name, prop in form.get("properties", {}).items()
        },
        "status": int(status),
        "answer": _answer(_schema(answer)),
    }


def _schema(body: dict[str, Any]) -> dict[str, Any]:
    """Of a request or an answer: the one content it has, if any."""
    for content in body.get("content", {}).values():
        schema: dict[str, Any] = content["schema"]
        return schema
    return {}


def _answer(schema: dict[str, Any]) -> dict[str, str] | None:
    """The schema of the object, or of a list's items under its key."""
    if "$ref" in schema:
        return {"schema": _name(schema["$ref"])}
    for key, prop in schema.get("properties", {}).items():
        if prop.get("type") == "array":
            return {"schema": _name(prop["items"]["$ref"]), "list": key}
    return None


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _shape(prop: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """``type`` is left out where anything goes."""
    if "$ref" in prop:
        prop = schemas[_name(prop["$ref"])] | {key: value for key, value in prop.items() if key != "$ref"}
    found: dict[str, Any] = {key: prop[key] for key in ("type", "format", "enum", "nullable", "pattern") if key in prop}
    if prop.get("items"):
        found["items"] = _shape(prop["items"], schemas)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
