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
-- 2 to change, 1 to rebuild; 6 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.answered, because function public.answer() changes (new.toml:4)
DROP VIEW public.answered;

-- replace function public.answer() (new.toml:2)
DROP FUNCTION public.answer();

-- replace function public.many() (new.toml:3)
DROP FUNCTION public.many();

SET LOCAL search_path = public;
-- replace function public.answer() (new.toml:2)
CREATE FUNCTION public.answer() RETURNS bigint LANGUAGE sql STABLE AS $$select 42::bigint$$;

-- replace function public.many() (new.toml:3)
CREATE FUNCTION public.many() RETURNS SETOF integer LANGUAGE sql AS $$select 1$$;

-- rebuild view public.answered, because function public.answer() changes (new.toml:4)
CREATE VIEW public.answered AS
select answer() as a;

COMMIT;
