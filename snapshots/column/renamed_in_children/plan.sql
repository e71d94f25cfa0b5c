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
-- 2 to rename; 2 statements in 1 transaction; hazards: locks-partition-tree 2, rename-breaks-clients 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename column public.reading.value to amount (new.toml:3)
-- hazard rename-breaks-clients: code that uses the old name stops working
-- hazard locks-partition-tree: it locks 3 partitions or children too, one after the other
ALTER TABLE public.reading RENAME COLUMN value TO amount;

-- rename constraint public.reading.positive to above_zero (new.toml:4)
-- hazard locks-partition-tree: it locks 3 partitions or children too, one after the other
ALTER TABLE public.reading RENAME CONSTRAINT positive TO above_zero;

COMMIT;
