"""SQL of shapes: what stands where in the answers of a provider."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def shape_of_answers(
    connection: Connection, client_id: UUID, provider: str, *, outcomes: Sequence[str], sample: int, most_paths: int
) -> list[asyncpg.Record]:
    """Return for each path, in order: `types` (with numbers), `answers` that have something there, and `examples`.

    Looked at are up to `sample` answers (`sampled` says how many there were) of the client's newest batches that ask
    the provider. The path `$` is an answer itself, an element of a list is `[]`, a key that is no plain word stands in
    quotes. Nothing is: null, an empty text, list or object.
    """
    return await connection.fetch(
        r"""
        WITH RECURSIVE sampled AS (
            SELECT row_number() OVER () AS answer_no, json_payload
            FROM (
                SELECT batch_id FROM batches
                WHERE client_id = $1
                AND jsonb_path_exists(workflow, '$.steps[*].** ? (@ == $name)', jsonb_build_object('name', $2::text))
                ORDER BY batch_id DESC
                LIMIT 100
            ) AS asking
            JOIN LATERAL (
                SELECT json_payload FROM enrichment_results
                WHERE client_id = $1 AND batch_id = asking.batch_id AND provider = $2
                AND outcome = ANY ($3::text[]) AND json_payload IS NOT NULL
                LIMIT $4
            ) AS answer ON true
            LIMIT $4
        ), told (answer_no, path, depth, value) AS (
            SELECT answer_no, '$'::text, 0, json_payload FROM sampled
            UNION ALL
            SELECT answer_no, told.path || inside.path, depth + 1, inside.value
            FROM told
            CROSS JOIN LATERAL (
                SELECT '.' || CASE WHEN key ~ '^[A-Za-z_]\w*$' THEN key ELSE to_json(key)::text END AS path, value
                FROM jsonb_each(CASE jsonb_typeof(told.value) WHEN 'object' THEN told.value ELSE '{}' END)
                UNION ALL
                SELECT '[]', value
                FROM jsonb_array_elements(CASE jsonb_typeof(told.value) WHEN 'array' THEN told.value ELSE '[]' END)
            ) AS inside (path, value)
            WHERE depth < 40
        ), typed AS (
            SELECT path, jsonb_object_agg(type, number) AS types
            FROM (SELECT path, jsonb_typeof(value) AS type, count(*) AS number FROM told GROUP BY path, type) AS counted
            GROUP BY path
        ), filled AS (
            SELECT path, count(DISTINCT answer_no) FILTER (WHERE value NOT IN ('null', '""', '[]', '{}')) AS answers,
                   (array_agg(DISTINCT left(value #>> '{}', 120)) FILTER (
                       WHERE jsonb_typeof(value) NOT IN ('object', 'array', 'null') AND value <> '""'))[1:3] AS examples
            FROM told
            GROUP BY path
        )
        SELECT path, types, answers, examples, (SELECT count(*) FROM sampled) AS sampled
        FROM typed JOIN filled USING (path)
        ORDER BY path COLLATE "C"
        LIMIT $5
        """,
        client_id,
        provider,
        list(outcomes),
        sample,
        most_paths,
    )
