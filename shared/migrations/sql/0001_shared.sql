-- What all services share: clients and their keys, the outbox, stored answers to repeated requests.

CREATE SCHEMA shared;

CREATE FUNCTION shared.current_client() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.client_id', true), '')::uuid;

-- Append-only: nobody changes history, the owner included.
CREATE FUNCTION shared.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Append a new row instead.';
END $$;

CREATE PROCEDURE shared.make_append_only(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON %s
                    FOR EACH ROW EXECUTE FUNCTION shared.refuse_change()', target);
    EXECUTE format('CREATE TRIGGER append_only_table BEFORE TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION shared.refuse_change()', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_rows', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_table', target);
END $$;

-- A client sees its own rows and no others; background duties see the few tables they are granted.
CREATE PROCEDURE shared.isolate_clients(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY own_client ON %s TO leadledger_ingest, leadledger_executor, leadledger_projector
                    USING (client_id = (SELECT shared.current_client()))', target);
    EXECUTE format('CREATE POLICY duties ON %s TO leadledger_duties USING (true)', target);
END $$;

CREATE TABLE shared.clients (
    client_id  uuid PRIMARY KEY DEFAULT uuidv7(),
    name       text NOT NULL UNIQUE CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shared.api_keys (
    client_id  uuid NOT NULL REFERENCES shared.clients,
    key_id     uuid NOT NULL DEFAULT uuidv7(),
    name       text NOT NULL,
    key_sha256 bytea NOT NULL UNIQUE CHECK (length(key_sha256) = 32),
    scopes     text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (client_id, key_id)
);

-- The event row commits with the facts it reports. It is also the log that subscribers replay.
CREATE TABLE shared.outbox (
    client_id   uuid NOT NULL REFERENCES shared.clients,
    event_id    uuid NOT NULL DEFAULT uuidv7(),
    type        text NOT NULL,
    source      text NOT NULL,
    batch_id    uuid,
    data        jsonb NOT NULL,
    traceparent text,
    occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, event_id)
);
CREATE INDEX outbox_of_batch ON shared.outbox (client_id, batch_id, event_id) WHERE batch_id IS NOT NULL;

-- What is still to be published: a row per event, gone when the broker has confirmed it.
CREATE TABLE shared.outbox_pending (
    client_id uuid NOT NULL,
    event_id  uuid NOT NULL,
    PRIMARY KEY (client_id, event_id),
    FOREIGN KEY (client_id, event_id) REFERENCES shared.outbox
);

-- The place of a published event in the one order that subscribers follow. The relay alone writes it, one
-- transaction at a time, so a lower position is never visible after a higher one.
CREATE TABLE shared.outbox_publications (
    client_id    uuid NOT NULL,
    event_id     uuid NOT NULL,
    position     bigint NOT NULL UNIQUE,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, event_id),
    FOREIGN KEY (client_id, event_id) REFERENCES shared.outbox
);
CREATE INDEX outbox_publications_of_client ON shared.outbox_publications (client_id, position);

CREATE TABLE shared.idempotency_keys (
    client_id   uuid NOT NULL REFERENCES shared.clients,
    route       text NOT NULL,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,
    status      smallint NOT NULL,
    response    jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, route, key)
);

CALL shared.make_append_only('shared.outbox');
CALL shared.make_append_only('shared.outbox_publications');
CALL shared.isolate_clients('shared.clients');
CALL shared.isolate_clients('shared.api_keys');
CALL shared.isolate_clients('shared.outbox');
CALL shared.isolate_clients('shared.outbox_pending');
CALL shared.isolate_clients('shared.outbox_publications');
CALL shared.isolate_clients('shared.idempotency_keys');

GRANT USAGE ON SCHEMA shared TO leadledger_ingest, leadledger_executor, leadledger_projector, leadledger_duties;
GRANT SELECT ON shared.clients TO leadledger_ingest, leadledger_executor, leadledger_projector, leadledger_duties;
GRANT SELECT ON shared.api_keys TO leadledger_duties;
GRANT INSERT, SELECT ON shared.outbox TO leadledger_ingest, leadledger_executor, leadledger_projector;
GRANT INSERT ON shared.outbox_pending TO leadledger_ingest, leadledger_executor, leadledger_projector;
GRANT SELECT ON shared.outbox TO leadledger_duties;
GRANT SELECT, DELETE ON shared.outbox_pending TO leadledger_duties;
GRANT SELECT, INSERT ON shared.outbox_publications TO leadledger_duties;
GRANT SELECT ON shared.outbox_publications TO leadledger_ingest;
GRANT SELECT, INSERT ON shared.idempotency_keys TO leadledger_ingest, leadledger_executor, leadledger_projector;
