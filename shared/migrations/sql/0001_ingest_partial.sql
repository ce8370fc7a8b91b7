-- Files that come in pieces, over lines that break: what has arrived of them. Not history: swept after two days.
CREATE TABLE ingest.partial_uploads (
    client_id  uuid NOT NULL REFERENCES shared.clients,
    partial_id uuid NOT NULL DEFAULT uuidv7(),
    received   bigint NOT NULL DEFAULT 0,
    begun_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, partial_id)
);

CREATE TABLE ingest.partial_pieces (
    client_id  uuid NOT NULL,
    partial_id uuid NOT NULL,
    begins_at  bigint NOT NULL,
    zstd       bytea NOT NULL,
    PRIMARY KEY (client_id, partial_id, begins_at),
    FOREIGN KEY (client_id, partial_id) REFERENCES ingest.partial_uploads ON DELETE CASCADE
);
ALTER TABLE ingest.partial_pieces ALTER COLUMN zstd SET STORAGE EXTERNAL;

CALL shared.isolate_clients('ingest.partial_uploads');
CALL shared.isolate_clients('ingest.partial_pieces');
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.partial_uploads TO leadledger_ingest;
GRANT SELECT, INSERT, DELETE ON ingest.partial_pieces TO leadledger_ingest;
