"""The API as Python calls: upload, launch, watch, read, verify."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self, Unpack
from uuid import UUID, uuid4

from leadledger.answers import Batch, Document, Event, LaunchedBatch, Lead, Upload, Verification
from leadledger.connection import Connection
from leadledger.event_stream import PATIENCE_SECONDS, follow
from leadledger.launch_options import LaunchOptions
from leadledger.registry_calls import RegistryCalls
from leadledger.request_body import body_of

_UPLOAD_SECONDS = 900.0
_SETTLING = frozenset({"batch.projected", "batch.paused", "batch.cancelled", "batch.failed"})


class Client(RegistryCalls):
    """A client of one server under one API key; use it in a `with` block, or close it.

    Every call raises LeadledgerError when the server refuses and UnreachableError when it does not answer.
    What is repeated after a broken connection can't happen twice: each POST brings an Idempotency-Key, your
    own if you give one.
    """

    def __init__(self, url: str, api_key: str, *, timeout: float = 30.0) -> None:
        self.url = url
        self._connection = Connection(url, api_key, timeout=timeout)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let go of the sockets."""
        self._connection.close()

    # Uploads

    def upload(
        self,
        file: Path | BinaryIO,
        *,
        source: str | None = None,
        filename: str | None = None,
        idempotency_key: str | None = None,
    ) -> Upload:
        """Store a CSV file, streamed from disk or from an open binary file, and return how it was read.

        Without `source` the server tells the kind of CSV from the header.
        """
        name = filename or Path(getattr(file, "name", "upload.csv")).name
        response = self._connection.exchange(
            "POST",
            "/uploads",
            parameters={"source": source, "filename": name},
            headers={"Content-Type": "text/csv", "Idempotency-Key": idempotency_key or str(uuid4())},
            body=body_of(file),
            timeout=_UPLOAD_SECONDS,
        )
        return Upload.model_validate_json(response.content)

    def uploads(self) -> Iterator[Upload]:
        """Yield the uploads, newest first."""
        yield from map(Upload.model_validate, self._pages("/uploads", "uploads"))

    # Batches

    def launch(
        self, upload_id: UUID | str, *, idempotency_key: str | None = None, **options: Unpack[LaunchOptions]
    ) -> LaunchedBatch:
        """Ask the providers about the upload's rows: all, the first `sample`, or the `rows` named.

        Without `workflow` the one for the upload's source is taken. More than `budget` credits are never spent.
        """
        asked: dict[str, object] = {"upload_id": str(upload_id), **options}
        if options.get("budget") is not None:
            asked["budget"] = str(options["budget"])
        response = self._connection.exchange(
            "POST",
            "/batches",
            headers={"Idempotency-Key": idempotency_key or str(uuid4())},
            json={key: value for key, value in asked.items() if value is not None},
        )
        return LaunchedBatch.model_validate_json(response.content)

    def estimate(
        self,
        upload_id: UUID | str,
        *,
        workflow: str | None = None,
        sample: int | None = None,
        rows: Sequence[int] | None = None,
    ) -> Document:
        """Return what a launch would ask of each provider and what that may cost; nothing is launched."""
        asked = {"workflow": workflow, "sample": sample, "rows": rows}
        given = {"upload_id": str(upload_id)} | {key: value for key, value in asked.items() if value is not None}
        return dict(self._connection.exchange("POST", "/estimates", json=given).json())

    def batch(self, batch_id: UUID | str) -> Batch:
        """Return where a batch stands."""
        return Batch.model_validate(self._connection.get(f"/batches/{batch_id}"))

    def batches(self) -> Iterator[Batch]:
        """Yield the batches, newest first."""
        yield from map(Batch.model_validate, self._pages("/batches", "batches"))

    def watch(self, batch_id: UUID | str) -> Iterator[Event]:
        """Yield everything that happened to a batch and everything that happens, until it is settled.

        Settled is: its leads are readable, or it is paused, cancelled or failed. A server that goes away meanwhile
        is waited for, up to a minute.
        """
        path = f"/batches/{self.batch(batch_id).batch_id}"
        for event in self.events(batch_id=batch_id, after=0):
            yield event
            if event.type in _SETTLING:
                batch = Batch.model_validate(self._connection.get(path, patience=PATIENCE_SECONDS))
                if batch.is_settled:
                    return

    def pause(self, batch_id: UUID | str, *, reason: str | None = None, idempotency_key: str | None = None) -> Document:
        """Make no more calls for a batch until it is resumed; what is asked already is answered and kept."""
        return self._control(batch_id, "pause", {"reason": reason}, idempotency_key)

    def resume(
        self, batch_id: UUID | str, *, budget: Decimal | None = None, idempotency_key: str | None = None
    ) -> Document:
        """Go on with a paused batch where it stood, with another budget if one is given."""
        asked = {"budget": None if budget is None else str(budget)}
        return self._control(batch_id, "resume", asked, idempotency_key)

    def cancel(
        self, batch_id: UUID | str, *, reason: str | None = None, idempotency_key: str | None = None
    ) -> Document:
        """End a batch: nothing more is asked, and what was answered stays."""
        return self._control(batch_id, "cancel", {"reason": reason}, idempotency_key)

    def retry(
        self,
        batch_id: UUID | str,
        *,
        only: Literal["failed", "unknown"] | None = None,
        items: Sequence[UUID | str] | None = None,
        idempotency_key: str | None = None,
    ) -> Document:
        """Ask again what failed or, though it may be charged a second time, what was lost; of all items or of these."""
        asked = {"only": only, "items": None if items is None else [str(item) for item in items]}
        return self._control(batch_id, "retry", asked, idempotency_key)

    def _control(
        self, batch_id: UUID | str, verb: str, asked: Mapping[str, object], idempotency_key: str | None
    ) -> Document:
        response = self._connection.exchange(
            "POST",
            f"/batches/{batch_id}/{verb}",
            headers={"Idempotency-Key": idempotency_key or str(uuid4())},
            json={key: value for key, value in asked.items() if value is not None},
        )
        return dict(response.json())

    def verify(self, batch_id: UUID | str) -> Verification:
        """Recompute the seal of a completed batch from its stored results."""
        return Verification.model_validate(self._connection.get(f"/batches/{batch_id}/verify"))

    def events(
        self, *, batch_id: UUID | str | None = None, types: Sequence[str] = (), after: int = 0
    ) -> Iterator[Event]:
        """Yield the events behind position `after` and then each new one, without end, over broken connections."""
        asked = {"batch_id": str(batch_id) if batch_id else None, "types": ",".join(types) or None}
        yield from follow(self._connection, asked, after=after)

    def costs(self, batch_id: UUID | str) -> Document:
        """Return what a batch cost: by step, by provider, and per value of each field that stands in the leads."""
        return dict(self._connection.get(f"/batches/{batch_id}/costs"))

    # Leads and customers

    def leads(self, *, page: int = 200, **filters: Any) -> Iterator[Lead]:
        """Yield the leads that fit; the filters are those of `GET /leads`, a list means any of its values."""
        yield from self._pages("/leads", "leads", limit=page, **filters)

    def count_leads(self, **filters: Any) -> int:
        """Return how many leads fit."""
        return int(self._connection.get("/leads", {**filters, "limit": 1})["total"])

    def lead(self, batch_item_id: UUID | str) -> Lead:
        """Return a lead with its work history and its candidate emails."""
        return dict(self._connection.get(f"/leads/{batch_item_id}"))

    def trace(self, batch_item_id: UUID | str) -> Document:
        """Return the receipt of each of the lead's fields: which answer it came from, and by which rules."""
        return dict(self._connection.get(f"/leads/{batch_item_id}/trace"))

    def customers(self) -> Iterator[Document]:
        """Yield the customer companies."""
        yield from self._pages("/customers", "customers")

    def replace_customers(self, customers: Path | Sequence[Mapping[str, str]]) -> Document:
        """Put these in the place of the whole list: a CSV file, or mappings with name, domain, linkedin."""
        if isinstance(customers, Path):
            response = self._connection.exchange(
                "PUT", "/customers", headers={"Content-Type": "text/csv"}, body=body_of(customers)
            )
        else:
            response = self._connection.exchange("PUT", "/customers", json={"customers": list(customers)})
        return dict(response.json())

    # Rules

    def rules(self) -> Document:
        """Return the versions of the rules, and which are in force."""
        return dict(self._connection.get("/rules"))

    def rules_version(self, version: str = "live") -> Document:
        """Return all readings and the policy of a version: `live`, `builtin`, `v<number>` or a digest."""
        return dict(self._connection.get(f"/rules/{version}"))

    def change_rules(self, change: Mapping[str, Any]) -> Document:
        """Make a version of the rules: `base`, `readings`, `remove`, `policy`; it is not in force before promoted."""
        return dict(self._connection.exchange("PUT", "/rules", json=dict(change)).json())

    def promote_rules(self, version: str) -> Document:
        """Read the client's batches by this version from now on."""
        return dict(self._connection.exchange("POST", f"/rules/{version}/promote").json())

    # Projections

    def project(
        self, batch_id: UUID | str, *, rules: str | None = None, as_of: datetime | None = None, draft: bool = False
    ) -> Document:
        """Rebuild a batch's leads from its stored answers, for all to see or as a draft."""
        asked = {"rules": rules, "as_of": None if as_of is None else as_of.astimezone(UTC).isoformat(), "draft": draft}
        return dict(self._connection.exchange("POST", f"/batches/{batch_id}/projection", json=asked).json())

    def diff(self, batch_id: UUID | str) -> Iterator[Document]:
        """Yield what promoting the draft would change, page by page; the first has the summary."""
        after: int | None = 0
        while after is not None:
            page = dict(self._connection.get(f"/batches/{batch_id}/projection/diff", {"after": after, "limit": 200}))
            yield page
            after = page["next"]

    def promote_draft(self, batch_id: UUID | str) -> Document:
        """Let readers see the draft."""
        return dict(self._connection.exchange("POST", f"/batches/{batch_id}/projection/promote").json())

    def roll_back(self, batch_id: UUID | str) -> Document:
        """Let readers see what they saw before the last promotion."""
        return dict(self._connection.exchange("POST", f"/batches/{batch_id}/projection/rollback").json())

    def _pages(self, path: str, key: str, **parameters: object) -> Iterator[Any]:
        after: object = None
        while True:
            page = self._connection.get(path, {**parameters, "after": after})
            yield from page[key]
            after = page.get("next")
            if after is None:
                return
