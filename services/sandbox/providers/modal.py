"""A function on Modal: what takes longer than a request may is answered 303, and asked for by GET."""

from dataclasses import replace

from services.sandbox.answer import Answer, Bench, Call, Delivery, Endpoint, History, Outcome, Usage, Work
from services.sandbox.dice import hex_id
from services.sandbox.providers.function import Function

BLOCK_SECONDS = 0.1
"""How long a request is held before it is answered 303; Modal holds it 150 seconds."""
_PARAMETER = "__modal_function_call_id"
_PATH = "/modal/function"
_UNAUTHORIZED = b"modal-http: missing credentials for proxy authorization"


class Modal:
    """Imitates a web endpoint of Modal around the function's imitation; a rule `work` makes it slow."""

    name = "modal"

    def __init__(self, *, seed: int, history: History, bench: Bench) -> None:
        self._function = Function(seed=seed, history=history)
        self._bench = bench
        self._started = 0
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="function", path=_PATH, methods=("GET", "POST"), answer=self.answer),
        )

    def key(self, call: Call) -> str:
        """Read Modal-Key; it counts only together with Modal-Secret."""
        return call.headers.get("modal-key", "") if call.headers.get("modal-secret") else ""

    def answer(self, call: Call) -> Answer:
        """Start the function by POST, or ask after one that was started by GET."""
        return self._start(call) if call.method == "POST" else self._ask_after(call)

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:
        """Refuse in the words of Modal's proxy, or of the function."""
        return self._function.refusal(outcome, endpoint)

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()

    def _start(self, call: Call) -> Answer:
        answer = self._function.single(call)
        if answer.status != 200:
            return answer
        self._started += 1
        work_id = f"fc-{hex_id(16, self._started, call.body)}"
        return replace(answer, work=Work(id=work_id, result=answer.payload, seconds=0, meanwhile=_elsewhere(work_id)))

    def _ask_after(self, call: Call) -> Answer:
        work_id = call.query.get(_PARAMETER, "")
        left = self._bench.left(work_id)
        if left is None:
            return Answer(status=404, body=b"modal-http: no such function call", content_type="text/plain")
        held = Delivery(delay_s=min(left, BLOCK_SECONDS))
        if left > BLOCK_SECONDS:
            return replace(_elsewhere(work_id), delivery=held)
        return Answer(payload=self._bench.result(work_id), delivery=held)


def _elsewhere(work_id: str) -> Answer:
    # Relative, so that it leads back whatever the sandbox is mounted under.
    return Answer(status=303, body=b"", headers=(("location", f"?{_PARAMETER}={work_id}"),))
