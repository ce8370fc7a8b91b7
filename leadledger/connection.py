"""HTTP to one server: the key on each request, problems as exceptions, and repeats where a repeat is safe."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from typing import Any, TypeAlias

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_after_delay
from tenacity.wait import wait_exponential_jitter

from leadledger.errors import LeadledgerError, UnreachableError, problem_of
from leadledger.request_body import Body

Parameters: TypeAlias = Mapping[str, Any]

_OWN_ADDRESSES = frozenset({"localhost", "127.0.0.1", "::1"})
_ATTEMPTS = stop_after_attempt(4)
_backoff = wait_exponential_jitter(multiplier=0.2, max=5.0, jitter=0.1)


class Connection:
    """Requests to one server under one key; closes with `close`."""

    def __init__(self, url: str, api_key: str, *, timeout: float) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout,
            follow_redirects=False,
            # A proxy of the environment can't reach this machine's own addresses.
            trust_env=httpx.URL(self.url).host not in _OWN_ADDRESSES,
        )

    def close(self) -> None:
        """Let go of the sockets."""
        self._http.close()

    def get(self, path: str, parameters: Parameters | None = None, *, patience: float = 0.0) -> Any:
        """Return the decoded answer; asked again for `patience` seconds while the server is away, 0: a few times."""
        return self.exchange("GET", path, parameters=parameters, patience=patience).json()

    def exchange(  # noqa: PLR0913 - what an HTTP request consists of
        self,
        method: str,
        path: str,
        *,
        parameters: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        body: Body | None = None,
        timeout: float | None = None,
        patience: float = 0.0,
    ) -> httpx.Response:
        """Send a request and return the read answer; raises LeadledgerError for anything but 2xx.

        It is repeated when the server is away or busy: GET and PUT are the same done twice, and a POST must
        bring an Idempotency-Key.
        """

        def once() -> httpx.Response:
            with body() if body else nullcontext() as content:
                request = self._http.build_request(
                    method,
                    path,
                    params=_given(parameters),
                    headers=headers,
                    json=json,
                    content=content,
                    timeout=timeout or self._http.timeout,
                )
                return self._answered(request, "application/json")

        if method == "POST" and "Idempotency-Key" not in (headers or {}):
            return once()
        return repeatedly(once, patience)

    @contextmanager
    def stream(
        self, path: str, accept: str, *, parameters: Parameters, silence: float, patience: float = 0.0
    ) -> Iterator[httpx.Response]:
        """Yield an open answer of the media type `accept` to GET.

        Reading it raises httpx.ReadTimeout after `silence` seconds without a byte. Connecting is tried again
        for `patience` seconds; 0 means a few times.
        """
        timeout = httpx.Timeout(self._http.timeout.connect, read=silence)

        def once() -> httpx.Response:
            request = self._http.build_request("GET", path, params=_given(parameters), timeout=timeout)
            return self._answered(request, accept)

        with closing(repeatedly(once, patience)) as response:
            yield response

    def _answered(self, request: httpx.Request, accept: str) -> httpx.Response:
        """Return the answer, read if it is JSON; raises for anything that is not a success of that media type."""
        request.headers["Accept"] = accept
        try:
            response = self._http.send(request, stream=True)
            fits = response.is_success and response.headers.get("content-type", "").startswith(accept)
            if accept == "application/json" or not fits:
                response.read()
        except httpx.TransportError as error:
            raise UnreachableError(self.url, error) from error
        if not fits:
            raise problem_of(response)
        return response


def _given(parameters: Parameters | None) -> dict[str, Any]:
    return {key: value for key, value in (parameters or {}).items() if value is not None}


def repeatedly(once: Callable[[], httpx.Response], patience: float) -> httpx.Response:
    """Call `once` until it succeeds, fails for good, or `patience` (seconds; 0: a few times) ends."""
    retrying = Retrying(
        stop=stop_after_delay(patience) if patience else _ATTEMPTS,
        wait=_wait,
        retry=retry_if_exception(lambda error: isinstance(error, LeadledgerError) and error.is_transient),
        reraise=True,
    )
    return retrying(once)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, LeadledgerError) else 0.0
    return max(asked, _backoff(state))
