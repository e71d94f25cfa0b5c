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
-- 1 to change, 1 to rebuild; 5 statements in 1 transaction; hazards: rewrite-table 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild statistics public.client_both, because column public.client.id changes (new.toml:5)
DROP STATISTICS public.client_both;

SET LOCAL search_path = public;
-- alter column public.client.id (new.toml:3)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ALTER COLUMN id TYPE bigint;

-- rebuild statistics public.client_both, because column public.client.id changes (new.toml:5)
CREATE STATISTICS public.client_both ON id, name FROM public.client;

-- rebuild statistics public.client_both, because column public.client.id changes (new.toml:5)
ALTER STATISTICS public.client_both SET STATISTICS 10;

-- rebuild statistics public.client_both, because column public.client.id changes (new.toml:5)
COMMENT ON STATISTICS public.client_both IS 'Names follow ids.';

COMMIT;
