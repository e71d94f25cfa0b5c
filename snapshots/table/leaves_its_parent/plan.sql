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
-- 2 to create, 1 to change; 5 statements in 1 transaction; hazards: data-loss 1, may-fail 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.letter (new.toml:7)
ALTER TABLE public.letter NO INHERIT public.parcel;

-- alter table public.letter (new.toml:7)
ALTER TABLE public.letter DROP CONSTRAINT parcel_sender_check;

-- alter table public.letter (new.toml:7)
ALTER TABLE public.letter DROP CONSTRAINT parcel_weight_check;

-- alter table public.letter (new.toml:7)
-- hazard data-loss: its values are lost
ALTER TABLE public.letter DROP COLUMN sender;

SET LOCAL search_path = public;
-- create constraint public.letter.parcel_weight_check (new.toml:11)
-- hazard scan-exclusive: public.letter is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.letter that violate parcel_weight_check
ALTER TABLE public.letter ADD CONSTRAINT parcel_weight_check CHECK (weight > 0);

COMMIT;
