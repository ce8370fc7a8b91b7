"""Test a provider: one real call about one input, its intent committed before it, and what a batch would store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import zstandard
from uuid_utils.compat import uuid7

from services.executor.calls.body import NO_JSON, dump_json, read_json
from services.executor.calls.call import exchange_with
from services.executor.calls.question import Question, Seen, Unstored, ask
from services.executor.calls.read import read_first
from services.executor.calls.record import kept_headers
from services.executor.calls.reply import ItemAnswer
from services.executor.compiled import CompiledProvider
from services.executor.configuration import Configuration, configuration_of
from services.executor.outcome import Outcome
from services.executor.parked import Parked
from services.executor.run_chunk import Executor
from services.executor.store.provider_tests import Intent, earlier_test, insert_answer, insert_intent
from shared.errors import Conflict
from shared.idempotency import KeyReused, once
from shared.wire import Exchange

_MOST_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A test as it is ordered."""

    client_id: UUID
    asked_by: UUID
    provider: str
    version: int | None
    input: Mapping[str, Any]
    results: Mapping[str, Any]
    idempotency_key: str | None


async def try_provider(executor: Executor, trial: Trial) -> Mapping[str, Any]:
    """Make the call, or give the first answer again; return what is told of it.

    Raises NotFound, KeyReused; Conflict if the provider is paused or rests, or an earlier test got no answer.
    """
    provider = (await executor.providers.find(trial.client_id, trial.provider, trial.version)).compiled
    configuration = await configuration_of(executor.postgres, executor.vault, trial.client_id, provider.document)
    test_id = uuid7()
    seen = Seen(subject_id=test_id, number=1, input=trial.input, results=trial.results)
    refusal = _unaskable(provider, configuration, seen)
    if refusal is not None:
        return _told(provider, refusal)
    question = ask(provider, [seen], configuration.variables)
    gate = executor.gates.of(trial.client_id, provider.document, configuration.limits)
    try:
        async with gate.passage(test_id):
            earlier = await _intend(executor, trial, provider, question, test_id)
            if earlier is not None:
                return earlier
            exchange = await exchange_with(
                executor.wire, provider.document, question, _unstored(executor, provider, configuration, test_id)
            )
    except Parked as parked:
        raise Conflict(f"Nothing was asked: {parked}.") from parked
    answer = read_first(provider, question, seen, exchange)
    told = _told(provider, answer, test_id=test_id, question=question, exchange=exchange)
    async with executor.postgres.tenant(trial.client_id) as connection:
        content = zstandard.compress(exchange.content, 3)
        await insert_answer(connection, trial.client_id, test_id, told=dump_json(told), answer_zstd=content)
    return told


def _unstored(executor: Executor, provider: CompiledProvider, configuration: Configuration, test_id: UUID) -> Unstored:
    """Return the secrets, a key of the test's own, and an address that nobody answers at: a test waits for nothing."""
    return Unstored(
        secrets=configuration.secrets,
        idempotency_key=f"test:{test_id}" if provider.document.repeat == "key" else None,
        callback_url=f"{executor.public_url.rstrip('/')}/callbacks/test",
    )


def _unaskable(provider: CompiledProvider, configuration: Configuration, seen: Seen) -> ItemAnswer | None:
    if not provider.requires.holds(seen.document()):
        detail = f"the input lacks what this provider needs: {provider.requires.text}"
        return ItemAnswer(outcome=Outcome.SKIPPED, detail=detail)
    if configuration.missing:
        missing = ", ".join(configuration.missing)
        detail = f"not configured: give {missing} with PUT /providers/{provider.document.name}/configuration"
        return ItemAnswer(outcome=Outcome.AUTH_FAILED, detail=detail)
    return None


async def _intend(
    executor: Executor, trial: Trial, provider: CompiledProvider, question: Question, test_id: UUID
) -> Mapping[str, Any] | None:
    """Commit the intent; return what was told of the test that had this key before, if one had."""
    asked = {"provider": trial.provider, "version": trial.version, "input": trial.input, "results": trial.results}
    fingerprint = once(trial.client_id, "test", trial.idempotency_key, asked=asked).fingerprint
    intent = Intent(
        test_id=test_id,
        provider=trial.provider,
        provider_version=provider.document.version,
        question=dump_json({"url": question.url, "body": question.body}),
        idempotency_key=trial.idempotency_key,
        fingerprint=fingerprint,
        asked_by=trial.asked_by,
    )
    async with executor.postgres.tenant(trial.client_id) as connection:
        if await insert_intent(connection, trial.client_id, intent):
            return None
        earlier = await earlier_test(connection, trial.client_id, trial.idempotency_key or "")
    if earlier is None or earlier.fingerprint != fingerprint:
        raise KeyReused("Use a new Idempotency-Key: this one belongs to a test of something else.")
    if earlier.told is None:
        raise Conflict(
            "A test with this Idempotency-Key is being made, or was and its answer was lost: it may have been charged. "
            "Use a new key to ask again."
        )
    return earlier.told


def _told(
    provider: CompiledProvider,
    answer: ItemAnswer,
    *,
    test_id: UUID | None = None,
    question: Question | None = None,
    exchange: Exchange | None = None,
) -> dict[str, Any]:
    document = provider.document
    return {
        "test_id": test_id and str(test_id),
        "provider": document.name,
        "version": document.version,
        "shape": document.shape,
        "outcome": answer.outcome.value,
        "detail": answer.detail,
        "request": question and _request(question, document.request.headers),
        "answer": exchange and _answer(exchange),
        "stored": {
            "json_payload": answer.answer,
            "cost_amount": str(answer.cost),
            "cost_unit": document.cost.unit,
            "cost_source": answer.cost_source,
        },
    }


def _request(question: Question, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the request as it is stored: secrets are named, not shown."""
    return {"method": question.method, "url": question.url, "headers": dict(headers), "body": question.body}


def _answer(exchange: Exchange) -> dict[str, Any]:
    body = read_json(exchange.content) if exchange.content else None
    text = exchange.content[:_MOST_TEXT].decode(errors="replace").replace("\0", "\ufffd") if body is NO_JSON else None
    return {
        "status": exchange.status,
        "headers": kept_headers(exchange.headers),
        "body": None if body is NO_JSON else body,
        "text": text,
        "bytes": len(exchange.content),
        "milliseconds": exchange.milliseconds,
        "error": exchange.error,
    }
