"""The error tree: what a caller of the API may be told, as RFC 9457 problem documents.

Problem
├── BadInput          400  the request can't be understood
├── Unauthorized      401  no valid API key
├── Forbidden         403  the key lacks a scope
├── NotFound          404  unknown, or another client's: the answer is the same
├── Conflict          409  the state does not allow it now
├── TooLarge          413  a limit of the upload
├── Unprocessable     422  understood, but it can't be done as asked
└── Unavailable       503  something the service needs is away; try again
"""

from collections.abc import Mapping
from typing import ClassVar


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """Something a caller must know; the detail says what happened and what to do."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something failed inside"

    def __init__(self, detail: str, **extensions: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extensions: Mapping[str, object] = extensions

    def document(self, instance: str) -> dict[str, object]:
        """Return the problem document for the request path `instance`."""
        return {
            "type": f"urn:leadledger:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            **self.extensions,
        }


class BadInput(Problem):
    """The request can't be understood."""

    status = 400
    slug = "bad-input"
    title = "The request can't be understood"


class Unauthorized(Problem):
    """No API key, or one that is not valid."""

    status = 401
    slug = "unauthorized"
    title = "A valid API key is needed"


class Forbidden(Problem):
    """The key is valid, but lacks the scope."""

    status = 403
    slug = "scope-missing"
    title = "The API key lacks a scope"


class NotFound(Problem):
    """Unknown, or another client's."""

    status = 404
    slug = "not-found"
    title = "Not found"


class Conflict(Problem):
    """The present state does not allow it."""

    status = 409
    slug = "conflict"
    title = "The present state does not allow this"


class TooLarge(Problem):
    """A size limit was passed."""

    status = 413
    slug = "too-large"
    title = "A size limit was passed"


class Unprocessable(Problem):
    """Understood, but impossible as asked."""

    status = 422
    slug = "unprocessable"
    title = "The request can't be carried out"


class Unavailable(Problem):
    """Something the service needs is away."""

    status = 503
    slug = "unavailable"
    title = "A part of the service is away"
