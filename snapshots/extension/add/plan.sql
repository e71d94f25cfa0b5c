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
-- 3 to create; 4 statements in 1 transaction; hazards: extension-change 1, non-concurrent-index 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create schema extensions (new.toml:2)
CREATE SCHEMA extensions;

-- create extension pg_trgm (new.toml:4)
-- hazard extension-change: what the extension's script does is not looked into
CREATE EXTENSION pg_trgm SCHEMA extensions;

SET LOCAL search_path = public;
-- create index public.person.person_name_idx (new.toml:7)
-- hazard non-concurrent-index: writes to public.person wait until the index is built; with --online always they go on
CREATE INDEX person_name_idx ON public.person USING gin (name extensions.gin_trgm_ops);

-- create extension pg_trgm (new.toml:4)
COMMENT ON EXTENSION pg_trgm IS 'Searching names.';

COMMIT;
