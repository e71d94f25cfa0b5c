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
-- 3 to change, 3 to rebuild; 18 statements in 1 transaction; hazards: rewrite-table 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild function public."height_of(public.spot)", because type public.spot changes (new.toml:8)
DROP FUNCTION public.height_of(public.spot);

-- rebuild function public."name_of(public.spot)", because type public.spot changes (new.toml:9)
DROP FUNCTION public.name_of(public.spot);

-- rebuild range public.spans, because type public.span changes (new.toml:6)
ALTER TYPE public.spans_multirange RENAME TO spans_former_multirange;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
ALTER TYPE public.spans RENAME TO spans_former;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
ALTER FUNCTION public.spans(public.span, public.span) RENAME TO spans_former;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
ALTER FUNCTION public.spans(public.span, public.span, text) RENAME TO spans_former;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
ALTER FUNCTION public.spans_multirange() RENAME TO spans_former_multirange;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
ALTER FUNCTION public.spans_multirange(public.spans_former) RENAME TO spans_former_multirange;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
ALTER FUNCTION public.spans_multirange(VARIADIC public.spans_former[]) RENAME TO spans_former_multirange;

-- replace type public.span (new.toml:4)
ALTER TYPE public.span RENAME TO span_former;

SET LOCAL search_path = public;
-- replace type public.span (new.toml:4)
CREATE TYPE public.span AS (low integer, high bigint);

-- alter type public.spot (new.toml:3)
ALTER TYPE public.spot ALTER ATTRIBUTE height TYPE bigint;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
CREATE TYPE public.spans AS RANGE (subtype = span);

-- alter column public.place.spans, because type public.span changes (new.toml:11)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.place ALTER COLUMN spans TYPE spans USING spans::text::spans;

-- rebuild range public.spans, because type public.span changes (new.toml:6)
DROP TYPE public.spans_former;

-- replace type public.span (new.toml:4)
DROP TYPE public.span_former;

-- rebuild function public."height_of(public.spot)", because type public.spot changes (new.toml:8)
CREATE FUNCTION public.height_of(public.spot) RETURNS bigint LANGUAGE sql begin atomic select ($1).height::bigint; end;

-- rebuild function public."name_of(public.spot)", because type public.spot changes (new.toml:9)
CREATE FUNCTION public.name_of(public.spot) RETURNS text LANGUAGE sql AS $$ select ($1).name $$;

COMMIT;
