SET client_encoding = 'UTF8';
SET default_tablespace = '';
SET default_table_access_method = 'heap';
SET standard_conforming_strings = 'on';
SET backslash_quote = 'safe_encoding';
SET array_nulls = 'on';
SET transform_null_equals = 'off';
SET xmloption = 'content';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET timezone_abbreviations = 'Default';
SET lc_monetary = 'C';
SET bytea_output = 'hex';
SET extra_float_digits = '1';
SET xmlbinary = 'base64';
SET quote_all_identifiers = 'off';
SET check_function_bodies = 'off';
SET row_security = 'off';
SET default_transaction_isolation = 'read committed';
SET default_transaction_deferrable = 'off';
SET synchronize_seqscans = 'off';
SET TimeZone = 'UTC';
-- plan for golden (PostgreSQL)
-- 1 to create, 2 to change, 8 to rebuild, 5 to drop; 17 statements in 1 transaction; hazards: data-loss 3, may-fail 3, rewrite-table 1, undeclared-drop 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace enum public.kind (new.toml:3)
-- hazard may-fail: it stops the plan if a row still holds 'never'
DO $$
DECLARE
    used text;
BEGIN
    SELECT string_agg(format('%s holds %L %s times', place, value, times), ', ') INTO used FROM (
        SELECT place, value, count(*) AS times FROM (
            SELECT 'public.visit.all_kinds' AS place, in0.value0::text AS value FROM public.visit AS t, LATERAL (SELECT value0 FROM unnest(t.all_kinds) AS value0) AS in0
            UNION ALL SELECT 'public.visit.kind' AS place, t.kind::text AS value FROM public.visit AS t
            UNION ALL SELECT 'public.visit.step' AS place, (t.step).kind::text AS value FROM public.visit AS t
        ) AS held WHERE value IN ('never') GROUP BY place, value ORDER BY place, value
    ) AS counted;
    IF used IS NOT NULL THEN
        RAISE EXCEPTION '%', 'enum public.kind is to lose values that are in use: ' || used
            USING HINT = 'Give these rows other values first.';
    END IF;
END
$$;

-- replace table public.visit (new.toml:8)
LOCK TABLE public.visit IN ACCESS EXCLUSIVE MODE;

-- replace table public.visit (new.toml:8)
-- hazard rewrite-table: all rows are copied to public.visit_former, and from there to the table that is made again, while reads and writes wait
CREATE TABLE public.visit_former AS
SELECT id, kind::text COLLATE pg_catalog."default" AS kind, code, mark::text COLLATE pg_catalog."default" AS mark, all_kinds::text COLLATE pg_catalog."default" AS all_kinds, step::text COLLATE pg_catalog."default" AS step, note, gone::text COLLATE pg_catalog."default" AS gone, number, colour::text COLLATE pg_catalog."default" AS colour, rest::text COLLATE pg_catalog."default" AS rest
FROM public.visit;

-- replace table public.visit with 3 columns, 1 constraint (new.toml:8)
-- rebuild column public.visit.code, because table public.visit changes (new.toml:10)
-- drop column public.visit.colour, not in the declaration
-- drop column public.visit.gone, not in the declaration
-- rebuild column public.visit.id, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.mark, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.note, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.number, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.rest, because table public.visit changes (new.toml:10)
-- rebuild default of public.visit.rest, because table public.visit changes (new.toml:10)
DROP TABLE public.visit;

-- drop collation clinic.german, not in the declaration
-- hazard undeclared-drop: collation:clinic.german is not in the declaration
DROP COLLATION clinic.german;

-- rebuild type public.step, because enum public.kind changes (new.toml:5)
DROP TYPE public.step;

-- drop enum clinic.colour, not in the declaration
-- hazard undeclared-drop: enum:clinic.colour is not in the declaration
DROP TYPE clinic.colour;

-- replace enum public.kind (new.toml:3)
DROP TYPE public.kind;

-- drop schema clinic, not in the declaration
-- hazard undeclared-drop: schema:clinic is not in the declaration
DROP SCHEMA clinic;

-- replace enum public.kind (new.toml:3)
CREATE TYPE public.kind AS ENUM ('done', 'open');

SET LOCAL search_path = public;
-- rebuild type public.step, because enum public.kind changes (new.toml:5)
CREATE TYPE public.step AS (id integer, kind kind);

-- replace table public.visit with 3 columns (new.toml:8)
-- rebuild column public.visit.id, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.code, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.mark, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.note, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.number, because table public.visit changes (new.toml:10)
-- rebuild column public.visit.rest, because table public.visit changes (new.toml:10)
-- rebuild default of public.visit.rest, because table public.visit changes (new.toml:10)
CREATE TABLE public.visit (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    kind kind NOT NULL,
    code integer,
    mark character varying(2) NOT NULL,
    all_kinds kind[],
    step step,
    note text NOT NULL,
    number smallint NOT NULL,
    rest text DEFAULT 'red' NOT NULL
) PARTITION BY hash (id);

-- create table public.visit_0 (new.toml:12)
CREATE TABLE public.visit_0 PARTITION OF public.visit for values with (modulus 1, remainder 0);

-- replace table public.visit (new.toml:8)
-- hazard may-fail: it fails if a row belongs to no partition
-- hazard may-fail: it fails if a row has no value in column mark
-- hazard data-loss: column mark: texts that are too long are cut or refused
-- hazard data-loss: the values of column gone are lost
-- hazard data-loss: the values of column colour are lost
INSERT INTO public.visit (id, kind, code, mark, all_kinds, step, note, number, rest) OVERRIDING SYSTEM VALUE
SELECT id, kind::kind, code::integer + 0, mark, all_kinds::kind[], step::step, coalesce(note, 'none'), number, rest FROM public.visit_former;

-- replace table public.visit (new.toml:8)
SELECT setval(pg_get_serial_sequence('public.visit', 'id'), max(id)) FROM public.visit HAVING max(id) >= 1;

-- replace table public.visit (new.toml:8)
DROP TABLE public.visit_former;

-- rebuild constraint public.visit.visit_pkey, because table public.visit changes (new.toml:10)
ALTER TABLE public.visit ADD CONSTRAINT visit_pkey PRIMARY KEY (id);

COMMIT;
