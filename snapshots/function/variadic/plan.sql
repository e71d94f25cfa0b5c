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
-- 1 to create, 1 to change, 1 to drop; 4 statements in 1 transaction; hazards: undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace view public.found (new.toml:3)
DROP VIEW public.found;

-- drop function public.most(integer[]), not in the declaration
-- hazard undeclared-drop: function:public.most(integer[]) is not in the declaration
DROP FUNCTION public.most(integer[]);

SET LOCAL search_path = public;
-- create function public.most(variadic integer[]) (new.toml:2)
CREATE FUNCTION public.most(variadic integer[]) RETURNS integer LANGUAGE sql AS $$ select max(n) from unnest($1) n $$;

-- replace view public.found (new.toml:3)
CREATE VIEW public.found AS
select most(1, 2) as n;

COMMIT;
