-- Projection: the answers read into plain tables. Nothing here is a source of truth: all of it can be rebuilt.
--
-- Text is compared bytewise (pg_c_utf8): fast, the same on every server, and lower() still knows every letter.
-- Foreign keys of rows by the thousand are NOT ENFORCED: they are made by joining what they refer to, and checking
-- each of them again took longer than writing it. They tell BI tools how the tables belong together.

CREATE SCHEMA projection;

-- What a version of the rules says, kept for ever: a lead can be explained by the rules that made it.
CREATE TABLE projection.rules (
    client_id     uuid NOT NULL REFERENCES shared.clients,
    rules         text NOT NULL,
    document      jsonb NOT NULL,
    first_used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, rules)
);

-- Which completion of a batch is readable now, by which rules, from which sources (`source_no` counts them).
CREATE TABLE projection.projections (
    client_id    uuid NOT NULL,
    batch_id     uuid NOT NULL,
    completion   integer NOT NULL,
    rules        text NOT NULL,
    sources      jsonb NOT NULL,
    as_of        timestamptz NOT NULL,
    leads        integer NOT NULL,
    jobs         integer NOT NULL,
    errors       integer NOT NULL,
    projected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, batch_id),
    FOREIGN KEY (client_id, batch_id) REFERENCES ingest.batches,
    FOREIGN KEY (client_id, rules) REFERENCES projection.rules
);

-- One row per batch item. `origins` has a source_no per field of the rules' field list (-1: none; the last
-- number of all: the work history); `result_ids` has the answer of each source, the CSV row's place is NULL.
CREATE TABLE projection.final_leads (
    client_id              uuid NOT NULL,
    batch_item_id          uuid NOT NULL,
    batch_id               uuid NOT NULL,
    item_no                integer NOT NULL,
    source                 text COLLATE pg_c_utf8 NOT NULL,
    first_name             text COLLATE pg_c_utf8,
    last_name              text COLLATE pg_c_utf8,
    full_name              text COLLATE pg_c_utf8,
    email                  text COLLATE pg_c_utf8,
    email_verdict          text COLLATE pg_c_utf8 NOT NULL CHECK (email_verdict IN (
        'valid', 'risky', 'catch_all', 'do_not_send', 'invalid', 'unknown', 'none')),
    linkedin_url           text COLLATE pg_c_utf8,
    title                  text COLLATE pg_c_utf8,
    seniority              text COLLATE pg_c_utf8,
    current_job_started_on date,
    current_job_precision  text COLLATE pg_c_utf8 CHECK (current_job_precision IN ('year', 'month', 'day')),
    company_name           text COLLATE pg_c_utf8,
    company_key            text COLLATE pg_c_utf8,
    company_domain         text COLLATE pg_c_utf8,
    company_linkedin_url   text COLLATE pg_c_utf8,
    industry               text COLLATE pg_c_utf8,
    employees              integer,
    size                   text COLLATE pg_c_utf8,
    revenue                bigint,
    revenue_range          text COLLATE pg_c_utf8,
    total_funding          bigint,
    funding_range          text COLLATE pg_c_utf8,
    last_funded_on         date,
    founded_year           smallint,
    city                   text COLLATE pg_c_utf8,
    state                  text COLLATE pg_c_utf8,
    country                text COLLATE pg_c_utf8,
    is_new_in_role         boolean,
    is_recently_funded     boolean,
    worked_at_customer     boolean NOT NULL,
    rules                  text COLLATE pg_c_utf8 NOT NULL,
    full_name_key          text COLLATE pg_c_utf8,
    last_name_key          text COLLATE pg_c_utf8,
    origins                smallint[] NOT NULL,
    result_ids             uuid[] NOT NULL,
    -- Who the lead is about, over all batches: the same LinkedIn page, else the same address, else the same name at
    -- the same company; with none of these, a person of its own.
    person_id              uuid GENERATED ALWAYS AS (coalesce(
        md5('linkedin ' || lower(linkedin_url))::uuid, md5('email ' || lower(email))::uuid,
        md5('name ' || full_name_key || ' at ' || company_key)::uuid, batch_item_id)) STORED,
    PRIMARY KEY (client_id, batch_item_id),
    FOREIGN KEY (client_id, batch_item_id) REFERENCES ingest.batch_items NOT ENFORCED,
    FOREIGN KEY (client_id, batch_id) REFERENCES projection.projections NOT ENFORCED,
    CHECK ((email IS NULL) = (email_verdict = 'none'))
);

-- Every telling of an address: by whom, with which verdict, where it stands. `verifies`: the provider was asked
-- about the address, it did not find it.
CREATE TABLE projection.lead_emails (
    client_id     uuid NOT NULL,
    batch_item_id uuid NOT NULL,
    email_no      integer NOT NULL,
    batch_id      uuid NOT NULL,
    email         text COLLATE pg_c_utf8 NOT NULL,
    verdict       text COLLATE pg_c_utf8 NOT NULL,
    verifies      boolean NOT NULL,
    is_chosen     boolean NOT NULL,
    provider      text COLLATE pg_c_utf8 NOT NULL,
    result_id     uuid,
    json_path     text COLLATE pg_c_utf8 NOT NULL,
    told_at       timestamptz,
    PRIMARY KEY (client_id, batch_item_id, email_no),
    FOREIGN KEY (client_id, batch_item_id) REFERENCES projection.final_leads NOT ENFORCED
);

-- One row per job of a lead, however many answers tell of it: `result_id` and `json_path` are the answer that is
-- believed first, `other_sources` the rest. `company_key` is the employer's domain if one is known, else its
-- normalised name; `domain_is_inferred` if another answer of the batch tied the name to the domain.
CREATE TABLE projection.person_work_history (
    client_id          uuid NOT NULL,
    batch_item_id      uuid NOT NULL,
    job_no             integer NOT NULL,
    batch_id           uuid NOT NULL,
    company_name       text COLLATE pg_c_utf8 NOT NULL,
    company_key        text COLLATE pg_c_utf8 NOT NULL,
    company_domain     text COLLATE pg_c_utf8,
    domain_is_inferred boolean NOT NULL,
    company_linkedin   text COLLATE pg_c_utf8,
    title              text COLLATE pg_c_utf8,
    start_date         date,
    start_precision    text COLLATE pg_c_utf8,
    end_date           date,
    end_precision      text COLLATE pg_c_utf8,
    is_current         boolean,
    result_id          uuid NOT NULL,
    json_path          text COLLATE pg_c_utf8 NOT NULL,
    other_sources      jsonb,
    PRIMARY KEY (client_id, batch_item_id, job_no),
    FOREIGN KEY (client_id, batch_item_id) REFERENCES projection.final_leads NOT ENFORCED
);

-- The companies of a batch as its rows and answers spell them: where a name or a domain leads to a company_key and
-- to the names in the work history, and what a new list of customers is matched against.
CREATE TABLE projection.batch_companies (
    client_id        uuid NOT NULL,
    batch_id         uuid NOT NULL,
    company_no       integer NOT NULL,
    company_name     text COLLATE pg_c_utf8 NOT NULL,
    company_key      text COLLATE pg_c_utf8 NOT NULL,
    company_domain   text COLLATE pg_c_utf8,
    company_linkedin text COLLATE pg_c_utf8,
    PRIMARY KEY (client_id, batch_id, company_no),
    FOREIGN KEY (client_id, batch_id) REFERENCES projection.projections NOT ENFORCED
);

-- Dictionaries: what Python made of a company's name or of the address of its site, once for each distinct one.
CREATE TABLE projection.company_names (
    client_id   uuid NOT NULL REFERENCES shared.clients NOT ENFORCED,
    name        text COLLATE pg_c_utf8 NOT NULL,
    name_key    text COLLATE pg_c_utf8 NOT NULL,
    other_keys  text[] COLLATE pg_c_utf8 NOT NULL,
    normaliser  smallint NOT NULL,
    PRIMARY KEY (client_id, name)
);
CREATE TABLE projection.company_sites (
    client_id   uuid NOT NULL REFERENCES shared.clients NOT ENFORCED,
    website     text COLLATE pg_c_utf8 NOT NULL,
    domain      text COLLATE pg_c_utf8,
    normaliser  smallint NOT NULL,
    PRIMARY KEY (client_id, website)
);

-- What a filter's text may stand for. `kind` is the filtered column; a word of a title or a company name, or the
-- whole of a place or an industry, in lower case, leads to the values as they stand in the tables.
--
-- This, and not full-text or array search: row security lets only leakproof operators use an index, and those of
-- GIN and LIKE are not. Comparing text is, so a word is found by its beginning in a B-tree. There are far fewer
-- distinct titles and companies than leads and jobs, so the words cost little to keep.
CREATE TABLE projection.search_words (
    client_id uuid NOT NULL REFERENCES shared.clients NOT ENFORCED,
    kind      text COLLATE pg_c_utf8 NOT NULL,
    word      text COLLATE pg_c_utf8 NOT NULL,
    value     text COLLATE pg_c_utf8 NOT NULL,
    PRIMARY KEY (client_id, kind, word, value)
);

-- The client's own customer companies; replaced as a whole. The domain is the registrable one, `linkedin` the
-- last part of the address of the company's page.
CREATE TABLE projection.client_customers (
    client_id   uuid NOT NULL REFERENCES shared.clients NOT ENFORCED,
    customer_id uuid NOT NULL,
    customer_no integer NOT NULL,
    name        text COLLATE pg_c_utf8 NOT NULL,
    name_key    text COLLATE pg_c_utf8 NOT NULL,
    other_keys  text[] COLLATE pg_c_utf8 NOT NULL,
    domain      text COLLATE pg_c_utf8,
    linkedin    text COLLATE pg_c_utf8,
    PRIMARY KEY (client_id, customer_id)
);
CREATE INDEX client_customers_by_name ON projection.client_customers (client_id, name);

-- A job was at a customer, and how we know: the strongest of the tiers; `confirmed` by the client itself.
CREATE TABLE projection.customer_matches (
    client_id     uuid NOT NULL,
    batch_item_id uuid NOT NULL,
    job_no        integer NOT NULL,
    customer_id   uuid NOT NULL,
    batch_id      uuid NOT NULL,
    tier          text COLLATE pg_c_utf8 NOT NULL CHECK (tier IN (
        'confirmed', 'linkedin', 'domain', 'name_exact', 'name_normalised')),
    PRIMARY KEY (client_id, batch_item_id, job_no, customer_id),
    FOREIGN KEY (client_id, batch_item_id, job_no) REFERENCES projection.person_work_history NOT ENFORCED,
    FOREIGN KEY (client_id, customer_id) REFERENCES projection.client_customers NOT ENFORCED
);

-- What stands in an answer but can't be read: the lead is there all the same, without this value.
CREATE TABLE projection.projection_errors (
    client_id     uuid NOT NULL,
    batch_id      uuid NOT NULL,
    error_no      integer NOT NULL,
    batch_item_id uuid NOT NULL,
    provider      text NOT NULL,
    result_id     uuid,
    json_path     text NOT NULL,
    problem       text NOT NULL,
    PRIMARY KEY (client_id, batch_id, error_no),
    FOREIGN KEY (client_id, batch_id) REFERENCES projection.projections NOT ENFORCED
);

-- What the dashboard reads by. Every index begins with the client, as row security asks for.
CREATE UNIQUE INDEX final_leads_of_batch ON projection.final_leads (client_id, batch_id, item_no);
CREATE INDEX final_leads_of_person ON projection.final_leads (client_id, person_id, batch_item_id);
CREATE INDEX final_leads_by_name ON projection.final_leads (client_id, full_name_key, batch_item_id);
CREATE INDEX final_leads_by_last_name ON projection.final_leads (client_id, last_name_key, batch_item_id);
CREATE INDEX final_leads_by_company ON projection.final_leads (client_id, company_key, batch_item_id);
CREATE INDEX final_leads_by_title ON projection.final_leads (client_id, title);
CREATE INDEX final_leads_by_job_start ON projection.final_leads (client_id, current_job_started_on, batch_item_id);
-- Few values each: PostgreSQL skips over the leading columns that are not asked for, so one index serves them all.
CREATE INDEX final_leads_by_place ON projection.final_leads (client_id, country, state, city);
CREATE INDEX final_leads_by_kind ON projection.final_leads (client_id, source, email_verdict, seniority, size, industry);
CREATE INDEX final_leads_new_in_role ON projection.final_leads (client_id, batch_item_id) WHERE is_new_in_role;
CREATE INDEX final_leads_recently_funded ON projection.final_leads (client_id, batch_item_id) WHERE is_recently_funded;
CREATE INDEX final_leads_at_customer ON projection.final_leads (client_id, batch_item_id) WHERE worked_at_customer;
-- Of jobs there are five times as many as leads, and a word of a title may be in each tenth: these hold all that is
-- needed to count the leads, so that the jobs themselves are not read.
CREATE INDEX person_work_history_by_company ON projection.person_work_history (client_id, company_name)
    INCLUDE (batch_item_id, is_current);
CREATE INDEX person_work_history_by_title ON projection.person_work_history (client_id, title)
    INCLUDE (batch_item_id) WHERE is_current IS NOT TRUE;
CREATE INDEX batch_companies_by_name ON projection.batch_companies (client_id, company_name);
CREATE INDEX batch_companies_by_domain ON projection.batch_companies (client_id, company_domain);
CREATE INDEX company_names_by_key ON projection.company_names (client_id, name_key);

CALL shared.make_append_only('projection.rules');
CALL shared.isolate_clients('projection.rules');
CALL shared.isolate_clients('projection.projections');
CALL shared.isolate_clients('projection.final_leads');
CALL shared.isolate_clients('projection.lead_emails');
CALL shared.isolate_clients('projection.person_work_history');
CALL shared.isolate_clients('projection.batch_companies');
CALL shared.isolate_clients('projection.company_names');
CALL shared.isolate_clients('projection.company_sites');
CALL shared.isolate_clients('projection.search_words');
CALL shared.isolate_clients('projection.client_customers');
CALL shared.isolate_clients('projection.customer_matches');
CALL shared.isolate_clients('projection.projection_errors');

GRANT USAGE ON SCHEMA projection TO leadledger_projector, leadledger_ingest, leadledger_duties;
GRANT SELECT, INSERT ON projection.rules TO leadledger_projector;
GRANT SELECT, INSERT, UPDATE ON projection.projections TO leadledger_projector;
GRANT SELECT, INSERT, DELETE ON projection.final_leads, projection.lead_emails, projection.person_work_history,
    projection.batch_companies, projection.client_customers, projection.customer_matches, projection.projection_errors
    TO leadledger_projector;
GRANT UPDATE (worked_at_customer) ON projection.final_leads TO leadledger_projector;
GRANT SELECT, INSERT, UPDATE ON projection.company_names, projection.company_sites TO leadledger_projector;
GRANT SELECT, INSERT ON projection.search_words TO leadledger_projector;
GRANT SELECT ON projection.projections TO leadledger_ingest;
GRANT SELECT (client_id, batch_id, completion) ON projection.projections TO leadledger_duties;
