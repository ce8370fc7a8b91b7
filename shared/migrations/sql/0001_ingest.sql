-- Ingest: what the client gave us, as it came, and the batches launched from it.

CREATE SCHEMA ingest;

-- One row per upload, written when every byte and every record of it is stored.
CREATE TABLE ingest.uploads (
    client_id   uuid NOT NULL REFERENCES shared.clients,
    upload_id   uuid NOT NULL,
    source      text NOT NULL,
    filename    text NOT NULL,
    sha256      bytea NOT NULL CHECK (length(sha256) = 32),
    bytes       bigint NOT NULL,
    dialect     jsonb NOT NULL,
    header      jsonb NOT NULL,
    mapping     jsonb NOT NULL,
    unmapped    jsonb NOT NULL,
    doubtful    jsonb NOT NULL,
    notices     jsonb NOT NULL,
    rows        integer NOT NULL,
    problems    integer NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, upload_id)
);

-- The very bytes of the file, in parts of about a megabyte, each zstd-compressed.
CREATE TABLE ingest.upload_parts (
    client_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    part_no   integer NOT NULL,
    zstd      bytea NOT NULL,
    PRIMARY KEY (client_id, upload_id, part_no),
    FOREIGN KEY (client_id, upload_id) REFERENCES ingest.uploads DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE ingest.upload_parts ALTER COLUMN zstd SET STORAGE EXTERNAL;

-- Every record of the file: its cells in order, and what is wrong with it. Rows of about 2 kB are the rule: kept
-- in their page, uncompressed, they load a third faster than toasted.
CREATE TABLE ingest.raw_uploads (
    client_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    row_no    integer NOT NULL,
    line_no   integer NOT NULL,
    cells     jsonb NOT NULL,
    problems  text[],
    PRIMARY KEY (client_id, upload_id, row_no)
) WITH (toast_tuple_target = 8160);
CREATE INDEX raw_uploads_with_problems ON ingest.raw_uploads (client_id, upload_id, row_no) WHERE problems IS NOT NULL;

CREATE VIEW ingest.raw_apollo_uploads WITH (security_invoker = true) AS
SELECT raw_uploads.*
FROM ingest.raw_uploads
JOIN ingest.uploads USING (client_id, upload_id)
WHERE uploads.source = 'apollo';

CREATE TABLE ingest.batches (
    client_id   uuid NOT NULL,
    batch_id    uuid NOT NULL,
    upload_id   uuid NOT NULL,
    name        text NOT NULL,
    source      text NOT NULL,
    workflow    jsonb NOT NULL,
    items       integer NOT NULL CHECK (items > 0),
    sample      integer,
    budget      numeric,
    tolerated_failures jsonb,
    overrides   jsonb NOT NULL DEFAULT '{}',  -- provider -> {variables}, in place of the configured ones
    launched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, batch_id),
    FOREIGN KEY (client_id, upload_id) REFERENCES ingest.uploads
);
CREATE INDEX batches_by_age ON ingest.batches (client_id, batch_id DESC);

-- A row of the upload as this batch asks about it: `input` holds the canonical fields, cleaned. The foreign keys
-- are told but not checked: one statement makes the items from the very rows, in the transaction of their batch.
CREATE TABLE ingest.batch_items (
    client_id     uuid NOT NULL,
    batch_item_id uuid NOT NULL,
    batch_id      uuid NOT NULL,
    item_no       integer NOT NULL,
    upload_id     uuid NOT NULL,
    row_no        integer NOT NULL,
    input         jsonb NOT NULL,
    PRIMARY KEY (client_id, batch_item_id),
    UNIQUE (client_id, batch_id, item_no),
    FOREIGN KEY (client_id, batch_id) REFERENCES ingest.batches NOT ENFORCED,
    FOREIGN KEY (client_id, upload_id, row_no) REFERENCES ingest.raw_uploads NOT ENFORCED
) WITH (toast_tuple_target = 8160);

CALL shared.make_append_only('ingest.uploads');
CALL shared.make_append_only('ingest.upload_parts');
CALL shared.make_append_only('ingest.raw_uploads');
CALL shared.make_append_only('ingest.batches');
CALL shared.make_append_only('ingest.batch_items');
CALL shared.isolate_clients('ingest.uploads');
CALL shared.isolate_clients('ingest.upload_parts');
CALL shared.isolate_clients('ingest.raw_uploads');
CALL shared.isolate_clients('ingest.batches');
CALL shared.isolate_clients('ingest.batch_items');

GRANT USAGE ON SCHEMA ingest TO leadledger_ingest, leadledger_executor, leadledger_projector, leadledger_duties;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA ingest TO leadledger_ingest;
GRANT USAGE ON SCHEMA ingest TO leadledger_loader;
GRANT INSERT ON ingest.raw_uploads TO leadledger_loader;
REVOKE INSERT ON ingest.raw_apollo_uploads FROM leadledger_ingest;
GRANT SELECT ON ingest.uploads, ingest.raw_uploads, ingest.batches, ingest.batch_items TO leadledger_executor;
GRANT SELECT ON ingest.uploads, ingest.raw_uploads, ingest.batches, ingest.batch_items TO leadledger_projector;
GRANT SELECT (client_id, batch_id, items) ON ingest.batches TO leadledger_duties;
