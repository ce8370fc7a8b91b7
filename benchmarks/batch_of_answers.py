"""A completed batch with answers, made by SQL: what a projector finds when a large batch completes."""

from uuid import UUID, uuid4

import asyncpg


async def answered_batch(owner: "asyncpg.Connection[asyncpg.Record]", client_id: UUID, leads: int) -> UUID:
    """Write a batch of so many items, each with one answer that tells five jobs at 20,000 companies; return its id."""
    upload_id, batch_id = uuid4(), uuid4()
    workflow = '{"name": "bench", "version": 1, "steps": [{"name": "history", "provider": "pdl-bulk"}]}'
    await owner.execute(
        """
        INSERT INTO uploads (client_id, upload_id, source, filename, sha256, bytes, dialect, header, mapping, unmapped,
                             doubtful, notices, rows, problems)
        VALUES ($1, $2, 'apollo', 'bench.csv', sha256(''), 0, '{}', '[]', '{}', '[]', '[]', '[]', $3, 0)
        """,
        client_id,
        upload_id,
        leads,
    )
    await owner.execute(
        """
        INSERT INTO batches (client_id, batch_id, upload_id, name, source, workflow, items)
        VALUES ($1, $2, $3, 'bench', 'apollo', $4, $5)
        """,
        client_id,
        batch_id,
        upload_id,
        workflow,
        leads,
    )
    await owner.execute(
        """
        INSERT INTO batch_items (client_id, batch_item_id, batch_id, item_no, upload_id, row_no, input)
        SELECT $1, uuidv7(), $2, n, $3, n, jsonb_build_object(
            'first_name', 'First' || n, 'last_name', 'Last' || n % 5000, 'email', 'p' || n || '@company' || n % 20000
            || '.example.com', 'email_status',
            (ARRAY['Verified', 'Guessed', 'Catch-all', 'Unavailable'])[1 + n % 7 / 2],
            'title', 'Head of ' || n % 300,
            'seniority', (ARRAY['vp', 'director', 'manager', 'senior', 'entry'])[1 + n % 5],
            'employees', 7 ^ (n % 6), 'country', 'Country ' || n % 50, 'state', 'State ' || n % 400,
            'city', 'City ' || n % 3000,
            'company_name', 'Company ' || n % 20000, 'company_domain', 'company' || n % 20000 || '.example.com')
        FROM generate_series(1, $4::integer) AS n
        """,
        client_id,
        batch_id,
        upload_id,
        leads,
    )
    await _append_answers(owner, client_id, batch_id)
    await owner.execute(
        """
        INSERT INTO batch_runs (client_id, batch_id, state, completion, completed_at)
        VALUES ($1, $2, 'completed', 1, now())
        """,
        client_id,
        batch_id,
    )
    await owner.execute("ANALYZE batch_items, enrichment_results")
    return batch_id


async def _append_answers(owner: "asyncpg.Connection[asyncpg.Record]", client_id: UUID, batch_id: UUID) -> None:
    await owner.execute(
        """
        INSERT INTO enrichment_results (client_id, result_id, batch_id, batch_item_id, step, provider, provider_version,
                                        attempt, outcome, json_payload, payload_sha256, cost_source)
        SELECT $1, uuidv7(), $2, batch_item_id, 'history', 'pdl-bulk', 1, 1, 'ok', payload, sha256(''), 'none'
        FROM batch_items CROSS JOIN LATERAL (
            SELECT jsonb_build_object('status', 200, 'likelihood', 8, 'data', jsonb_build_object(
                'full_name', 'first' || item_no || ' last' || item_no % 5000, 'job_title', 'head of ' || item_no % 300,
                'industry', 'industry ' || item_no % 40, 'experience', (
                    SELECT jsonb_agg(jsonb_build_object(
                        'company', jsonb_build_object(
                            'name', 'company ' || (item_no + job * 37) % 20000,
                            'website', 'company' || (item_no + job * 37) % 20000 || '.example.com',
                            'size', '51-200', 'industry', 'computer software'),
                        'title', jsonb_build_object('name', 'role ' || (item_no + job) % 300),
                        'start_date', (2024 - job * 3) || '-0' || 1 + item_no % 9,
                        'end_date', CASE WHEN job > 0 THEN (2026 - job * 3) || '-0' || 1 + item_no % 9 END,
                        'is_primary', job = 0))
                    FROM generate_series(0, 4) AS job))) AS payload
        ) AS said
        WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
    )
