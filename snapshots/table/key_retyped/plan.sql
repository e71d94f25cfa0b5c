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
-- 9 to rebuild; 21 statements in 1 transaction; hazards: detach-blocking 3, locks-other-table 3, may-fail 1, rewrite-table 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild table public.visit, because column public.visit.day changes (new.toml:2)
LOCK TABLE public.visit IN ACCESS EXCLUSIVE MODE;

-- rebuild table public.visit, because column public.visit.day changes (new.toml:2)
-- hazard rewrite-table: all rows are copied to public.visit_former, and from there to the table that is made again, while reads and writes wait
CREATE TABLE public.visit_former AS TABLE public.visit;

-- rebuild table public.visit, because column public.visit.day changes (new.toml:2)
CREATE TABLE public.visit_counts_former AS SELECT 'public.visit_id_seq'::text AS what, last_value, is_called FROM public.visit_id_seq;

-- rebuild view public.notes, because column public.visit.day changes (new.toml:19)
DROP VIEW public.notes;

-- rebuild table public.visit_1a, because column public.visit.day changes (new.toml:12)
-- hazard detach-blocking: reads and writes of public.visit_1 wait
-- hazard locks-other-table: it also locks public.visit_1, which it does not name
DROP TABLE public.visit_1a;

-- rebuild table public.visit_1, because column public.visit.day changes (new.toml:8)
-- hazard detach-blocking: reads and writes of public.visit wait
-- hazard locks-other-table: it also locks public.visit, public.visit_rest, which it does not name
DROP TABLE public.visit_1;

-- rebuild table public.visit_rest, because column public.visit.day changes (new.toml:15)
-- hazard detach-blocking: reads and writes of public.visit wait
-- hazard locks-other-table: it also locks public.visit, which it does not name
DROP TABLE public.visit_rest;

-- rebuild table public.visit, because column public.visit.day changes with 1 column, 1 constraint, 1 index (new.toml:2)
-- rebuild column public.visit.day, because column public.visit.day changes (new.toml:4)
-- rebuild column public.visit.note, because column public.visit.day changes (new.toml:4)
-- rebuild column public.visit.ward, because column public.visit.day changes (new.toml:4)
-- rebuild sequence public.visit_id_seq, because column public.visit.day changes (new.toml:4)
DROP TABLE public.visit;

SET LOCAL search_path = public;
-- rebuild table public.visit, because column public.visit.day changes with 1 column (new.toml:2)
-- rebuild column public.visit.ward, because column public.visit.day changes (new.toml:4)
-- rebuild column public.visit.day, because column public.visit.day changes (new.toml:4)
-- rebuild column public.visit.note, because column public.visit.day changes (new.toml:4)
CREATE TABLE public.visit (
    id integer NOT NULL,
    ward bigint NOT NULL,
    day timestamp without time zone NOT NULL,
    note character varying
) PARTITION BY list (ward);

-- rebuild sequence public.visit_id_seq, because column public.visit.day changes (new.toml:4)
CREATE SEQUENCE public.visit_id_seq AS integer OWNED BY public.visit.id;

-- rebuild table public.visit_1, because column public.visit.day changes (new.toml:8)
CREATE TABLE public.visit_1 PARTITION OF public.visit for values in (1) PARTITION BY range (day);

-- rebuild table public.visit_1a, because column public.visit.day changes (new.toml:12)
CREATE TABLE public.visit_1a PARTITION OF public.visit_1 for values from ('2026-01-01') to ('2027-01-01');

-- rebuild table public.visit_rest, because column public.visit.day changes (new.toml:15)
CREATE TABLE public.visit_rest PARTITION OF public.visit default;

-- rebuild default of public.visit.id, because column public.visit.day changes (new.toml:4)
ALTER TABLE public.visit ALTER COLUMN id SET DEFAULT nextval('public.visit_id_seq'::regclass);

-- rebuild table public.visit, because column public.visit.day changes (new.toml:2)
-- hazard may-fail: it fails if a row belongs to no partition
INSERT INTO public.visit (id, ward, day, note)
SELECT id, ward, day, note FROM public.visit_former;

-- rebuild table public.visit, because column public.visit.day changes (new.toml:2)
SELECT pg_catalog.setval('public.visit_id_seq', last_value, is_called) FROM public.visit_counts_former WHERE what = 'public.visit_id_seq';

-- rebuild table public.visit, because column public.visit.day changes (new.toml:2)
DROP TABLE public.visit_former;

-- rebuild table public.visit, because column public.visit.day changes (new.toml:2)
DROP TABLE public.visit_counts_former;

-- rebuild constraint public.visit.visit_pkey, because column public.visit.day changes (new.toml:5)
ALTER TABLE public.visit ADD CONSTRAINT visit_pkey PRIMARY KEY (id, ward, day);

-- rebuild index public.visit.visit_note_idx, because column public.visit.day changes (new.toml:6)
CREATE INDEX visit_note_idx ON public.visit (note);

-- rebuild view public.notes, because column public.visit.day changes (new.toml:19)
CREATE VIEW public.notes AS
select ward, note from visit;

COMMIT;
