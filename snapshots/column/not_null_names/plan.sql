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
-- 2 to create, 6 to change; 8 statements in 1 transaction; hazards: locks-partition-tree 1, may-fail 1, partition-created-in-place 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.client.id (new.toml:2)
ALTER TABLE public.client RENAME CONSTRAINT client_id TO client_id_not_null;

-- alter column public.client.name (new.toml:3)
ALTER TABLE public.client RENAME CONSTRAINT client_name_not_null TO client_named;

-- alter column public.client.mail (new.toml:4)
ALTER TABLE public.client ALTER CONSTRAINT client_mail INHERIT;

-- alter column public.client.phone (new.toml:5)
-- hazard may-fail: it fails if there are rows of public.client without a value in phone
ALTER TABLE public.client ADD CONSTRAINT client_phoned NOT NULL phone NOT VALID;

-- alter column public.client.note (new.toml:6)
ALTER TABLE public.client VALIDATE CONSTRAINT client_note_not_null;

SET LOCAL search_path = public;
-- create column public.client.fax with default (new.toml:7)
ALTER TABLE public.client ADD COLUMN fax text DEFAULT '' CONSTRAINT client_faxed NOT NULL;

-- alter column public.event.sort (new.toml:10)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.event RENAME CONSTRAINT event_sort_not_null TO event_sorted;

-- create table public.event_b with 1 column (new.toml:13)
-- hazard partition-created-in-place: reads and writes of public.event wait; a table that is made alone and then attached does not stop them
CREATE TABLE public.event_b PARTITION OF public.event (
    at CONSTRAINT event_b_at NOT NULL
) for values in ('b');

COMMIT;
