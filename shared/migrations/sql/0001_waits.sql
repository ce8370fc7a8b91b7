-- Waits: what was handed to a provider that answers later. Nobody holds anything for a wait but its rows here; its
-- chunk is parked, and given out again when it is time to ask, when a callback came, or when the time is up.

-- One request that is answered later, written with the intents it belongs to, before it is sent: a callback may come
-- although the answer to the request was lost. Of the callback's address only a hash is kept.
CREATE TABLE execution.waits (
    client_id        uuid NOT NULL,
    wait_id          uuid NOT NULL,
    batch_id         uuid NOT NULL,
    step             text NOT NULL,
    provider         text NOT NULL,
    provider_version integer NOT NULL,
    token_sha256     bytea UNIQUE CHECK (length(token_sha256) = 32),
    begun_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at       timestamptz NOT NULL,
    PRIMARY KEY (client_id, wait_id),
    FOREIGN KEY (client_id, batch_id) REFERENCES execution.batch_runs
);

-- Each exchange of a wait: the submission, each time the provider was asked after it, each callback. `follow`: where to
-- ask next. `failures`: so many in a row told nothing until now.
CREATE TABLE execution.wait_calls (
    client_id     uuid NOT NULL,
    wait_id       uuid NOT NULL,
    call_id       uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('submission', 'question', 'callback')),
    outcome       text NOT NULL,
    follow        text,
    failures      smallint NOT NULL DEFAULT 0,
    answer_sha256 bytea,
    told_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, wait_id, call_id),
    FOREIGN KEY (client_id, wait_id) REFERENCES execution.waits,
    FOREIGN KEY (client_id, call_id) REFERENCES execution.provider_calls
);
-- The same callback, delivered twice, is one.
CREATE UNIQUE INDEX wait_calls_callbacks ON execution.wait_calls (client_id, wait_id, answer_sha256) WHERE kind = 'callback';

ALTER TABLE execution.attempts ADD FOREIGN KEY (client_id, wait_id) REFERENCES execution.waits;
CREATE INDEX attempts_by_wait ON execution.attempts (client_id, wait_id) WHERE wait_id IS NOT NULL;

CALL shared.make_append_only('execution.waits');
CALL shared.make_append_only('execution.wait_calls');
CALL shared.isolate_clients('execution.waits');
CALL shared.isolate_clients('execution.wait_calls');

GRANT SELECT, INSERT ON execution.waits, execution.wait_calls TO leadledger_executor;
