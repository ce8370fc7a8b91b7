-- One role per service, and one for the background duties that look across clients. Roles belong to the whole
-- server, so another database of it may have made them already.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['leadledger_ingest', 'leadledger_executor', 'leadledger_projector', 'leadledger_duties']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', role);
        END IF;
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = shared, ingest, execution, projection', role, current_database());
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET idle_in_transaction_session_timeout = ''60s''', role, current_database());
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET jit = off', role, current_database());
    END LOOP;
    -- Bulk loads: it may append rows and read nothing. COPY is refused where row security binds the role, so none
    -- does; nobody logs in as it, the ingest service takes it on for the length of a COPY.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'leadledger_loader') THEN
        CREATE ROLE leadledger_loader NOLOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    GRANT leadledger_loader TO leadledger_ingest WITH INHERIT FALSE, SET TRUE;
    -- What the projector asks depends on the values asked for: a plan made without them is the wrong one for most.
    EXECUTE format('ALTER ROLE leadledger_projector IN DATABASE %I SET plan_cache_mode = force_custom_plan', current_database());
    EXECUTE format('ALTER ROLE leadledger_projector IN DATABASE %I SET random_page_cost = 1.1', current_database());
    EXECUTE format('ALTER ROLE leadledger_projector IN DATABASE %I SET work_mem = ''32MB''', current_database());
    EXECUTE format('ALTER DATABASE %I SET search_path = shared, ingest, execution, projection, public', current_database());
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
END $$;
