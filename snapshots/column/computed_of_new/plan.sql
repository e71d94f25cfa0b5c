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
-- 1 to create, 1 to change; 3 statements in 1 transaction; hazards: locks-partition-tree 1, rewrite-table 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace column public.letter.twice (new.toml:8)
ALTER TABLE public.letter DROP COLUMN twice;

SET LOCAL search_path = public;
-- create column public.parcel.weight (new.toml:4)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.parcel ADD COLUMN weight integer;

-- replace column public.letter.twice (new.toml:8)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.letter ADD COLUMN twice integer GENERATED ALWAYS AS (weight * 2) STORED;

COMMIT;
