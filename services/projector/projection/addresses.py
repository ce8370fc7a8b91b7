"""Addresses: every telling of one, ranked, the chosen one first.

An address has the verdict of whoever was asked about it last, else of its most believed source. Addresses are chosen
by verdict, then by the belief in who found them, then by recency.
"""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from services.projector.projection.address import addresses_of
from services.projector.projection.extraction import literal
from services.projector.projection.source import Source, believed
from services.projector.rules.policy import EmailPolicy
from services.projector.rules.reading import EmailReading


def rank_addresses(sources: Sequence[Source], policy: EmailPolicy, as_of: datetime) -> str:
    """Return the query of all tellings with their place (`email_no`, 1 is chosen) and the verdict that counts.

    `as_of` is the time of the facts, from which the age of a verdict is counted.
    """
    ranked = believed(sources, policy.order)
    places = ", ".join(str(ranked.index(source)) for source in sources)
    return f"""WITH told AS (
        SELECT tellings.*, {_believed_verdict(policy, as_of)} AS believed_verdict,
            (ARRAY[{places}]::smallint[])[source_no + 1] AS place
        FROM ({_tellings(sources)}) AS tellings
        WHERE verdict IS DISTINCT FROM 'none'
        AND email <> ALL ({_array(policy.placeholders)}) AND split_part(email, '@', 1) <> ALL ({_array(policy.roles)})
    ), judged AS (
        SELECT told.*,
            coalesce(first_value(believed_verdict) OVER voices, 'unknown') AS known_verdict,
            first_value(source_no) OVER voices AS verdict_source_no
        FROM told
        WINDOW voices AS (
            PARTITION BY batch_item_id, email COLLATE "C"
            ORDER BY verdict IS NULL, verifies DESC, CASE WHEN verifies THEN told_at END DESC NULLS LAST,
                place, told_at DESC NULLS LAST, source_no, json_path COLLATE "C")
    )
    SELECT judged.*,
        (row_number() OVER (
            PARTITION BY batch_item_id
            ORDER BY array_position({_array(policy.verdicts)}, known_verdict), verifies, place,
                told_at DESC NULLS LAST, email COLLATE "C", source_no, json_path COLLATE "C"))::integer AS email_no
    FROM judged"""


def _tellings(sources: Sequence[Source]) -> str:
    return f"""
        SELECT answer.source_no, answer.batch_item_id, answer.result_id, told.email, told.verdict,
            coalesce(told.told_at, answer.told_at) AS told_at,
            {_of_entry(sources, "boolean", lambda email: str(email.verifies).lower())} AS verifies,
            {_of_entry(sources, "text", lambda email: literal(email.address))} AS json_path
        FROM read_answers AS answer
        CROSS JOIN LATERAL unnest(answer.emails, answer.verdicts, answer.verdicts_told_at)
            WITH ORDINALITY AS told (email, verdict, told_at, number)
        WHERE told.email IS NOT NULL
        UNION ALL
        SELECT source_no, batch_item_id, result_id, email, verdict, told_at, verifies, json_path
        FROM listed_addresses
        WHERE email IS NOT NULL
    """


def _believed_verdict(policy: EmailPolicy, as_of: datetime) -> str:
    if policy.believed_for_days is None:
        return "verdict"
    oldest = literal((as_of - timedelta(days=policy.believed_for_days)).isoformat())
    return f"""CASE WHEN verdict IN ('valid', 'risky', 'catch_all') AND told_at < {oldest}::timestamptz
            THEN 'unknown' ELSE verdict END"""


def _of_entry(sources: Sequence[Source], type_: str, value: Callable[[EmailReading], str]) -> str:
    """Return the SQL of what is known of an address from its place in the reading alone."""
    branches = [
        f"WHEN {source.source_no} THEN (ARRAY[{values}]::{type_}[])[told.number]"
        for source in sources
        for values in [", ".join(value(address.email) for address in addresses_of(source.reading))]
    ]
    return f"CASE answer.source_no {' '.join(branches)} END"


def _array(words: Sequence[str]) -> str:
    return f"ARRAY[{', '.join(map(literal, words))}]::text[]"
