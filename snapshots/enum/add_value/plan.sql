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
-- 2 to change; 3 statements in 3 transactions
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 3
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter enum public.status (new.toml:2)
ALTER TYPE public.status ADD VALUE 'new' BEFORE 'open';

COMMIT;

-- transaction 2 of 3
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter enum public.status (new.toml:2)
ALTER TYPE public.status ADD VALUE 'waiting' AFTER 'open';

COMMIT;

-- transaction 3 of 3
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- alter default of public.task.status (new.toml:5)
ALTER TABLE public.task ALTER COLUMN status SET DEFAULT 'new';

COMMIT;
