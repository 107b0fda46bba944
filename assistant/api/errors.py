"""Errors as ``application/problem+json`` (RFC 9457), and the status of each error of the tree."""

import math
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from retrieval import errors

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

# One line a leaf of the tree; a test finds none that is missing.
STATUS: dict[type[errors.PrecedentError], int] = {
    errors.InvalidInput: 422,
    errors.UnreadableFile: 422,
    errors.InvalidSettings: 500,
    errors.NotFound: 404,
    errors.AmbiguousReference: 409,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.StaleRevision: 412,
    errors.TargetChanged: 409,
    errors.WrongState: 409,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.CorruptIndex: 503,
    errors.ModelUnavailable: 503,
    errors.ServiceUnavailable: 503,
    errors.Throttled: 503,
    errors.Unanswered: 503,
    errors.Refused: 502,
    errors.WrongAnswer: 502,
    errors.DeliveryFailed: 502,
}


class Problem(BaseModel):
    """What an error looks like to a program."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str
    errors: list[dict[str, str]] = []


_DESCRIPTIONS = {
    400: "The body is not JSON",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not found, or not readable for this person",
    405: "A name with a slash in it names another place, where this cannot be done",
    409: "The state has moved on, or a reference is ambiguous",
    412: "If-Match does not fit the current revision",
    413: "The request is too large",
    422: "The input cannot be used",
    428: "If-Match is missing",
    429: "Too many requests; Retry-After says when to try again",
    502: "An outside system refused",
    503: "The index or a model is not available",
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"$ref": f"#/components/responses/{status}", "description": description}
    for status, description in _DESCRIPTIONS.items()
}
"""What routes say of their problems; each is described once, among the components."""


def components() -> dict[str, dict[str, Any]]:
    """What the OpenAPI document needs for ``PROBLEMS``."""
    schema = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
    told = {
        str(status): {"description": description, "content": {MEDIA_TYPE: schema}}
        for status, description in _DESCRIPTIONS.items()
    }
    return {"responses": told, "schemas": {Problem.__name__: Problem.model_json_schema()}}


def status_of(error: errors.PrecedentError) -> int:
    """The HTTP status of an error: its own, else that of the nearest kind above it."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    pointers: list[dict[str, str]] | None = None,
) -> JSONResponse:
    """One problem response."""
    body = Problem(
        type=f"urn:precedent:problem:{code}",
        title=code.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        instance=request.url.path,
        request_id=request.state.request_id,
        errors=pointers or [],
    )
    return JSONResponse(body.model_dump(), status, media_type=MEDIA_TYPE)


def answer(request: Request, error: Exception) -> JSONResponse:
    """The problem that an error is, whatever its kind."""
    if isinstance(error, errors.PrecedentError):
        told = problem(request, status_of(error), error.code, str(error))
        told.headers.update(_headers_of(error))
        return told
    if isinstance(error, RequestValidationError):
        pointers = [
            {"pointer": "/" + "/".join(str(part) for part in found["loc"]), "detail": found["msg"]}
            for found in error.errors()
        ]
        detail = "; ".join(f"{p['pointer']}: {p['detail']}" for p in pointers)
        return problem(request, 422, "invalid-input", detail, pointers)
    if isinstance(error, HTTPException):
        code = {
            400: "unreadable-body",
            401: "not-signed-in",
            404: "not-found",
            405: "method-not-allowed",
            428: "precondition-required",
        }.get(error.status_code, "http-error")
        return problem(request, error.status_code, code, str(error.detail))
    # The process boundary: what we did not foresee is logged in full, and the person gets
    # the number to find it by.
    log.error("unexpected", path=request.url.path, exc_info=error)
    detail = f"Something unexpected went wrong; the log has it as {request.state.request_id}."
    return problem(request, 500, "unexpected", detail)


def _headers_of(error: errors.PrecedentError) -> dict[str, str]:
    """What a program needs besides: when to come back, or how to show who it is."""
    if isinstance(error, errors.TooMany | errors.Throttled):
        return {"Retry-After": str(math.ceil(error.wait_seconds))}
    if isinstance(error, errors.NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    return {}


HANDLED: tuple[type[Exception], ...] = (
    errors.PrecedentError,
    RequestValidationError,
    HTTPException,
    Exception,
)


def install(app: FastAPI) -> None:
    """Answer every error with a problem."""
    for kind in HANDLED:
        app.add_exception_handler(kind, answer)
