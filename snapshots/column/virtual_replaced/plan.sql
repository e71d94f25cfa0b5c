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
-- 2 to change, 1 to rebuild; 6 statements in 1 transaction; hazards: locks-partition-tree 2, may-fail 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild constraint public.card.twice_check, because column public.letter.twice changes (new.toml:10)
ALTER TABLE public.card DROP CONSTRAINT twice_check;

-- replace column public.letter.twice (new.toml:7)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter DROP COLUMN twice;

-- replace column public.parcel.twice (new.toml:4)
ALTER TABLE public.parcel DROP COLUMN twice;

SET LOCAL search_path = public;
-- replace column public.letter.twice (new.toml:7)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter ADD COLUMN twice integer GENERATED ALWAYS AS (number * 3) VIRTUAL;

-- replace column public.parcel.twice (new.toml:4)
ALTER TABLE public.parcel ADD COLUMN twice integer GENERATED ALWAYS AS (number * 3) VIRTUAL;

-- rebuild constraint public.card.twice_check, because column public.letter.twice changes (new.toml:10)
-- hazard scan-exclusive: public.card is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.card that violate twice_check
ALTER TABLE public.card ADD CONSTRAINT twice_check CHECK (twice > 0);

COMMIT;
