-- Execution: what was asked, what was answered, how far a batch is.

CREATE SCHEMA execution;

-- A client's variables (a base URL, a table's address) and credentials for a provider, encrypted.
CREATE TABLE execution.provider_configurations (
    client_id     uuid NOT NULL REFERENCES shared.clients,
    provider      text NOT NULL,
    variables     jsonb NOT NULL,
    secrets       bytea NOT NULL,
    limits        jsonb NOT NULL DEFAULT '{}',
    configured_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, provider)
);

-- How far a batch is. Its items' counts are summed over its chunks, never kept per item.
CREATE TABLE execution.batch_runs (
    client_id     uuid NOT NULL,
    batch_id      uuid NOT NULL,
    state         text NOT NULL CHECK (state IN ('running', 'paused', 'completed', 'cancelled', 'failed')),
    reason        text,
    paused_for    text,  -- the provider that somebody must help first; NULL: paused by request
    completion    integer NOT NULL DEFAULT 0,
    seal          bytea,
    -- What it may spend, what calls in flight may cost, what is spent; the sums are kept where there is a budget.
    budget        numeric CHECK (budget > 0),
    reserved      numeric NOT NULL DEFAULT 0,
    spent         numeric NOT NULL DEFAULT 0,
    most_failed   integer,  -- more failed items than this, and the batch has failed
    traceparent   text,
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    progressed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    completed_at  timestamptz,
    PRIMARY KEY (client_id, batch_id),
    FOREIGN KEY (client_id, batch_id) REFERENCES ingest.batches
);
-- At work: asking, or being wound up, each chunk counted as it stands, after it was cancelled or failed.
CREATE INDEX batch_runs_at_work ON execution.batch_runs (client_id, batch_id)
    WHERE state = 'running' OR (state IN ('cancelled', 'failed') AND completed_at IS NULL);

-- The unit of dispatch: a range of a batch's items. The epoch rises at each dispatch; only its bearer may write.
CREATE TABLE execution.batch_chunks (
    client_id   uuid NOT NULL,
    batch_id    uuid NOT NULL,
    chunk_no    integer NOT NULL,
    first_item  integer NOT NULL,
    last_item   integer NOT NULL,
    state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'dispatched', 'running', 'done')),
    reason      text,
    waiting_for text,  -- the provider whose gate it waits before
    woken       boolean NOT NULL DEFAULT false,  -- something came since it was taken up: it does not rest
    epoch       integer NOT NULL DEFAULT 0,
    falls       integer NOT NULL DEFAULT 0,  -- runs in a row that failed or were lost
    split_epoch integer NOT NULL DEFAULT 0,  -- up to this epoch it was part of a larger one
    run_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until timestamptz,
    succeeded   integer NOT NULL DEFAULT 0,
    no_match    integer NOT NULL DEFAULT 0,
    failed      integer NOT NULL DEFAULT 0,
    unknown     integer NOT NULL DEFAULT 0,
    skipped     integer NOT NULL DEFAULT 0,
    seal        bytea,
    PRIMARY KEY (client_id, batch_id, chunk_no),
    FOREIGN KEY (client_id, batch_id) REFERENCES execution.batch_runs,
    CHECK (state <> 'done' OR succeeded + no_match + failed + unknown + skipped = last_item - first_item + 1)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX batch_chunks_fresh ON execution.batch_chunks (client_id, batch_id, chunk_no) WHERE state = 'queued' AND epoch = 0;
CREATE INDEX batch_chunks_due ON execution.batch_chunks (client_id, batch_id, run_at) WHERE state = 'queued' AND epoch > 0;
CREATE INDEX batch_chunks_waiting ON execution.batch_chunks (client_id, batch_id, run_at)
    WHERE state = 'queued' AND waiting_for IS NOT NULL;
CREATE INDEX batch_chunks_by_first_item ON execution.batch_chunks (client_id, batch_id, first_item);
CREATE INDEX batch_chunks_leased ON execution.batch_chunks (lease_until) WHERE state IN ('dispatched', 'running');

-- The distinct companies of a batch whose workflow asks about companies: one answer serves all people of one. A
-- company is asked about by the chunk that has its first item.
CREATE TABLE execution.companies (
    client_id   uuid NOT NULL,
    company_id  uuid NOT NULL,
    batch_id    uuid NOT NULL,
    company_no  integer NOT NULL,
    first_item  integer NOT NULL,
    company_key text NOT NULL,
    input       jsonb NOT NULL,
    PRIMARY KEY (client_id, company_id),
    UNIQUE (client_id, batch_id, company_key),
    FOREIGN KEY (client_id, batch_id) REFERENCES execution.batch_runs
);
CREATE INDEX companies_by_first_item ON execution.companies (client_id, batch_id, first_item);
CREATE TABLE execution.company_items (
    client_id     uuid NOT NULL,
    batch_item_id uuid NOT NULL,
    batch_id      uuid NOT NULL,
    company_id    uuid NOT NULL,
    PRIMARY KEY (client_id, batch_item_id),
    FOREIGN KEY (client_id, batch_item_id) REFERENCES ingest.batch_items,
    FOREIGN KEY (client_id, company_id) REFERENCES execution.companies
);
CREATE INDEX company_items_by_company ON execution.company_items (client_id, company_id);

-- The intent, written before the call: inserting the row is the right to make this attempt. Its subject is a batch
-- item or a company of the batch.
CREATE TABLE execution.attempts (
    client_id     uuid NOT NULL,
    batch_item_id uuid,
    company_id    uuid,
    subject_id    uuid NOT NULL GENERATED ALWAYS AS (coalesce(batch_item_id, company_id)) STORED,
    step          text NOT NULL,
    provider      text NOT NULL,
    attempt       smallint NOT NULL,
    batch_id      uuid NOT NULL,
    epoch         integer NOT NULL,
    wait_id       uuid,  -- the request it is part of, where that is answered later
    reserved      numeric NOT NULL DEFAULT 0,  -- what it may cost at most
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, subject_id, step, provider, attempt),
    FOREIGN KEY (client_id, batch_item_id) REFERENCES ingest.batch_items,
    FOREIGN KEY (client_id, company_id) REFERENCES execution.companies,
    CHECK (num_nonnulls(batch_item_id, company_id) = 1)
);

-- One HTTP exchange: the request without its secrets, and the answer's exact bytes.
CREATE TABLE execution.provider_calls (
    client_id        uuid NOT NULL,
    call_id          uuid NOT NULL,
    batch_id         uuid NOT NULL,
    step             text NOT NULL,
    provider         text NOT NULL,
    provider_version integer NOT NULL,
    method           text NOT NULL,
    url              text NOT NULL,
    request_sha256   bytea NOT NULL,
    request_body     jsonb,
    status           smallint,
    headers          jsonb NOT NULL,
    answer_bytes     integer NOT NULL,
    answer_zstd      bytea,
    error            text,
    called_at        timestamptz NOT NULL,
    milliseconds     integer NOT NULL,
    PRIMARY KEY (client_id, call_id)
);
ALTER TABLE execution.provider_calls ALTER COLUMN answer_zstd SET STORAGE EXTERNAL;

-- What a provider said about an item or a company: appended, never changed.
CREATE TABLE execution.enrichment_results (
    client_id        uuid NOT NULL,
    result_id        uuid NOT NULL,
    batch_id         uuid NOT NULL,
    batch_item_id    uuid,
    company_id       uuid,
    subject_id       uuid NOT NULL GENERATED ALWAYS AS (coalesce(batch_item_id, company_id)) STORED,
    step             text NOT NULL,
    provider         text NOT NULL,
    provider_version integer NOT NULL,
    attempt          smallint NOT NULL,
    outcome          text NOT NULL CHECK (outcome IN (
        'ok', 'no_match', 'pending', 'throttled', 'quota_exhausted', 'auth_failed', 'bad_request',
        'blocked_legal', 'provider_error', 'unknown', 'expired', 'skipped')),
    detail           text,
    json_payload     jsonb,
    payload_sha256   bytea,
    call_id          uuid,
    question         uuid,  -- digest of the question that was answered
    origin_id        uuid,  -- the earlier result that was used again
    cost_amount      numeric NOT NULL DEFAULT 0,
    cost_unit        text NOT NULL DEFAULT 'credit',
    cost_source      text NOT NULL CHECK (cost_source IN ('header', 'body', 'callback', 'estimated', 'unknown', 'reused', 'none')),
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, result_id),
    UNIQUE (client_id, subject_id, step, provider, attempt),
    FOREIGN KEY (client_id, batch_item_id) REFERENCES ingest.batch_items,
    FOREIGN KEY (client_id, company_id) REFERENCES execution.companies,
    CHECK (num_nonnulls(batch_item_id, company_id) = 1),
    FOREIGN KEY (client_id, call_id) REFERENCES execution.provider_calls,
    FOREIGN KEY (client_id, origin_id) REFERENCES execution.enrichment_results,
    CHECK ((cost_source = 'reused') = (origin_id IS NOT NULL))
);
CREATE INDEX enrichment_results_of_batch ON execution.enrichment_results (client_id, batch_id);
CREATE INDEX enrichment_results_by_question ON execution.enrichment_results (client_id, question)
    WHERE question IS NOT NULL;

-- "Did it run?" An attempt without a result was started and not (yet) answered; attempt 0 is a step never tried.
CREATE VIEW execution.workflow_states WITH (security_invoker = true) AS
SELECT attempts.client_id, attempts.batch_id, attempts.subject_id, attempts.batch_item_id, attempts.company_id,
       attempts.step, attempts.provider, attempts.attempt, coalesce(enrichment_results.outcome, 'started') AS state,
       attempts.epoch, attempts.wait_id, attempts.started_at, enrichment_results.created_at AS answered_at,
       enrichment_results.result_id
FROM execution.attempts
LEFT JOIN execution.enrichment_results USING (client_id, subject_id, step, provider, attempt)
UNION ALL
SELECT client_id, batch_id, subject_id, batch_item_id, company_id, step, provider, attempt, outcome, NULL, NULL,
       NULL, created_at, result_id
FROM execution.enrichment_results
WHERE attempt = 0;

-- A decision to ask again: who made it, when, and about what; and the questions it concerns, each with the last of its
-- attempts until then, whose end does not count any more.
CREATE TABLE execution.retries (
    client_id  uuid NOT NULL,
    retry_id   uuid NOT NULL,
    batch_id   uuid NOT NULL,
    outcomes   text[] NOT NULL,
    items      uuid[],
    decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, retry_id),
    FOREIGN KEY (client_id, batch_id) REFERENCES execution.batch_runs
);
CREATE TABLE execution.retried (
    client_id    uuid NOT NULL,
    retry_id     uuid NOT NULL,
    batch_id     uuid NOT NULL,
    subject_id   uuid NOT NULL,
    step         text NOT NULL,
    provider     text NOT NULL,
    last_attempt smallint NOT NULL,
    PRIMARY KEY (client_id, retry_id, subject_id, step, provider),
    FOREIGN KEY (client_id, retry_id) REFERENCES execution.retries
);
CREATE INDEX retried_by_subject ON execution.retried (client_id, subject_id);

-- The results of a batch in the order of its seal: a company's stand at its first item.
CREATE VIEW execution.sealed_results WITH (security_invoker = true) AS
SELECT subject.client_id, subject.batch_id, subject.place, subject.is_company, result.step, result.provider,
       result.attempt, result.result_id, result.json_payload, result.payload_sha256,
       sha256(convert_to(concat_ws('|', result.subject_id, result.step, result.provider, result.attempt, result.outcome),
                         'UTF8') || coalesce(result.payload_sha256, '')) AS digest
FROM (
    SELECT client_id, batch_id, item_no AS place, false AS is_company, batch_item_id AS subject_id FROM ingest.batch_items
    UNION ALL
    SELECT client_id, batch_id, first_item, true, company_id FROM execution.companies
) AS subject
JOIN execution.enrichment_results AS result USING (client_id, subject_id);

CALL shared.make_append_only('execution.retries');
CALL shared.make_append_only('execution.retried');
CALL shared.isolate_clients('execution.retries');
CALL shared.isolate_clients('execution.retried');
CALL shared.make_append_only('execution.companies');
CALL shared.make_append_only('execution.company_items');
CALL shared.isolate_clients('execution.companies');
CALL shared.isolate_clients('execution.company_items');
CALL shared.make_append_only('execution.attempts');
CALL shared.make_append_only('execution.provider_calls');
CALL shared.make_append_only('execution.enrichment_results');
CALL shared.isolate_clients('execution.provider_configurations');
CALL shared.isolate_clients('execution.batch_runs');
CALL shared.isolate_clients('execution.batch_chunks');
CALL shared.isolate_clients('execution.attempts');
CALL shared.isolate_clients('execution.provider_calls');
CALL shared.isolate_clients('execution.enrichment_results');

GRANT USAGE ON SCHEMA execution TO leadledger_ingest, leadledger_executor, leadledger_projector, leadledger_duties;
GRANT SELECT, INSERT ON execution.companies, execution.company_items TO leadledger_executor;
GRANT SELECT ON execution.companies, execution.company_items TO leadledger_projector, leadledger_ingest;
GRANT SELECT, INSERT ON execution.retries, execution.retried TO leadledger_executor;
GRANT SELECT ON execution.retries, execution.retried TO leadledger_projector;
GRANT SELECT ON execution.sealed_results TO leadledger_executor;
GRANT SELECT ON execution.workflow_states TO leadledger_ingest, leadledger_executor, leadledger_projector;
GRANT SELECT, INSERT ON execution.attempts, execution.provider_calls, execution.enrichment_results TO leadledger_executor;
GRANT SELECT, INSERT ON execution.batch_runs, execution.batch_chunks TO leadledger_executor;
GRANT UPDATE (state, reason, paused_for, budget, reserved, spent, completion, seal, progressed_at, completed_at) ON execution.batch_runs TO leadledger_executor;
GRANT UPDATE (state, last_item, reason, waiting_for, woken, epoch, falls, split_epoch, run_at, lease_until, succeeded, no_match, failed, unknown, skipped, seal)
    ON execution.batch_chunks TO leadledger_executor;
GRANT SELECT, INSERT, UPDATE ON execution.provider_configurations TO leadledger_executor;
GRANT SELECT ON execution.batch_runs, execution.batch_chunks TO leadledger_ingest, leadledger_projector, leadledger_duties;
GRANT SELECT ON execution.attempts TO leadledger_ingest, leadledger_projector;
GRANT SELECT ON execution.provider_calls, execution.enrichment_results TO leadledger_projector;
GRANT SELECT (client_id, batch_id, subject_id, batch_item_id, company_id, step, provider, attempt, outcome, created_at, result_id)
    ON execution.enrichment_results TO leadledger_ingest;
GRANT UPDATE (state, reason, waiting_for, epoch, falls, run_at, lease_until) ON execution.batch_chunks TO leadledger_duties;
