-- What is found out about uploads after they are received: other mappings, and duplicates.

-- A mapping that its owner chose instead of the one told from the header; the newest counts, for this upload and,
-- until it is given another, for later ones with the same header.
CREATE TABLE ingest.upload_mappings (
    client_id     uuid NOT NULL,
    upload_id     uuid NOT NULL,
    version       integer NOT NULL,
    source        text NOT NULL,
    header_sha256 bytea NOT NULL,
    mapping       jsonb NOT NULL,
    unmapped      jsonb NOT NULL,
    chosen_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, upload_id, version),
    FOREIGN KEY (client_id, upload_id) REFERENCES ingest.uploads
);
CREATE INDEX upload_mappings_by_header ON ingest.upload_mappings (client_id, source, header_sha256, chosen_at DESC);

-- Uploads as they are understood now.
CREATE VIEW ingest.mapped_uploads WITH (security_invoker = true) AS
SELECT client_id, upload_id, source, filename, sha256, bytes, dialect, header, rows, problems, notices, received_at,
       coalesce(chosen.mapping, uploads.mapping) AS mapping, coalesce(chosen.unmapped, uploads.unmapped) AS unmapped,
       CASE WHEN chosen.mapping IS NULL THEN doubtful ELSE '[]' END AS doubtful
FROM ingest.uploads
LEFT JOIN LATERAL (
    SELECT mapping, unmapped FROM ingest.upload_mappings
    WHERE upload_mappings.client_id = uploads.client_id AND upload_mappings.upload_id = uploads.upload_id
    ORDER BY version DESC LIMIT 1
) AS chosen ON true;

-- What tells that two rows mean one person, as a digest of its kind and its canonical value.
CREATE TABLE ingest.row_identities (
    client_id uuid NOT NULL,
    identity  uuid NOT NULL,
    upload_id uuid NOT NULL,
    row_no    integer NOT NULL,
    kind      text NOT NULL,
    PRIMARY KEY (client_id, identity, upload_id, row_no),
    FOREIGN KEY (client_id, upload_id, row_no) REFERENCES ingest.raw_uploads NOT ENFORCED
);

-- Rows that an earlier one, of this upload or of one before it, has an identity in common with: the earliest.
CREATE TABLE ingest.duplicate_rows (
    client_id    uuid NOT NULL,
    upload_id    uuid NOT NULL,
    row_no       integer NOT NULL,
    kind         text NOT NULL,
    of_upload_id uuid NOT NULL,
    of_row_no    integer NOT NULL,
    PRIMARY KEY (client_id, upload_id, row_no, kind),
    FOREIGN KEY (client_id, upload_id, row_no) REFERENCES ingest.raw_uploads NOT ENFORCED
);

-- The uploads whose rows are in the two tables above: compared when duplicates are first asked for.
CREATE TABLE ingest.compared_uploads (
    client_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    PRIMARY KEY (client_id, upload_id),
    FOREIGN KEY (client_id, upload_id) REFERENCES ingest.uploads
);

CALL shared.make_append_only('ingest.upload_mappings');
CALL shared.isolate_clients('ingest.upload_mappings');
CALL shared.isolate_clients('ingest.row_identities');
CALL shared.isolate_clients('ingest.duplicate_rows');
CALL shared.isolate_clients('ingest.compared_uploads');
GRANT SELECT, INSERT ON ingest.upload_mappings TO leadledger_ingest;
GRANT SELECT, INSERT, DELETE ON ingest.row_identities, ingest.duplicate_rows, ingest.compared_uploads TO leadledger_ingest;
GRANT SELECT ON ingest.upload_mappings TO leadledger_executor, leadledger_projector;
GRANT SELECT ON ingest.mapped_uploads TO leadledger_ingest, leadledger_executor, leadledger_projector;
GRANT SELECT ON ingest.duplicate_rows TO leadledger_executor;

-- Compare an upload with itself and with all that were compared before. The arrays are parallel: the identities that
-- the mapping knows, as `ingest.input_expression` takes them.
CREATE PROCEDURE ingest.compare_upload(client uuid, upload uuid, fields text[], columns integer[], kinds text[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off AS $$
BEGIN
    EXECUTE format($sql$
        INSERT INTO ingest.row_identities (client_id, identity, upload_id, row_no, kind)
        SELECT $1, md5(told.key || ' ' || told.value)::uuid, $2, row_no, told.key
        FROM (
            SELECT row_no, %s AS input FROM ingest.raw_uploads
            WHERE client_id = $1 AND upload_id = $2 AND NOT coalesce(problems && '{repeated_header}', false)
            OFFSET 0
        ) AS cleaned
        CROSS JOIN LATERAL jsonb_each_text(input) AS told
    $sql$, ingest.input_expression(fields, columns, kinds))
    USING client, upload;
    INSERT INTO ingest.duplicate_rows (client_id, upload_id, row_no, kind, of_upload_id, of_row_no)
    SELECT mine.client_id, mine.upload_id, mine.row_no, mine.kind, first.upload_id, first.row_no
    FROM ingest.row_identities AS mine
    CROSS JOIN LATERAL (
        SELECT one.upload_id, one.row_no FROM ingest.row_identities AS one
        WHERE one.client_id = client AND one.identity = mine.identity ORDER BY one.upload_id, one.row_no LIMIT 1
    ) AS first
    WHERE mine.client_id = client AND mine.upload_id = upload
        AND (first.upload_id, first.row_no) <> (mine.upload_id, mine.row_no);
    INSERT INTO ingest.compared_uploads (client_id, upload_id) VALUES (client, upload);
END $$;
