"""The provider document: how to ask one provider and what its answers mean. Validated, versioned, immutable."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from services.executor.expression import ExpressionText
from services.executor.outcome import Outcome
from services.executor.wait_document import Wait

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(_Part):
    """The request. `{name}` in the URL is a variable, `secret:name` in a header, or alone in query or body, a secret.

    `query` and `body` are JMESPath over the mapped item, or over `{items: [mapped items], callback_url}` where the
    document has `answers`.
    """

    method: Literal["GET", "POST"]
    url: str
    path: ExpressionText | None = Field(None, description="Text put after the URL as one more part of its path")
    headers: dict[str, str] = {}
    query: ExpressionText | None = None
    body: ExpressionText | None = None


class OutcomeRule(_Part):
    """If the condition holds, this is the outcome; the first rule that holds decides."""

    when: ExpressionText
    outcome: Outcome


class Key(_Part):
    """A way to tell whose answer it is: both expressions give the same text, compared without case."""

    answer: ExpressionText
    item: ExpressionText
    same_person: bool = Field(
        False, description="Items with the same key ask about the same person, and share its answer"
    )


class Answers(_Part):
    """How the answers of a bulk call belong to its items.

    `echo`: the answer repeats the reference sent along; `position`: the nth answer is the nth item's;
    `key`: the first key that answer and item share.
    """

    list: ExpressionText
    match: Literal["echo", "position", "key"]
    echo: ExpressionText | None = None
    keys: tuple[Key, ...] = ()
    missing: Outcome = Outcome.NO_MATCH
    outcomes: tuple[OutcomeRule, ...] = ()

    @model_validator(mode="after")
    def _match_is_described(self) -> Self:
        if self.match == "echo" and self.echo is None:
            raise ValueError("match: echo needs `echo`, the path of the reference in an answer")
        if self.match == "key" and not self.keys:
            raise ValueError("match: key needs `keys`")
        return self


class Cost(_Part):
    """What a call costs. Without `amount`, or where it finds nothing, `estimate` per charged item stands in."""

    unit: str = "credit"
    amount: ExpressionText | None = None
    source: Literal["header", "body"] = "body"
    estimate: float = Field(0, ge=0)
    at_most: float | None = Field(
        None, ge=0, description="The most an item can cost, reserved of a budget; absent: the estimate"
    )
    charged_outcomes: tuple[Outcome, ...] = (Outcome.OK,)


class Window(_Part):
    """No more than so many calls within any so many seconds."""

    calls: int = Field(ge=1, le=10_000_000)
    seconds: float = Field(ge=0.1, le=31 * 86_400)


class Limits(_Part):
    """What a client's executors, all together, allow themselves towards this provider."""

    concurrency: int = Field(10, ge=1, le=1000)
    windows: tuple[Window, ...] = Field((), max_length=8)
    failures_before_rest: int = Field(20, ge=1, description="After so many in a row nobody asks for a while")
    rest_seconds: float = Field(15, gt=0, le=3600, description="The first rest; each further one is twice as long")
    timeout_seconds: float = Field(30, gt=0, le=600)
    answer_max_bytes: int = Field(10_000_000, ge=1)


class Retry(_Part):
    """The one retry budget: how often an attempt with this outcome is followed by another."""

    after: dict[Outcome, int] = {Outcome.PROVIDER_ERROR: 3, Outcome.THROTTLED: 50, Outcome.PENDING: 10}
    first_wait_seconds: float = Field(0.5, ge=0)
    longest_wait_seconds: float = Field(900, gt=0)


class ProviderDocument(_Part):
    """One provider endpoint. Conditions see `{status, headers, body, later}`, those of `answers` also `answer`.

    Asked about one item per call, or, with `answers`, about up to `batch_size`. Answered at once (single, bulk) or
    later (poll, callback, redirect: these have `wait`).
    """

    name: Name
    version: int = Field(ge=1)
    title: str
    documentation: HttpUrl | None = None
    shape: Literal["single", "bulk", "poll", "callback", "redirect"]
    batch_size: int = Field(1, ge=1, le=1000)
    variables: dict[str, str] = {}
    secrets: tuple[str, ...] = ()
    requires: ExpressionText = Field(description="Over `{input, results}`: can this item be asked about at all?")
    item: ExpressionText = Field(description="Over `{input, results, ref, callback_url}`: what is asked about one item")
    request: Request
    outcomes: tuple[OutcomeRule, ...] = ()
    answer: ExpressionText = Field(
        "body", description="Without `answers`: what is stored, over `{status, headers, body}`"
    )
    answers: Answers | None = None
    wait: Wait | None = None
    cost: Cost = Cost()
    repeat: Literal["safe", "key", "decide"] = Field(
        description="After a lost answer: ask again (safe), ask again with the same Idempotency-Key (key), "
        "or leave it as unknown for a decision (decide)"
    )
    limits: Limits = Limits()
    retry: Retry = Retry()

    @model_validator(mode="after")
    def _shape_fits(self) -> Self:
        if self.shape == "bulk" and self.answers is None:
            raise ValueError("shape: bulk needs `answers`")
        if self.shape == "single" and self.answers is not None:
            raise ValueError("`answers` belongs to a shape that asks about many; shape: single asks about one")
        if self.answers is None and self.batch_size != 1:
            raise ValueError("without `answers` a call is about one item: batch_size 1")
        if self.repeat == "decide" and Outcome.UNKNOWN in self.retry.after:
            raise ValueError("retry.after.unknown needs repeat: safe or key; this provider may charge twice")
        return self

    @model_validator(mode="after")
    def _wait_fits(self) -> Self:
        later = self.shape in ("poll", "callback", "redirect")
        if later != (self.wait is not None):
            raise ValueError("`wait` belongs to shape: poll, callback or redirect, and these need it")
        if self.wait is None:
            return self
        if self.shape == "poll" and self.wait.ask is None:
            raise ValueError("shape: poll needs `wait.ask`, the address to ask at")
        if self.shape == "redirect" and self.wait.ask is not None:
            raise ValueError("shape: redirect asks where it is led; leave `wait.ask` out")
        if self.wait.signature is not None and self.wait.signature.secret not in self.secrets:
            raise ValueError(f"wait.signature.secret: there is no secret '{self.wait.signature.secret}' in `secrets`")
        return self
