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
-- 1 to change, 1 to rebuild; 4 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.first, because function public.first_of(anyelement) changes (new.toml:4)
DROP VIEW public.first;

-- replace function public.first_of(anyelement) (new.toml:3)
DROP FUNCTION public.first_of(anyelement);

SET LOCAL search_path = public;
-- replace function public.first_of(anyelement) (new.toml:3)
CREATE FUNCTION public.first_of(thing anyelement default 'x'::text) RETURNS text LANGUAGE sql AS $$ select $1::text $$;

-- rebuild view public.first, because function public.first_of(anyelement) changes (new.toml:4)
CREATE VIEW public.first AS
select first_of() as first;

COMMIT;
