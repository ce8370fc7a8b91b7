-- The registry: documents of providers and workflows. Each version stays as it is: results and batches name it.

-- Those that come with the software, written at the executor's start.
CREATE TABLE execution.builtin_providers (
    name     text NOT NULL,
    version  integer NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (name, version)
);
CREATE TABLE execution.builtin_workflows (
    name     text NOT NULL,
    version  integer NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (name, version)
);

-- A client's own. One that has the name of a built-in document stands in its place, for this client.
CREATE TABLE execution.own_providers (
    client_id uuid NOT NULL REFERENCES shared.clients,
    name      text NOT NULL,
    version   integer NOT NULL CHECK (version > 0),
    document  jsonb NOT NULL,
    made_by   uuid NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, name, version),
    FOREIGN KEY (client_id, made_by) REFERENCES shared.api_keys
);
CREATE TABLE execution.own_workflows (
    client_id uuid NOT NULL REFERENCES shared.clients,
    name      text NOT NULL,
    version   integer NOT NULL CHECK (version > 0),
    document  jsonb NOT NULL,
    made_by   uuid NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, name, version),
    FOREIGN KEY (client_id, made_by) REFERENCES shared.api_keys
);

-- What a launch finds: of each name the client's own newest version, else the newest that comes with the software.
CREATE FUNCTION execution.providers_of(the_client uuid)
RETURNS TABLE (name text, version integer, document jsonb, is_own boolean) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (known.name) known.name, known.version, known.document, known.is_own
    FROM (SELECT name, version, document, true AS is_own FROM execution.own_providers WHERE client_id = the_client
          UNION ALL SELECT name, version, document, false FROM execution.builtin_providers) AS known
    ORDER BY known.name, known.is_own DESC, known.version DESC
$$;
CREATE FUNCTION execution.workflows_of(the_client uuid)
RETURNS TABLE (name text, version integer, document jsonb, is_own boolean, made_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (known.name) known.name, known.version, known.document, known.is_own, known.made_at
    FROM (SELECT name, version, document, true AS is_own, made_at FROM execution.own_workflows WHERE client_id = the_client
          UNION ALL SELECT name, version, document, false, NULL FROM execution.builtin_workflows) AS known
    ORDER BY known.name, known.is_own DESC, known.version DESC
$$;

-- A test call: its intent, committed before the call as with a batch's calls, and what came of it. A test without an
-- answer may have been charged.
CREATE TABLE execution.provider_tests (
    client_id        uuid NOT NULL REFERENCES shared.clients,
    test_id          uuid NOT NULL DEFAULT uuidv7(),
    provider         text NOT NULL,
    provider_version integer NOT NULL,
    question         jsonb NOT NULL,
    idempotency_key  text,
    fingerprint      bytea NOT NULL,
    asked_by         uuid NOT NULL,
    asked_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, test_id),
    UNIQUE (client_id, idempotency_key),
    FOREIGN KEY (client_id, asked_by) REFERENCES shared.api_keys
);
CREATE TABLE execution.provider_test_answers (
    client_id   uuid NOT NULL,
    test_id     uuid NOT NULL,
    told        jsonb NOT NULL,
    answer_zstd bytea,
    answered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, test_id),
    FOREIGN KEY (client_id, test_id) REFERENCES execution.provider_tests
);

CALL shared.make_append_only('execution.builtin_providers');
CALL shared.make_append_only('execution.builtin_workflows');
CALL shared.make_append_only('execution.own_providers');
CALL shared.make_append_only('execution.own_workflows');
CALL shared.make_append_only('execution.provider_tests');
CALL shared.make_append_only('execution.provider_test_answers');
CALL shared.isolate_clients('execution.own_providers');
CALL shared.isolate_clients('execution.own_workflows');
CALL shared.isolate_clients('execution.provider_tests');
CALL shared.isolate_clients('execution.provider_test_answers');

GRANT SELECT, INSERT ON execution.builtin_providers, execution.builtin_workflows TO leadledger_duties;
GRANT SELECT ON execution.builtin_providers, execution.builtin_workflows TO leadledger_ingest, leadledger_executor;
GRANT SELECT, INSERT ON execution.own_providers, execution.own_workflows TO leadledger_executor;
GRANT SELECT ON execution.own_providers, execution.own_workflows TO leadledger_ingest;
GRANT SELECT, INSERT ON execution.provider_tests, execution.provider_test_answers TO leadledger_executor;
