"""What the OpenAPI document says beyond the routes' own types: logins, the key of a write, and every problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.http.callers import COOKIE, KEY, KEYLESS, MOST_KEY, SAFE, May
from api.http.problems import KINDS, PROBLEM

ALWAYS = {408, 429, 500, 503}  # from every route
WITH_LOGIN = {401, 403}
WITH_INPUT = {400, 413, 422}
OF_A_WRITE = {409, 422, 428, 507}
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong, as RFC 9457 says it, in Danish or in English.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "enum": [f"urn:igang:problem:{slug}" for slug in KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The request's number, for whoever looks into it."},
        "retry_after": {"type": "integer", "description": "Seconds to wait."},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "Every wrong place."},
    },
}
KEY_PARAMETER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Drawn anew for every change; the same request again with the same key is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY, "pattern": f"^{KEY.pattern}$"},
}
LOGINS: dict[str, Any] = {
    "key": {"type": "http", "scheme": "bearer", "description": "A machine's key."},
    "login": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A browser's login."},
}


class DescribedApp(FastAPI):
    """An application whose document names every answer of its routes."""

    parts: Sequence[APIRouter] = ()

    def openapi(self) -> dict[str, Any]:
        """The document, made at its first use."""
        if self.openapi_schema is None:
            document = super().openapi()
            for route, operation in _operations(document, self.parts):
                _describe(route, operation)
            components = document.setdefault("components", {})
            components["securitySchemes"] = LOGINS
            schemas = components.setdefault("schemas", {})
            schemas["Problem"] = PROBLEM_SCHEMA
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return super().openapi()


def _operations(document: dict[str, Any], parts: Sequence[APIRouter]) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    for part in parts:
        for route in part.routes:
            if isinstance(route, APIRoute):
                for method in route.methods or ():
                    yield route, document["paths"][route.path][method.lower()]


def _describe(route: APIRoute, operation: dict[str, Any]) -> None:
    actions = [need.call.action for need in route.dependant.dependencies if isinstance(need.call, May)]
    problems = set(ALWAYS)
    if actions:
        problems |= WITH_LOGIN
        operation["security"] = [{name: []} for name in LOGINS]
    if actions and not set(route.methods or ()) <= set(SAFE) and actions[0] not in KEYLESS:
        problems |= OF_A_WRITE
        operation.setdefault("parameters", []).append(KEY_PARAMETER)
    if operation.get("parameters") or "requestBody" in operation:
        problems |= WITH_INPUT
    if "{" in route.path:
        problems.add(404)
    if any(parameter["name"].lower() == "if-match" for parameter in operation.get("parameters", ())):
        problems.add(412)
    problems |= {int(status) for status in operation["responses"] if status >= "400"}
    for status in sorted(problems):
        operation["responses"][str(status)] = _problem(status)


def _problem(status: int) -> dict[str, Any]:
    described = " / ".join(kind.en for kind in KINDS.values() if kind.status == status)
    return {"description": described, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
