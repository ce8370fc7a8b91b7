-- Limits: what a client's executors, all together, allow themselves towards one provider.
--
-- Everything here is small and mutable, and only ever changed by pass_gate and the statements that close a gate; each
-- locks the gate's row, so the executors pass one after the other, for the moment of a statement, never during a call.

-- A client's way to a provider. Closed until a time: the provider asked for a rest, or failed too often in a row.
-- Paused: only somebody can help (a refused key, spent credits), or the time that the provider named.
CREATE TABLE execution.provider_gates (
    client_id     uuid NOT NULL REFERENCES shared.clients,
    provider      text NOT NULL,
    closed_until  timestamptz NOT NULL DEFAULT '-infinity',
    closed_reason text,
    failures      integer NOT NULL DEFAULT 0,
    rests         integer NOT NULL DEFAULT 0,
    on_trial      boolean NOT NULL DEFAULT false,
    paused_until  timestamptz NOT NULL DEFAULT '-infinity',
    paused_reason text,
    PRIMARY KEY (client_id, provider)
);

-- Who holds how many of the places for calls at once. An executor that fell silent loses its own with the time.
CREATE TABLE execution.provider_places (
    client_id  uuid NOT NULL,
    provider   text NOT NULL,
    holder     uuid NOT NULL,
    places     integer NOT NULL,
    wanted     integer NOT NULL,
    held_until timestamptz NOT NULL,
    PRIMARY KEY (client_id, provider, holder),
    FOREIGN KEY (client_id, provider) REFERENCES execution.provider_gates
);

-- The calls of each window, counted in slots of a 240th of it: the window slides by slots.
CREATE TABLE execution.provider_slots (
    client_id uuid NOT NULL,
    provider  text NOT NULL,
    seconds   double precision NOT NULL,
    slot      bigint NOT NULL,
    calls     integer NOT NULL,
    PRIMARY KEY (client_id, provider, seconds, slot),
    FOREIGN KEY (client_id, provider) REFERENCES execution.provider_gates
);

CREATE TYPE execution.passage AS (places integer, calls integer, wait_seconds double precision, reason text, paused boolean);

-- Grant calls within every window, as many as wanted or as are left. A slot counts until the window and a margin have
-- gone by: a call may reach the provider a little later than it was granted. Returns the grant, and the seconds until
-- there is more where it is 0.
CREATE FUNCTION execution.grant_calls(
    the_client uuid, the_provider text, wanted integer, windows jsonb, at timestamptz,
    OUT granted integer, OUT wait_seconds double precision
) LANGUAGE plpgsql AS $$
DECLARE
    time_window record;
BEGIN
    granted := wanted;
    wait_seconds := 0;
    FOR time_window IN
        SELECT told.seconds, told.calls, floor(extract(epoch FROM at) / told.seconds * 240)::bigint AS slot_now,
               240 + greatest(3, ceil(0.05 / told.seconds * 240)::integer) AS slots
        FROM jsonb_to_recordset(windows) AS told (seconds double precision, calls integer)
    LOOP
        DECLARE
            used integer;
            first_slot bigint;
        BEGIN
            SELECT coalesce(sum(calls), 0), min(slot) INTO used, first_slot FROM provider_slots
            WHERE client_id = the_client AND provider = the_provider AND seconds = time_window.seconds
              AND slot > time_window.slot_now - time_window.slots;
            IF used >= time_window.calls THEN
                wait_seconds := greatest(wait_seconds, (first_slot + time_window.slots) * time_window.seconds / 240
                                                       - extract(epoch FROM at)::double precision);
            END IF;
            granted := least(granted, greatest(time_window.calls - used, 0));
        END;
    END LOOP;
    IF granted > 0 THEN
        MERGE INTO provider_slots AS known
        USING (SELECT told.seconds, floor(extract(epoch FROM at) / told.seconds * 240)::bigint AS slot
               FROM jsonb_to_recordset(windows) AS told (seconds double precision)) AS now
            ON known.client_id = the_client AND known.provider = the_provider AND known.seconds = now.seconds
               AND known.slot = now.slot
        WHEN MATCHED THEN UPDATE SET calls = known.calls + granted
        WHEN NOT MATCHED THEN INSERT VALUES (the_client, the_provider, now.seconds, now.slot, granted);
        DELETE FROM provider_slots
        WHERE client_id = the_client AND provider = the_provider
          AND slot < floor(extract(epoch FROM at) / seconds * 240) - 600;
    END IF;
END $$;

-- Share the places. Nobody loses one that a call is using. Where all together want more than there are, each is given
-- what it wants up to a level that is the same for all, so what one gives up the others get.
CREATE FUNCTION execution.grant_places(
    the_client uuid, the_provider text, the_holder uuid, in_use integer, wanted integer, concurrency integer,
    lease_seconds double precision, at timestamptz
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    held  integer;
    level integer;
    mine  integer;
BEGIN
    DELETE FROM provider_places WHERE client_id = the_client AND provider = the_provider
        AND (held_until < at OR holder = the_holder);
    SELECT coalesce(sum(places), 0) INTO held FROM provider_places
    WHERE client_id = the_client AND provider = the_provider;
    SELECT ceil((concurrency - before) / left_over) INTO level
    FROM (
        SELECT demand, sum(demand) OVER climbing - demand AS before,
               count(*) OVER () - row_number() OVER climbing + 1 AS left_over
        FROM (SELECT provider_places.wanted AS demand FROM provider_places
              WHERE client_id = the_client AND provider = the_provider
              UNION ALL SELECT in_use + grant_places.wanted) AS demands
        WINDOW climbing AS (ORDER BY demand ROWS UNBOUNDED PRECEDING)
    ) AS climbed
    WHERE before + demand * left_over > concurrency ORDER BY before LIMIT 1;
    mine := greatest(in_use, least(in_use + wanted, concurrency - held, level));
    IF in_use + wanted > 0 THEN
        INSERT INTO provider_places
        VALUES (the_client, the_provider, the_holder, mine, in_use + wanted, at + make_interval(secs => lease_seconds));
    END IF;
    RETURN mine;
END $$;

-- Take in what became of calls: after too many failures in a row the gate rests, each time twice as long, and then
-- lets one call at a time through until one succeeds.
CREATE FUNCTION execution.weigh_calls(
    gate execution.provider_gates, succeeded integer, failed integer, most_failures integer,
    rest_seconds double precision, at timestamptz
) RETURNS execution.provider_gates LANGUAGE plpgsql AS $$
BEGIN
    IF succeeded > 0 THEN
        gate.failures := 0;
        gate.rests := 0;
        gate.on_trial := false;
    END IF;
    gate.failures := gate.failures + failed;
    IF failed > 0 AND (gate.failures >= most_failures OR gate.on_trial) THEN
        gate.closed_until := greatest(gate.closed_until,
                                      at + make_interval(secs => least(rest_seconds * 2 ^ least(gate.rests, 20), 3600)));
        gate.closed_reason := 'it failed ' || gate.failures || ' times in a row';
        gate.rests := gate.rests + 1;
        gate.on_trial := true;
    END IF;
    RETURN gate;
END $$;

-- One round of an executor before a gate: tell what became of its calls, say how many are in use and wanted, and
-- receive places and calls. `at` is the database's time; tests give their own.
CREATE FUNCTION execution.pass_gate(
    the_client uuid, the_provider text, the_holder uuid, in_use integer, wanted integer, wanted_calls integer,
    succeeded integer, failed integer, limits jsonb, at timestamptz DEFAULT clock_timestamp()
) RETURNS execution.passage LANGUAGE plpgsql AS $$
DECLARE
    before execution.provider_gates;
    gate   execution.provider_gates;
    passed execution.passage;
BEGIN
    INSERT INTO provider_gates (client_id, provider) VALUES (the_client, the_provider) ON CONFLICT DO NOTHING;
    SELECT * INTO before FROM provider_gates
    WHERE client_id = the_client AND provider = the_provider FOR UPDATE;
    gate := weigh_calls(before, succeeded, failed, (limits ->> 'failures_before_rest')::integer,
                        (limits ->> 'rest_seconds')::double precision, at);
    IF gate <> before THEN
        UPDATE provider_gates SET closed_until = gate.closed_until, closed_reason = gate.closed_reason,
            failures = gate.failures, rests = gate.rests, on_trial = gate.on_trial
        WHERE client_id = the_client AND provider = the_provider;
    END IF;
    passed.paused := gate.paused_until > at;
    passed.reason := CASE WHEN passed.paused THEN gate.paused_reason WHEN gate.closed_until > at THEN gate.closed_reason END;
    passed.places := grant_places(
        the_client, the_provider, the_holder, in_use, CASE WHEN passed.reason IS NULL THEN wanted ELSE 0 END,
        CASE WHEN gate.on_trial THEN 1 ELSE (limits ->> 'concurrency')::integer END, 5, at);
    passed.calls := 0;
    passed.wait_seconds := 0;
    IF passed.reason IS NOT NULL THEN
        passed.wait_seconds := CASE WHEN greatest(gate.closed_until, gate.paused_until) = 'infinity' THEN 'infinity'
            ELSE extract(epoch FROM greatest(gate.closed_until, gate.paused_until) - at) END;
    ELSIF wanted_calls > 0 AND passed.places > in_use THEN
        SELECT granted.granted, granted.wait_seconds INTO passed.calls, passed.wait_seconds
        FROM grant_calls(the_client, the_provider, least(wanted_calls, passed.places - in_use), limits -> 'windows', at)
             AS granted;
        IF passed.calls = 0 THEN
            passed.reason := 'its limit is used up';
        END IF;
    END IF;
    RETURN passed;
END $$;

CALL shared.isolate_clients('execution.provider_gates');
CALL shared.isolate_clients('execution.provider_places');
CALL shared.isolate_clients('execution.provider_slots');

GRANT SELECT, INSERT, UPDATE ON execution.provider_gates TO leadledger_executor;
GRANT SELECT, INSERT, UPDATE, DELETE ON execution.provider_places, execution.provider_slots TO leadledger_executor;
GRANT SELECT ON execution.provider_gates TO leadledger_ingest, leadledger_duties;
