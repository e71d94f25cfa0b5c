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
-- 1 to create, 1 to change; 4 statements in 1 transaction; hazards: backfill-needed 1, locks-partition-tree 2, may-fail 1, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.ch.c (new.toml:7)
-- hazard scan-exclusive: public.ch is read while its reads and writes wait, unless a valid CHECK proves that c is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.ch without a value in c
ALTER TABLE public.ch ALTER COLUMN c SET NOT NULL;

SET LOCAL search_path = public;
-- create column public.par.c (new.toml:3)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.par ADD COLUMN c text;

-- create column public.par.c (new.toml:3)
-- hazard backfill-needed: every row of the table is updated
UPDATE public.par SET c = 'filled' WHERE c IS NULL;

-- create column public.par.c (new.toml:3)
-- hazard scan-exclusive: public.par is read while its reads and writes wait, unless a valid CHECK proves that c is not null; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.par ALTER COLUMN c SET NOT NULL;

COMMIT;
