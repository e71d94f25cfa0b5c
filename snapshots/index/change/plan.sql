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
-- 1 to change, 1 to rename; 4 statements in 1 transaction; hazards: non-concurrent-index 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename index public.client.client_name_idx to client_by_name_idx (new.toml:4)
ALTER INDEX public.client_name_idx RENAME TO client_by_name_idx;

-- replace index public.client.client_lower_idx (new.toml:5)
-- hazard non-concurrent-index: reads and writes of public.client wait while the index is dropped
DROP INDEX public.client_lower_idx;

SET LOCAL search_path = public;
-- replace index public.client.client_lower_idx (new.toml:5)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_lower_idx ON public.client (lower(name)) WHERE (id > 5);

-- replace index public.client.client_lower_idx (new.toml:5)
COMMENT ON INDEX public.client_lower_idx IS 'Fewer.';

COMMIT;
