"""What a call of the client may raise.

LeadledgerError            the server refused or failed; status, title, detail and trace_id say why
└── UnreachableError       no answer came; whether the request had an effect is not known
"""

import httpx

_TRANSIENT = frozenset({429, 502, 503, 504})


class LeadledgerError(Exception):
    """A problem document the server answered with; `trace_id` is what to quote when asking about it."""

    def __init__(
        self, title: str, detail: str, *, status: int | None, trace_id: str | None = None, retry_after: float = 0.0
    ) -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.title = title
        self.detail = detail
        self.status = status
        self.trace_id = trace_id
        self.retry_after = retry_after

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed in a moment."""
        return self.status in _TRANSIENT


class UnreachableError(LeadledgerError):
    """The server did not answer: wrong address, not running, or cut off on the way."""

    def __init__(self, url: str, cause: Exception) -> None:
        super().__init__("No answer", f"{url} can't be reached ({str(cause) or type(cause).__name__}).", status=None)

    @property
    def is_transient(self) -> bool:
        """Always: the server may be starting."""
        return True


def problem_of(response: httpx.Response) -> LeadledgerError:
    """Return the problem that a refused request was answered with; its body must have been read."""
    waits = response.headers.get("retry-after", "")
    retry_after = float(waits) if waits.isdecimal() else 0.0
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        document = response.json()
        return LeadledgerError(
            document.get("title", response.reason_phrase),
            document.get("detail", ""),
            status=response.status_code,
            trace_id=document.get("trace_id"),
            retry_after=retry_after,
        )
    detail = f"This is not an answer of Leadledger's; is {response.url} its address? It begins: {response.text[:200]!r}"
    title = f"{response.status_code} {response.reason_phrase}"
    return LeadledgerError(title, detail, status=response.status_code, retry_after=retry_after)
