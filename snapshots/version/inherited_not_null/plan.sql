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
-- 4 to change; 6 statements in 1 transaction; hazards: locks-partition-tree 2, may-fail 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.patient.id (new.toml:7)
ALTER TABLE public.patient NO INHERIT public.person;

-- alter column public.patient.id (new.toml:7)
ALTER TABLE public.patient RENAME CONSTRAINT person_has_id TO patient_has_id;

-- alter column public.patient.id (new.toml:7)
ALTER TABLE public.patient INHERIT public.person;

-- alter column public.person.ward (new.toml:4)
-- hazard scan-exclusive: public.person is read while its reads and writes wait, unless a valid CHECK proves that ward is not null; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.person without a value in ward
ALTER TABLE public.person ALTER COLUMN ward SET NOT NULL;

-- alter column public.person.bed (new.toml:4)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.person ALTER COLUMN bed DROP NOT NULL;

-- alter column public.patient.bed (new.toml:7)
ALTER TABLE public.patient ALTER COLUMN bed DROP NOT NULL;

COMMIT;
