"""The part of a provider document about answers that come later: how to know, where to ask, who may call back."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.executor.expression import ExpressionText


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signature(_Part):
    """How callbacks are signed: HMAC over the exact body, in hex, in a header."""

    header: str
    algorithm: Literal["sha1", "sha256", "sha512"]
    secret: Annotated[str, Field(description="Which of the provider's secrets is the key")]
    prefix: str = ""


class Wait(_Part):
    """What follows a request that is answered later. Conditions see `{status, headers, body, later}`.

    `accepted` over the first answer: the request was taken, the answer comes later; where it does not hold, that
    answer is the answer. `pending` over a later one: it is not the last, so whoever is not in it goes on waiting.
    """

    accepted: ExpressionText
    id: ExpressionText | None = Field(None, description="What the first answer says to ask with, `{id}` in `ask`")
    ask: str | None = Field(
        None, description="Where to ask after it, by GET; shape: redirect asks where the answer leads"
    )
    pending: ExpressionText = "status == `202`"
    every_seconds: float = Field(10, ge=0, le=86_400)
    expires_seconds: float = Field(3600, gt=0, le=31 * 86_400)
    signature: Signature | None = None
