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
-- 6 to create, 2 to change; 14 statements in 1 transaction; hazards: data-loss 1, detach-blocking 1, may-fail 1, rewrite-table 3, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.visit_a (new.toml:7)
-- hazard detach-blocking: reads and writes of public.visit wait
ALTER TABLE public.visit DETACH PARTITION public.visit_a;

-- create column public.visit_a.ward (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN ward DROP DEFAULT;

SET LOCAL search_path = public;
-- create column public.visit_a.ward (new.toml:8)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard data-loss: texts that are too long are cut or refused
ALTER TABLE public.visit_a ALTER COLUMN ward TYPE character varying(9);

-- create column public.visit_a.ward (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN ward DROP NOT NULL;

-- create column public.visit_a.day (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN day DROP DEFAULT;

-- create column public.visit_a.day (new.toml:8)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.visit_a ALTER COLUMN day TYPE timestamp without time zone;

-- create column public.visit_a.note with default (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN note TYPE character varying;

-- create column public.visit_a.note with default (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN note DROP NOT NULL;

-- create column public.visit_a.note with default (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN note SET DEFAULT 'x';

-- create column public.visit_a.mark (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN mark SET STORAGE EXTENDED;

-- create column public.visit_a.twice (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN twice DROP EXPRESSION;

-- alter column public.visit_a.number (new.toml:8)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.visit_a ALTER COLUMN number TYPE bigint;

-- alter column public.visit_a.number (new.toml:8)
-- hazard scan-exclusive: public.visit_a is read while its reads and writes wait, unless a valid CHECK proves that number is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.visit_a without a value in number
ALTER TABLE public.visit_a ALTER COLUMN number SET NOT NULL;

-- alter column public.visit_a.number (new.toml:8)
ALTER TABLE public.visit_a ALTER COLUMN number SET STATISTICS 20;

COMMIT;
