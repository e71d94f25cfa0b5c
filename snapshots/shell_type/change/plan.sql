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
-- 1 to create, 1 to rename, 1 to drop; 5 statements in 1 transaction; hazards: undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename shell type public.one to public.three (new.toml:2)
DROP TYPE public.one;

-- rename shell type public.one to public.three (new.toml:2)
CREATE TYPE public.three;

-- drop shell type public.two, not in the declaration
-- hazard undeclared-drop: shell_type:public.two is not in the declaration
DROP TYPE public.two;

-- create shell type public.four (new.toml:3)
CREATE TYPE public.four;

-- create shell type public.four (new.toml:3)
COMMENT ON TYPE public.four IS 'To come.';

COMMIT;
