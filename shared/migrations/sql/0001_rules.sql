-- A client's own rules: each version is a whole document (projection.rules), made by changes to another one.
CREATE TABLE projection.rules_versions (
    client_id  uuid NOT NULL REFERENCES shared.clients,
    version_no integer NOT NULL CHECK (version_no > 0),
    rules      text NOT NULL,
    name       text,
    base       text NOT NULL,
    changes    jsonb NOT NULL,
    made_by    uuid NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, version_no),
    UNIQUE (client_id, rules),
    FOREIGN KEY (client_id, rules) REFERENCES projection.rules,
    FOREIGN KEY (client_id, made_by) REFERENCES shared.api_keys
);

-- Which version a client's batches are read by: the last promoted one. Without a version: the rules that come with
-- the software, as they are now.
CREATE TABLE projection.rules_promotions (
    client_id    uuid NOT NULL REFERENCES shared.clients,
    promotion_no integer NOT NULL CHECK (promotion_no > 0),
    version_no   integer,
    promoted_by  uuid NOT NULL,
    promoted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, promotion_no),
    FOREIGN KEY (client_id, version_no) REFERENCES projection.rules_versions,
    FOREIGN KEY (client_id, promoted_by) REFERENCES shared.api_keys
);

CALL shared.make_append_only('projection.rules_versions');
CALL shared.make_append_only('projection.rules_promotions');
CALL shared.isolate_clients('projection.rules_versions');
CALL shared.isolate_clients('projection.rules_promotions');

GRANT SELECT, INSERT ON projection.rules_versions, projection.rules_promotions TO leadledger_projector;

-- Projections that were made before the client promoted other rules. `builtin`: the digest of the software's own.
CREATE FUNCTION projection.projections_by_old_rules(builtin text) RETURNS TABLE (client_id uuid, batch_id uuid)
LANGUAGE sql STABLE AS $$
    SELECT projections.client_id, projections.batch_id
    FROM projection.projections
    JOIN (
        SELECT DISTINCT ON (client_id) client_id, version_no, promoted_at FROM projection.rules_promotions
        ORDER BY client_id, promotion_no DESC
    ) AS promoted USING (client_id)
    LEFT JOIN projection.rules_versions AS version
        ON version.client_id = promoted.client_id AND version.version_no = promoted.version_no
    WHERE projections.projected_at < promoted.promoted_at AND projections.rules <> coalesce(version.rules, builtin)
$$;

GRANT SELECT (client_id, promotion_no, version_no, promoted_at) ON projection.rules_promotions TO leadledger_duties;
GRANT SELECT (client_id, version_no, rules) ON projection.rules_versions TO leadledger_duties;
GRANT SELECT (client_id, batch_id, rules, projected_at) ON projection.projections TO leadledger_duties;
