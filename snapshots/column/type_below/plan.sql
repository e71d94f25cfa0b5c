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
-- 2 to change, 2 to rebuild; 6 statements in 1 transaction; hazards: locks-partition-tree 6, rewrite-table 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild default of public.letter.place, because column public.parcel.place changes (new.toml:8)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter ALTER COLUMN place DROP DEFAULT;

-- rebuild column public.letter.twice, because column public.parcel.number changes (new.toml:9)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter DROP COLUMN twice;

SET LOCAL search_path = public;
-- alter column public.parcel.number (new.toml:3)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.parcel ALTER COLUMN number TYPE bigint;

-- alter column public.parcel.place (new.toml:4)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.parcel ALTER COLUMN place TYPE integer USING length(place);

-- rebuild column public.letter.twice, because column public.parcel.number changes (new.toml:9)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter ADD COLUMN twice bigint GENERATED ALWAYS AS (number * 2) STORED;

-- rebuild default of public.letter.place, because column public.parcel.place changes (new.toml:8)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter ALTER COLUMN place SET DEFAULT 5;

COMMIT;
