-- Batch items out of the rows of an upload.

-- What a provider can be asked about: an address, a page, or a name together with an employer.
CREATE FUNCTION ingest.can_be_asked_about(input jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN input ?| '{email,linkedin_url}'
    OR (input ? 'full_name' OR input ?& '{first_name,last_name}') AND input ?| '{company_name,company_domain}';

-- The SQL that makes the input from a row's `cells`: each field from the first of its columns that has a value.
-- The arrays are parallel. Written out for a mapping, it takes half the time of a loop over the mapping.
CREATE FUNCTION ingest.input_expression(fields text[], columns integer[], kinds text[]) RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT coalesce('JSON_OBJECT(' || string_agg(format('%L: coalesce(%s)', field, choices), ', ')
                    || ' ABSENT ON NULL RETURNING jsonb)', '''{}''::jsonb')
    FROM (
        SELECT field, string_agg(
            CASE WHEN kind IN ('text', 'list') THEN format('ingest.clean_text(cells ->> %s)', column_no)
                 ELSE format('ingest.%I(ingest.clean_text(cells ->> %s))', 'clean_' || kind, column_no) END,
            ', ' ORDER BY place) AS choices
        FROM unnest(fields, columns, kinds) WITH ORDINALITY AS mapped (field, column_no, kind, place)
        GROUP BY field
    ) AS one);

-- The SQL of the inputs, as row_no and input in the order of the file, of the rows $3 to $4 of upload $2 of client $1:
-- without those that repeat an earlier row if $7; of those in $5 or, where that is NULL, of all that are not blank and no repeated header; with $6, of the first so
-- many that can be asked about. The empty array makes a copy of long cells, which would else be fetched again for
-- each field.
CREATE FUNCTION ingest.inputs_query(fields text[], columns integer[], kinds text[]) RETURNS text LANGUAGE sql STABLE
RETURN format($sql$
    SELECT row_no, input
    FROM (
        SELECT row_no, %s AS input
        FROM (
            SELECT row_no, cells || '[]' AS cells FROM ingest.raw_uploads
            WHERE client_id = $1 AND upload_id = $2 AND row_no BETWEEN $3 AND $4
                AND CASE WHEN $5 IS NULL
                         THEN NOT coalesce(problems && '{blank_line,empty_record,repeated_header}', false)
                         ELSE row_no = ANY ($5) END
                AND (NOT $7 OR NOT EXISTS (
                    SELECT FROM ingest.duplicate_rows AS repeated
                    WHERE repeated.client_id = $1 AND repeated.upload_id = $2 AND repeated.row_no = raw_uploads.row_no))
            ORDER BY row_no OFFSET 0
        ) AS raw
        ORDER BY row_no OFFSET 0
    ) AS cleaned
    WHERE $6 IS NULL OR ingest.can_be_asked_about(input)
    ORDER BY row_no LIMIT $6
$sql$, ingest.input_expression(fields, columns, kinds));

-- The inputs themselves, to look at; small choices only, since all are held in memory.
CREATE FUNCTION ingest.canonical_inputs(
    client uuid, upload uuid, first integer, last integer, chosen integer[], most integer,
    fields text[], columns integer[], kinds text[], skip_duplicates boolean DEFAULT false
) RETURNS TABLE (row_no integer, input jsonb) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY EXECUTE ingest.inputs_query(fields, columns, kinds)
    USING client, upload, first, last, chosen, most, skip_duplicates;
END $$;

-- Append an item for each chosen row and return how many. It reads along the index, since a sort would write to disk
-- all that is being made.
CREATE FUNCTION ingest.make_items(
    client uuid, batch uuid, upload uuid, first integer, last integer, chosen integer[], most integer,
    fields text[], columns integer[], kinds text[], skip_duplicates boolean DEFAULT false
) RETURNS integer LANGUAGE plpgsql SET enable_sort = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    made integer;
BEGIN
    EXECUTE format($sql$
        INSERT INTO ingest.batch_items (client_id, batch_item_id, batch_id, item_no, upload_id, row_no, input)
        SELECT $1, uuidv7(), $8, row_number() OVER (ORDER BY row_no), $2, row_no, input FROM (%s) AS chosen
    $sql$, ingest.inputs_query(fields, columns, kinds))
    USING client, upload, first, last, chosen, most, skip_duplicates, batch;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
