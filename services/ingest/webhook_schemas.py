"""Webhooks as the API shows them."""

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

WebhookState: TypeAlias = Literal["enabled", "disabled"]
DeliveryState: TypeAlias = Literal["waiting", "sending", "delivered", "given up"]


class WebhookOrder(BaseModel):
    """Where events are to be sent."""

    model_config = ConfigDict(extra="forbid")

    url: HttpUrl = Field(examples=["https://hooks.example.com/leadledger"])
    types: list[str] = Field([], max_length=50, examples=[["batch.projected"]], description="All types if empty")
    secret: SecretStr | None = Field(
        None, description="`whsec_` and 24 to 64 bytes in Base64; made for you if absent", examples=[None]
    )


class WebhookAnswer(BaseModel):
    """A webhook; its secret is never shown again."""

    webhook_id: UUID
    url: str
    types: list[str]
    state: WebhookState
    disabled_reason: str | None
    failing_since: datetime | None = Field(description="Nothing was taken since then")
    waiting: int = Field(description="Events that are still to be taken")
    made_at: datetime


class NewWebhook(WebhookAnswer):
    """A webhook that was made just now."""

    secret: str | None = Field(
        description="Shown this once: keep it, to check signatures with. Null in a repeated answer"
    )


class Webhooks(BaseModel):
    """The webhooks there are."""

    webhooks: list[WebhookAnswer]


class Delivery(BaseModel):
    """An event on its way, with what became of the last attempt to send it."""

    event_id: UUID
    position: int
    type: str = Field(examples=["batch.projected"])
    batch_id: UUID | None
    state: DeliveryState
    attempts: int
    status: int | None = Field(description="HTTP status of the last attempt")
    error: str | None
    milliseconds: int | None
    attempted_at: datetime | None
    next_at: datetime | None


class Deliveries(BaseModel):
    """Deliveries, the newest event first; `next` goes into `before` for the page behind."""

    deliveries: list[Delivery]
    next: int | None


class WebhookTest(BaseModel):
    """What became of a test event."""

    delivered: bool
    status: int | None
    error: str | None
    milliseconds: int
