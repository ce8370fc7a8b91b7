-- Cleaning: cells as people and tools write them -> canonical values, NULL where there is none.
--
-- A million items pass here. So: SQL where one expression does, since it is put into the query; PL/pgSQL for the
-- rest, since another SQL function starts an executor at each call; and plain text functions before patterns.
-- A field's kind is cleaned by the function `clean_<kind>`.

-- Outer blanks go, those of Unicode too (no-break, zero-width); inside, they become plain ones or go. What stands
-- for "nothing" is nothing. Most cells are plain ASCII without a blank at either end: told apart by two bytes.
-- STABLE as convert_to is: called IMMUTABLE, it would not be put into the query.
CREATE FUNCTION ingest.clean_text(value text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN value IN ('', '-', '--', '.', 'n/a', 'N/A', '#n/a', '#N/A', '#REF!', '#VALUE!', '#NAME?') THEN NULL
    WHEN octet_length(value) = char_length(value) THEN
        CASE WHEN ascii(value) > 32 AND get_byte(convert_to(value, 'UTF8'), octet_length(value) - 1) > 32 THEN value
             ELSE nullif(btrim(value, E' \t\n\r\f\v'), '') END
    ELSE nullif(btrim(
        CASE WHEN value ~ U&'[\00A0\2007\202F\3000\200B\2060\FEFF]'
             THEN translate(value, U&'\00A0\2007\202F\3000\200B\2060\FEFF', '    ') ELSE value END,
        U&'\0020\0009\000A\000B\000C\000D\0085\2028\2029\200C\200D\200E\200F'), '')
END;

CREATE FUNCTION ingest.clean_name(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF strpos(value, '  ') > 0 OR strpos(value, E'\n') > 0 OR strpos(value, E'\t') > 0 THEN
        RETURN regexp_replace(value, '\s+', ' ', 'g');
    END IF;
    RETURN value;
END $$;

-- Spreadsheets hide a number behind an apostrophe, or spoil it: 4.4E+11, 14155550100.0.
CREATE FUNCTION ingest.clean_phone(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF value LIKE '%E+%' OR value !~ '[0-9][0-9]' THEN
        RETURN NULL;
    END IF;
    value := btrim(value, U&'''\2018\2019` ');
    RETURN CASE WHEN value LIKE '%.0' THEN left(value, -2) ELSE value END;
END $$;

-- The first address of `x@y.example`, `mailto:...`, `Name <...>` or a list, in lower case. Placeholders are none.
CREATE FUNCTION ingest.clean_email(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    address CONSTANT text := '^[^@\s"()/<>,;:]+@([^@\s"()/<>,;:.]+\.)+[^@\s"()/<>,;:.][^@\s"()/<>,;:.]+$';
BEGIN
    value := lower(ltrim(value, '''') COLLATE pg_c_utf8);
    IF value !~ address THEN
        value := substring(value FROM '^(?:mailto:|[^<>@]*<)?\s*([^\s@<>,;:]+@[^\s@<>,;:]+)');
    END IF;
    IF value ~ address AND length(value) < 255 AND translate(split_part(value, '@', 1), '-_.', '') NOT IN (
        'emailnotunlocked', 'noemail', 'nomail', 'notprovided', 'notavailable', 'notfound', 'none', 'null') THEN
        RETURN value;
    END IF;
    RETURN NULL;
END $$;

-- %C3%A9 -> é, where all of it is UTF-8 and nothing appears that would change what the text is part of.
CREATE FUNCTION ingest.decode_percent(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bytes bytea;
BEGIN
    bytes := (SELECT string_agg(CASE WHEN part[1] LIKE '\%__' THEN decode(right(part[1], 2), 'hex')
                                     ELSE convert_to(part[1], 'UTF8') END, ''::bytea)
              FROM regexp_matches(value, '(%[0-9A-Fa-f]{2}|[^%]+|%)', 'g') AS part);
    IF convert_from(bytes, 'LATIN1') ~ concat(
        '^(?:[\x21\x24-\x2e\x30-\x3e\x40-\x7e]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]',
        '|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}',
        '|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+$') THEN
        RETURN normalize(convert_from(bytes, 'UTF8'));
    END IF;
    RETURN value;
END $$;

-- Public names know no case; member ids (ACwAA...) do.
CREATE FUNCTION ingest.clean_linkedin_slug(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF value LIKE 'AC_AA%' THEN
        RETURN value;
    END IF;
    RETURN nullif(lower(CASE WHEN strpos(value, '%') > 0 THEN ingest.decode_percent(value) ELSE value END COLLATE pg_c_utf8), '');
END $$;

-- The path of a page on LinkedIn as segments, or of a path without a host; NULL if it is an address elsewhere.
CREATE FUNCTION ingest.linkedin_path(value text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    path text[];
    host text;
BEGIN
    value := split_part(split_part(value, '?', 1), '#', 1);
    path := string_to_array(ltrim(CASE WHEN strpos(value, '://') > 0 THEN split_part(value, '://', 2) ELSE value END, '/'), '/');
    host := lower(path[1]);
    IF host = 'linkedin.com' OR host LIKE '%.linkedin.com' THEN
        path := path[2:];
    ELSIF strpos(host, '.') > 0 THEN
        RETURN NULL;
    END IF;
    RETURN CASE WHEN lower(path[1]) IN ('mwlite', 'sales', 'talent') THEN path[2:] ELSE path END;
END $$;

-- A person's page in the one form `https://www.linkedin.com/in/slug`; NULL for pages that are not a person's.
CREATE FUNCTION ingest.clean_linkedin_person(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    path text[];
BEGIN
    IF value LIKE 'http://www.linkedin.com/in/_%' AND substr(value, 28) !~ '[^a-z0-9-]' THEN
        RETURN 'https://www.linkedin.com/in/' || substr(value, 28);
    END IF;
    path := ingest.linkedin_path(value);
    IF lower(path[1]) IN ('in', 'lead', 'people', 'profile') THEN
        RETURN 'https://www.linkedin.com/in/' || ingest.clean_linkedin_slug(split_part(path[2], ',', 1));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ingest.clean_linkedin_company(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    path text[];
    kind text;
BEGIN
    IF value LIKE 'http://www.linkedin.com/company/_%' AND substr(value, 33) !~ '[^a-z0-9-]' THEN
        RETURN 'https://www.linkedin.com/company/' || substr(value, 33);
    END IF;
    path := ingest.linkedin_path(value);
    kind := lower(path[1]);
    IF kind IN ('company', 'school', 'showcase', 'organization') THEN
        RETURN concat('https://www.linkedin.com/', replace(kind, 'organization', 'company'), '/')
               || ingest.clean_linkedin_slug(path[2]);
    END IF;
    RETURN NULL;
END $$;

-- The domain of a website, an address or a bare domain. A page on one of the sites that have pages of companies
-- says nothing about the company's own domain.
CREATE FUNCTION ingest.clean_domain(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    name CONSTANT text := '^([^@:?#;,.\s_]+\.)+[^@:?#;,.\s_0-9][^@:?#;,.\s_]+$';
    domain text;
    path text;
BEGIN
    value := lower(value COLLATE pg_c_utf8);
    IF strpos(value, '://') > 0 THEN
        value := split_part(value, '://', 2);
    END IF;
    domain := split_part(value, '/', 1);
    path := substr(value, length(domain) + 2);
    IF domain LIKE 'www.%' THEN
        domain := substr(domain, 5);
    END IF;
    IF domain !~ name THEN
        domain := rtrim(substring(domain FROM '^(?:[^@]*@)?(?:www\.)?([^@:?#;,]+)'), '.');
    END IF;
    IF domain !~ name OR path <> '' AND (domain = 'sites.google.com'
        OR concat_ws('.', split_part(domain, '.', -2), split_part(domain, '.', -1)) IN (
            'linkedin.com', 'facebook.com', 'fb.com', 'twitter.com', 'x.com', 'instagram.com', 'youtube.com',
            'tiktok.com', 'crunchbase.com', 'wellfound.com', 'github.com', 'medium.com', 'linktr.ee', 'angel.co',
            'bit.ly')) THEN
        RETURN NULL;
    END IF;
    RETURN domain;
END $$;

-- 1,250 · 2.5E+07 · $25M · 1.000.000 · 2,5 Mio: one number. A range ("51-200") is none.
CREATE FUNCTION ingest.clean_number(value text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    part text[];
BEGIN
    IF length(value) > 40 THEN
        RETURN NULL;
    END IF;
    value := upper(regexp_replace(value, '[\s$€£¥''+~]|USD|EUR|GBP', '', 'gi'));
    value := CASE WHEN value ~ ',[0-9][0-9]?[A-Z]*$' THEN replace(replace(value, '.', ''), ',', '.')
                  WHEN value ~ '^-?[0-9][0-9]?[0-9]?(\.[0-9][0-9][0-9])+$' THEN replace(value, '.', '')
                  ELSE replace(value, ',', '') END;
    part := regexp_match(value, '^(-?[0-9]+\.?[0-9]*)(E-?[0-9][0-9]?)?(K|THOUSAND|MM?|MN|MIO|MILLION|BN?|BILLION)?$');
    RETURN trim_scale((part[1] || coalesce(part[2], ''))::numeric * CASE left(part[3], 1)
        WHEN 'K' THEN 1000 WHEN 'T' THEN 1000 WHEN 'M' THEN 1000000 WHEN 'B' THEN 1000000000 ELSE 1 END);
END $$;

-- A number where the cell is one; a range ("51-200 employees") stays as written; words alone are nothing.
CREATE FUNCTION ingest.clean_money(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    number numeric;
BEGIN
    IF length(value) < 16 AND translate(value, '0123456789', '') = '' THEN
        RETURN to_jsonb(value::bigint);
    END IF;
    number := ingest.clean_number(value);
    IF number IS NOT NULL THEN
        RETURN to_jsonb(number);
    END IF;
    RETURN to_jsonb(CASE WHEN value ~ '[0-9]' THEN value END);
END $$;

-- YYYY-MM-DD, or as much of it as the cell says: 2023-02 · 2023. The month is first where it could be either.
CREATE FUNCTION ingest.clean_date(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    part text[];
    y integer;
    m integer;
    d integer;
BEGIN
    IF value LIKE '20__-__-__' AND translate(value, '0123456789', '') = '--'
       AND substr(value, 6, 2) BETWEEN '01' AND '12' AND substr(value, 9) BETWEEN '01' AND '28' THEN
        RETURN value;
    ELSIF value ~ '^[0-9][0-9][0-9][0-9]([-/][0-9]|$)' THEN
        part := string_to_array(translate(split_part(split_part(value, 'T', 1), ' ', 1), '/', '-'), '-');
    ELSIF value ~ '^[0-9]+[/.-][0-9]+[/.-][0-9]+( |$)' THEN
        part := string_to_array(translate(split_part(value, ' ', 1), '/.', '--'), '-');
        part := CASE WHEN strpos(value, '.') > 0 OR length(part[1]) = 2 AND part[1] > '12'
                     THEN ARRAY[part[3], part[2], part[1]] ELSE ARRAY[part[3], part[1], part[2]] END;
    ELSIF value ~ '^[0-9]+/[0-9][0-9][0-9][0-9]$' THEN
        part := ARRAY[split_part(value, '/', 2), split_part(value, '/', 1)];
    ELSE
        part := regexp_match(lower(value), '^(?:([0-9]+) )?([a-z][a-z][a-z])[a-z]*\.? (?:([0-9]+), ?)?([0-9][0-9][0-9][0-9])$');
        m := array_position('{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}', part[2]);
        part := ARRAY[part[4], coalesce(m, 0)::text, coalesce(part[1], part[3])];
    END IF;
    part := array_remove(part, NULL);
    IF array_to_string(part, '-') !~ '^([0-9][0-9])?[0-9][0-9](-[0-9][0-9]?(-[0-9][0-9]?)?)?$' THEN
        RETURN NULL;
    END IF;
    y := part[1]::integer + CASE WHEN length(part[1]) = 4 THEN 0 WHEN part[1] < '70' THEN 2000 ELSE 1900 END;
    m := part[2];
    d := part[3];
    IF y NOT BETWEEN 1800 AND 2200 OR m NOT BETWEEN 1 AND 12
       OR d NOT BETWEEN 1 AND extract(day FROM make_date(y, m, 1) + interval '1 month - 1 day') THEN
        RETURN NULL;
    END IF;
    RETURN concat_ws('-', y, lpad(m::text, 2, '0'), lpad(d::text, 2, '0'));
END $$;

-- A time of ISO 8601 as it stands; any other form is as good as a date.
CREATE FUNCTION ingest.clean_timestamp(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    day text := ingest.clean_date(CASE WHEN value LIKE '____-__-__T%' THEN left(value, 10) ELSE value END);
BEGIN
    IF length(day) = 10 AND (
        value LIKE '%T__:__:__+00:00' AND translate(substr(value, 11), '0123456789', '') = 'T::+:'
            AND substr(value, 12, 2) < '24' AND substr(value, 15, 2) < '60' AND substr(value, 18, 2) < '60'
        OR substr(value, 11) ~ '^[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-][0-9][0-9]:?[0-9][0-9])?$'
    ) THEN
        RETURN concat(left(value, 10), 'T', substr(value, 12));
    END IF;
    RETURN day;
END $$;

CREATE FUNCTION ingest.clean_url(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN value LIKE '%_._%' AND value !~ '\s' THEN value END;
END $$;

CREATE FUNCTION ingest.clean_integer(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN ingest.clean_money(value);
END $$;
