-- Webhooks: events sent to addresses of the client's own, signed, until they are taken.

CREATE TABLE ingest.webhooks (
    client_id       uuid NOT NULL REFERENCES shared.clients,
    webhook_id      uuid NOT NULL DEFAULT uuidv7(),
    url             text NOT NULL,
    types           text[] NOT NULL,           -- none: all of them
    secret          bytea NOT NULL,            -- encrypted
    state           text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled', 'deleted')),
    disabled_reason text,
    position        bigint NOT NULL,           -- events up to here have their deliveries
    failures        integer NOT NULL DEFAULT 0, -- in a row
    failing_since   timestamptz,
    rests_until     timestamptz NOT NULL DEFAULT '-infinity',
    made_by         uuid NOT NULL,
    made_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, webhook_id),
    FOREIGN KEY (client_id, made_by) REFERENCES shared.api_keys
);

-- An event on its way to one webhook. One that is `sending` and past its time was lost with its process, and is due.
CREATE TABLE ingest.webhook_deliveries (
    client_id    uuid NOT NULL,
    webhook_id   uuid NOT NULL,
    event_id     uuid NOT NULL,
    position     bigint NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'delivered', 'given up')),
    run_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts     integer NOT NULL DEFAULT 0,
    status       smallint,
    error        text,
    milliseconds integer,
    attempted_at timestamptz,
    PRIMARY KEY (client_id, webhook_id, event_id),
    FOREIGN KEY (client_id, webhook_id) REFERENCES ingest.webhooks,
    FOREIGN KEY (client_id, event_id) REFERENCES shared.outbox
) WITH (fillfactor = 80);
CREATE INDEX webhook_deliveries_due ON ingest.webhook_deliveries (client_id, webhook_id, run_at)
    WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_deliveries_by_position ON ingest.webhook_deliveries (client_id, webhook_id, position);

CALL shared.isolate_clients('ingest.webhooks');
CALL shared.isolate_clients('ingest.webhook_deliveries');

GRANT SELECT, INSERT, UPDATE ON ingest.webhooks, ingest.webhook_deliveries TO leadledger_ingest;
GRANT SELECT (client_id, webhook_id, state, position, rests_until) ON ingest.webhooks TO leadledger_duties;
GRANT SELECT (client_id, webhook_id, state, run_at) ON ingest.webhook_deliveries TO leadledger_duties;
