-- What a client decided about a customer and a company that jobs were at, whatever the evidence says: append-only, the
-- last verdict counts. Both names stay the same when leads are rebuilt and lists are replaced.
CREATE TABLE projection.customer_verdicts (
    client_id   uuid NOT NULL REFERENCES shared.clients,
    verdict_no  bigint NOT NULL,
    customer_id uuid NOT NULL,
    company_key text COLLATE pg_c_utf8 NOT NULL,
    verdict     text COLLATE pg_c_utf8 NOT NULL CHECK (verdict IN ('confirm', 'reject', 'withdrawn')),
    decided_by  uuid NOT NULL,
    decided_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, verdict_no),
    FOREIGN KEY (client_id, decided_by) REFERENCES shared.api_keys
);
CREATE INDEX customer_verdicts_of_pair ON projection.customer_verdicts (client_id, customer_id, company_key, verdict_no DESC);

-- Which uploads of customers were taken up, so that none is taken up twice, nor an old one after a newer. Without a
-- number of customers: it came too late, or told of none.
CREATE TABLE projection.customer_uploads (
    client_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    customers integer,
    taken_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, upload_id),
    FOREIGN KEY (client_id, upload_id) REFERENCES ingest.uploads
);

CALL shared.make_append_only('projection.customer_verdicts');
CALL shared.make_append_only('projection.customer_uploads');
CALL shared.isolate_clients('projection.customer_verdicts');
CALL shared.isolate_clients('projection.customer_uploads');

GRANT SELECT, INSERT ON projection.customer_verdicts, projection.customer_uploads TO leadledger_projector;
GRANT SELECT (client_id, upload_id, source, received_at) ON ingest.uploads TO leadledger_duties;
GRANT SELECT (client_id, upload_id) ON projection.customer_uploads TO leadledger_duties;
