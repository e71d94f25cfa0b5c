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
-- 4 to change; 16 statements in 1 transaction; hazards: may-fail 1, rewrite-table 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace range public.span (new.toml:5)
ALTER TYPE public.span_multirange RENAME TO span_former_multirange;

-- replace range public.span (new.toml:5)
ALTER TYPE public.span RENAME TO span_former;

-- replace range public.span (new.toml:5)
ALTER FUNCTION public.span(integer, integer) RENAME TO span_former;

-- replace range public.span (new.toml:5)
ALTER FUNCTION public.span(integer, integer, text) RENAME TO span_former;

-- replace range public.span (new.toml:5)
ALTER FUNCTION public.span_multirange() RENAME TO span_former_multirange;

-- replace range public.span (new.toml:5)
ALTER FUNCTION public.span_multirange(public.span_former) RENAME TO span_former_multirange;

-- replace range public.span (new.toml:5)
ALTER FUNCTION public.span_multirange(VARIADIC public.span_former[]) RENAME TO span_former_multirange;

SET LOCAL search_path = public;
-- replace range public.span (new.toml:5)
CREATE TYPE public.span AS RANGE (subtype = bigint);

-- alter column public.visit.seen (new.toml:9)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.visit ALTER COLUMN seen TYPE flag USING seen::flag;

-- alter column public.visit.note (new.toml:9)
ALTER TABLE public.visit ALTER COLUMN note TYPE character varying;

-- alter column public.visit.note (new.toml:9)
ALTER TABLE public.visit ALTER COLUMN note SET STORAGE EXTERNAL;

-- alter column public.visit.note (new.toml:9)
ALTER TABLE public.visit ALTER COLUMN note SET COMPRESSION pglz;

-- alter column public.visit.days, because range public.span changes (new.toml:9)
-- hazard may-fail: it fails if a bound is no bigint as it is printed as integer
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.visit ALTER COLUMN days TYPE span USING days::text::span;

-- alter column public.visit.days, because range public.span changes (new.toml:9)
ALTER TABLE public.visit ALTER COLUMN days SET STORAGE MAIN;

-- alter column public.visit.days, because range public.span changes (new.toml:9)
ALTER TABLE public.visit ALTER COLUMN days SET COMPRESSION pglz;

-- replace range public.span (new.toml:5)
DROP TYPE public.span_former;

COMMIT;
