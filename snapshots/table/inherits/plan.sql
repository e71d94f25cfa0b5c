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
-- 3 to create, 1 to change; 4 statements in 1 transaction; hazards: locks-partition-tree 2, may-fail 2, non-concurrent-index 1, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create column public.base.at with default (new.toml:2)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.base ADD COLUMN at date DEFAULT current_date;

-- alter column public.child.note (new.toml:6)
-- hazard scan-exclusive: public.child is read while its reads and writes wait, unless a valid CHECK proves that note is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.child without a value in note
ALTER TABLE public.child ALTER COLUMN note SET NOT NULL;

-- create constraint public.base.positive (new.toml:3)
-- hazard scan-exclusive: public.base is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.base that violate positive
ALTER TABLE public.base ADD CONSTRAINT positive CHECK (id > 0);

-- create index public.child.child_id_idx (new.toml:7)
-- hazard non-concurrent-index: writes to public.child wait until the index is built; with --online always they go on
CREATE INDEX child_id_idx ON public.child (id);

COMMIT;
