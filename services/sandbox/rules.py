"""The rules of faults as users write them: which calls go wrong, and how."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Charged = Annotated[bool, Field(description="Whether the provider did the work and charges for it")]

ProviderName = Literal[
    "apollo", "pdl", "hunter", "zerobounce", "neverbounce", "enrichlayer", "coresignal", "fullenrich", "clay", "modal",
    "function",
]  # fmt: skip


class Fault(BaseModel):
    """Which calls a rule is about; all conditions must hold, a rule without any is about every call."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    stage: ClassVar[int] = 0

    provider: ProviderName | None = None
    endpoint: str | None = Field(None, description="As the ledger names it, e.g. people/bulk_match")
    match: str | None = Field(None, description="Text that an identity in the call contains, e.g. linkedin:ada-")
    first: int | None = Field(None, ge=1, description="Only the first n calls that match")
    every: int | None = Field(None, ge=1, description="Only each nth call that matches")
    probability: float = Field(1.0, gt=0, le=1, description="Decided by the seed and the call, not by chance")
    per_identity: bool = Field(False, description="Count `first` and `every` for each question by itself")


class Instead(Fault):
    """Something else is answered; of several such rules the first one counts."""

    charged: Charged = False


class Status(Instead):
    """A status of your choice."""

    kind: Literal["status"]
    status: int = Field(ge=200, le=599)
    body: object = ""
    headers: dict[str, str] = {}


class Throttle(Instead):
    """Too many requests, in the provider's own words (429; Hunter says 403) unless `status` is given."""

    kind: Literal["throttle_429"]
    status: int | None = Field(None, ge=400, le=599)
    retry_after: Literal["none", "seconds", "http_date", "absurd"] = "seconds"
    seconds: int = Field(1, ge=0)


class Html(Instead):
    """A page of a content delivery network."""

    kind: Literal["html"]
    status: int = Field(200, ge=200, le=599)


class Empty(Instead):
    """No body at all."""

    kind: Literal["empty"]
    status: int = Field(200, ge=200, le=599)
    charged: Charged = True


class Huge(Instead):
    """A JSON body of so many megabytes."""

    kind: Literal["huge"]
    mb: int = Field(50, ge=1, le=1024)
    charged: Charged = True


class GzipBomb(Instead):
    """A small gzip body that unpacks to so many megabytes of JSON."""

    kind: Literal["gzip_bomb"]
    mb: int = Field(100, ge=1, le=1024)
    charged: Charged = True


class AuthFailed(Instead):
    """The key is refused."""

    kind: Literal["auth_failed"]


class QuotaExhausted(Instead):
    """The credits are spent."""

    kind: Literal["quota_exhausted"]


class Items(Fault):
    """A bulk answer whose items don't correspond to what was asked."""

    stage = 1
    kind: Literal["missing_items", "extra_items", "null_items", "shuffled_items", "duplicate_items"]
    count: int = Field(1, ge=1, description="How many items; shuffling moves all")


class Malformed(Fault):
    """JSON that breaks off in the middle, with a Content-Length that fits it."""

    stage = 2
    kind: Literal["malformed"]


class Nul(Fault):
    r"""A string in the answer holds \u0000."""

    stage = 2
    kind: Literal["nul"]


class WrongCharset(Fault):
    """A string in the answer holds a Latin-1 byte, in a body that calls itself UTF-8."""

    stage = 2
    kind: Literal["wrong_charset"]


class Delay(Fault):
    """The answer is ready and charged, but leaves late."""

    stage = 3
    kind: Literal["delay"]
    ms: int = Field(ge=0)


class Drip(Fault):
    """The body leaves so many bytes at a time."""

    stage = 3
    kind: Literal["drip"]
    interval_ms: int = Field(100, ge=0)
    bytes: int = Field(1, ge=1)


class Hang(Fault):
    """Nothing is ever answered; the connection stays open until the caller gives up."""

    stage = 3
    kind: Literal["hang"]
    charged: Charged = True


class Close(Fault):
    """The connection is reset before the answer, or after so many bytes of its body."""

    stage = 3
    kind: Literal["close"]
    charged: Charged = True
    after_bytes: int = Field(0, ge=0)


class Slow(Fault):
    """Work that is answered later takes so long."""

    stage = 0
    kind: Literal["work"]
    ms: int = Field(ge=0)


class CallbackFault(Fault):
    """The callbacks of a work never come, come twice, or come without their signature."""

    stage = 0
    kind: Literal["callback"]
    how: Literal["lost", "twice", "unsigned"]


class RateLimit(Fault):
    """A true limit per credential in fixed windows; the ledger counts what exceeds it."""

    kind: Literal["rate_limit"]
    limit: int = Field(ge=1)
    window_s: float = Field(60, gt=0)
    retry_after: Literal["none", "seconds", "http_date", "absurd"] = "seconds"
    first: None = None
    every: None = None
    match: None = None


Replacing = Status | Throttle | Html | Empty | Huge | GzipBomb | AuthFailed | QuotaExhausted
Rule = Annotated[
    Replacing | Items | Malformed | Nul | WrongCharset | Delay | Drip | Hang | Close | Slow | CallbackFault | RateLimit,
    Field(discriminator="kind"),
]
Rules: TypeAdapter[list[Rule]] = TypeAdapter(list[Rule])
