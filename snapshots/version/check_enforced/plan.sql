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
-- 3 to change; 3 statements in 1 transaction; hazards: locks-partition-tree 3, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter constraint public.part.day_known (new.toml:9)
-- hazard scan-exclusive: public.part is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.part ALTER CONSTRAINT day_known ENFORCED;

-- alter constraint public.visit.id_positive (new.toml:3)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.visit ALTER CONSTRAINT id_positive NOT ENFORCED;

-- alter constraint public.visit.ward_known (new.toml:3)
-- hazard scan-exclusive: public.visit is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.visit ALTER CONSTRAINT ward_known ENFORCED;

COMMIT;
