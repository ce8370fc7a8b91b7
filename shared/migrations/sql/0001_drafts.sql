-- Projections beside the live one: a draft by other rules, and the former one that a promotion took the place of.
--
-- Each has the tables of a batch's projection in a schema of its own, under the same names: the statements of a rebuild
-- write a draft with no change but the search path, and the live tables hold live rows only. What serves filters alone
-- (the secondary indexes) is left out.

CREATE SCHEMA projection_draft;
CREATE SCHEMA projection_former;

-- The tables that hold a batch's projection, and how the rows of a batch are found in them. `is_compared`: a rebuild
-- leaves rows alone that are as they should be; of the others there are few, and they are written anew.
CREATE TABLE projection.tables_of_a_batch (
    table_name   text PRIMARY KEY,
    has_batch_id boolean NOT NULL,
    is_compared  boolean NOT NULL
);
INSERT INTO projection.tables_of_a_batch VALUES
    ('projections', true, false), ('final_leads', true, true), ('lead_emails', false, true),
    ('person_work_history', false, true), ('customer_matches', false, true), ('batch_companies', true, true),
    ('projection_errors', true, true), ('lead_sets', true, false);

DO $$
DECLARE
    beside text;
    table_ text;
    key    text;
BEGIN
    FOREACH beside IN ARRAY ARRAY['projection_draft', 'projection_former'] LOOP
        FOR table_ IN SELECT table_name FROM projection.tables_of_a_batch LOOP
            SELECT pg_get_constraintdef(oid) INTO key FROM pg_constraint
            WHERE conrelid = format('projection.%I', table_)::regclass AND contype = 'p';
            EXECUTE format('CREATE TABLE %I.%I (LIKE projection.%I INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE, %s)',
                           beside, table_, table_, key);
            EXECUTE format('CALL shared.isolate_clients(%L)', beside || '.' || table_);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO leadledger_projector', beside, table_);
        END LOOP;
        EXECUTE format('CREATE INDEX ON %I.final_leads (client_id, batch_id, item_no)', beside);
        EXECUTE format('CREATE INDEX ON %I.lead_sets (client_id, batch_id)', beside);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO leadledger_projector', beside);
    END LOOP;
END $$;

-- Forget what a schema has of a batch.
CREATE PROCEDURE projection.clear_projection(place text, client uuid, batch uuid) LANGUAGE plpgsql AS $$
DECLARE
    known record;
BEGIN
    FOR known IN SELECT * FROM projection.tables_of_a_batch LOOP
        IF known.has_batch_id THEN
            EXECUTE format('DELETE FROM %I.%I WHERE client_id = $1 AND batch_id = $2', place, known.table_name)
            USING client, batch;
        ELSE
            EXECUTE format('DELETE FROM %I.%I AS gone USING ingest.batch_items AS item
                            WHERE item.client_id = $1 AND item.batch_id = $2
                              AND gone.client_id = $1 AND gone.batch_item_id = item.batch_item_id',
                           place, known.table_name)
            USING client, batch;
        END IF;
    END LOOP;
END $$;

-- Put what one schema has of a batch in the place of what another has; the first has nothing of it then.
CREATE PROCEDURE projection.move_projection(origin text, destination text, client uuid, batch uuid)
LANGUAGE plpgsql AS $$
DECLARE
    known  record;
    stored text;
BEGIN
    CALL projection.clear_projection(destination, client, batch);
    FOR known IN SELECT * FROM projection.tables_of_a_batch LOOP
        SELECT string_agg(format('moved.%I', attname), ', ' ORDER BY attnum) INTO stored FROM pg_attribute
        WHERE attrelid = format('projection.%I', known.table_name)::regclass AND attnum > 0
          AND attgenerated = '' AND NOT attisdropped;
        IF known.has_batch_id THEN
            EXECUTE format('INSERT INTO %I.%I (%s) SELECT %s FROM %I.%I AS moved WHERE client_id = $1 AND batch_id = $2',
                           destination, known.table_name, replace(stored, 'moved.', ''), stored, origin, known.table_name)
            USING client, batch;
        ELSE
            EXECUTE format('INSERT INTO %I.%I (%s) SELECT %s FROM ingest.batch_items AS item
                            JOIN %I.%I AS moved ON moved.client_id = $1 AND moved.batch_item_id = item.batch_item_id
                            WHERE item.client_id = $1 AND item.batch_id = $2',
                           destination, known.table_name, replace(stored, 'moved.', ''), stored, origin, known.table_name)
            USING client, batch;
        END IF;
    END LOOP;
    CALL projection.clear_projection(origin, client, batch);
END $$;

-- How a rebuild writes a batch that is written already: what should be there stands in temporary tables of the same
-- names. `same` is the condition that two rows are the same, `key` that they are of the same key.
CREATE FUNCTION projection.tables_held_back(
    OUT table_name text, OUT has_batch_id boolean, OUT columns text, OUT key text, OUT same text, OUT sorting text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
    SELECT known.table_name, known.has_batch_id, string_agg(format('%I', attname), ', ' ORDER BY attnum),
           string_agg(format('new.%1$I = old.%1$I', attname), ' AND ' ORDER BY attnum) FILTER (WHERE is_key),
           string_agg(format(CASE WHEN attnotnull THEN 'new.%1$I = old.%1$I'
                             ELSE 'new.%1$I IS NOT DISTINCT FROM old.%1$I' END, attname), ' AND ' ORDER BY attnum),
           string_agg(format('new.%I', attname), ', ' ORDER BY attnum) FILTER (WHERE is_key)
    FROM projection.tables_of_a_batch AS known
    JOIN pg_attribute ON attrelid = format('projection.%I', known.table_name)::regclass AND attnum > 0
        AND attgenerated = '' AND NOT attisdropped
    JOIN pg_index ON indrelid = attrelid AND indisprimary
    CROSS JOIN LATERAL (SELECT attnum = ANY (indkey::smallint[]) AND attname <> 'client_id' AS is_key) AS told
    WHERE known.is_compared
    GROUP BY known.table_name, known.has_batch_id
$$;

-- Let the statements of a rebuild write temporary tables: their names stand before all others in every search path.
CREATE PROCEDURE projection.hold_back() LANGUAGE plpgsql AS $$
DECLARE
    known record;
BEGIN
    FOR known IN SELECT * FROM projection.tables_held_back() LOOP
        EXECUTE format('CREATE TEMP TABLE %I (LIKE projection.%I) ON COMMIT DROP', known.table_name, known.table_name);
    END LOOP;
END $$;

-- Delete the rows of a batch that are not among those held back.
CREATE PROCEDURE projection.delete_changed(place text, client uuid, batch uuid) LANGUAGE plpgsql AS $$
DECLARE
    known    record;
    of_batch text;
BEGIN
    FOR known IN SELECT * FROM projection.tables_held_back() LOOP
        EXECUTE format('ANALYZE pg_temp.%I', known.table_name);
        of_batch := CASE WHEN known.has_batch_id THEN 'WHERE old.batch_id = $2'
            ELSE 'USING ingest.batch_items AS item WHERE item.client_id = $1 AND item.batch_id = $2
                  AND item.batch_item_id = old.batch_item_id' END;
        EXECUTE format('DELETE FROM %I.%I AS old %s AND old.client_id = $1
                        AND NOT EXISTS (SELECT FROM pg_temp.%I AS new WHERE %s)',
                       place, known.table_name, of_batch, known.table_name, known.same)
        USING client, batch;
    END LOOP;
END $$;

-- Insert the rows held back that are not there, and hold nothing back any longer.
CREATE PROCEDURE projection.insert_missing(place text, client uuid) LANGUAGE plpgsql AS $$
DECLARE
    known record;
BEGIN
    FOR known IN SELECT * FROM projection.tables_held_back() LOOP
        EXECUTE format('INSERT INTO %I.%I (%s) SELECT %s FROM pg_temp.%I AS new
                        WHERE NOT EXISTS (SELECT FROM %I.%I AS old WHERE old.client_id = $1 AND %s) ORDER BY %s',
                       place, known.table_name, known.columns, known.columns, known.table_name,
                       place, known.table_name, known.key, known.sorting)
        USING client;
        EXECUTE format('DROP TABLE pg_temp.%I', known.table_name);
    END LOOP;
END $$;

GRANT SELECT ON projection.tables_of_a_batch TO leadledger_projector;
GRANT DELETE ON projection.projections TO leadledger_projector;
GRANT SELECT ON projection_draft.projections, projection_former.projections TO leadledger_ingest;
GRANT USAGE ON SCHEMA projection_draft, projection_former TO leadledger_ingest;

-- What a projection tells of jobs, one JSON object each, without where it was told: what a diff compares.
CREATE VIEW projection.told_jobs WITH (security_invoker = true) AS
SELECT client_id, batch_item_id, jsonb_build_object(
           'company_name', company_name, 'company_domain', company_domain, 'title', title, 'start_date', start_date,
           'end_date', end_date, 'is_current', is_current) AS job
FROM projection.person_work_history;
CREATE VIEW projection_draft.told_jobs WITH (security_invoker = true) AS
SELECT client_id, batch_item_id, jsonb_build_object(
           'company_name', company_name, 'company_domain', company_domain, 'title', title, 'start_date', start_date,
           'end_date', end_date, 'is_current', is_current) AS job
FROM projection_draft.person_work_history;

-- The leads of a batch in both, with what a reader sees of each: how it was made is left out.
CREATE VIEW projection_draft.compared_leads WITH (security_invoker = true) AS
SELECT live.client_id, live.batch_id, live.item_no, live.batch_item_id, live.full_name,
       live.origins AS live_origins, draft.origins AS draft_origins,
       to_jsonb(live) - '{rules,origins,result_ids,person_id,company_key,full_name_key,last_name_key}'::text[] AS live,
       to_jsonb(draft) - '{rules,origins,result_ids,person_id,company_key,full_name_key,last_name_key}'::text[] AS draft
FROM projection.final_leads AS live
JOIN projection_draft.final_leads AS draft USING (client_id, batch_item_id);

GRANT SELECT ON projection.told_jobs, projection_draft.told_jobs, projection_draft.compared_leads TO leadledger_projector;
