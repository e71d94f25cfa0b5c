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
-- 3 to change; 3 statements in 1 transaction; hazards: may-fail 2, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.letter (new.toml:5)
-- hazard scan-exclusive: public.letter is read while its reads and writes wait, unless a valid CHECK proves that number is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.letter without a value in number
ALTER TABLE public.letter ALTER COLUMN number SET NOT NULL;

-- alter table public.letter (new.toml:5)
-- hazard scan-exclusive: public.letter is read while its reads and writes wait, unless a valid CHECK proves that weight is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.letter without a value in weight
ALTER TABLE public.letter ALTER COLUMN weight SET NOT NULL;

-- alter table public.letter (new.toml:5)
ALTER TABLE public.letter INHERIT public.parcel;

COMMIT;
