-- Sets of leads: for each value of a filter the leads of a batch that have it, as bits, one for each item in order.
--
-- Which leads several filters let through together is then an AND of bits, and how many, a count of them: that is how
-- a total, and the leads of every value under the other filters, are told in milliseconds over a million leads.

-- Return a set: the bit `n` (from 1) is set if `n` is among the members. Sets of the same size can be combined.
CREATE FUNCTION projection.bit_set(members integer[], size integer) RETURNS bit varying
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT ('x' || string_agg(coalesce(word.digits, '0000000000000000'), '' ORDER BY word_no))::bit varying
    FROM generate_series(0, (size - 1) / 64) AS word_no
    LEFT JOIN (
        SELECT (member - 1) / 64 AS word_no,
               lpad(to_hex(bit_or(1::bigint << (63 - (member - 1) % 64))), 16, '0') AS digits
        FROM unnest(members) AS member
        GROUP BY 1
    ) AS word USING (word_no)
$$;

-- `members` is NULL where the value has few of many leads: those are found by the filter's index as quickly.
CREATE TABLE projection.lead_sets (
    client_id uuid NOT NULL,
    filter    text COLLATE pg_c_utf8 NOT NULL,
    value     text COLLATE pg_c_utf8 NOT NULL,
    batch_id  uuid NOT NULL,
    leads     integer NOT NULL,
    members   bit varying,
    PRIMARY KEY (client_id, filter, value, batch_id),
    FOREIGN KEY (client_id, batch_id) REFERENCES projection.projections NOT ENFORCED
);
CREATE INDEX lead_sets_of_batch ON projection.lead_sets (client_id, batch_id);
ALTER TABLE projection.lead_sets ALTER COLUMN members SET STORAGE EXTERNAL;  -- bits hardly compress

CALL shared.isolate_clients('projection.lead_sets');

GRANT SELECT, INSERT, DELETE ON projection.lead_sets TO leadledger_projector;
