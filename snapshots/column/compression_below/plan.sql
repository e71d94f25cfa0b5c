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
-- 2 to change; 4 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.stamp.note
ALTER TABLE public.stamp ALTER COLUMN note SET COMPRESSION pglz;

-- alter column public.parcel.note (new.toml:3)
ALTER TABLE public.parcel ALTER COLUMN note SET COMPRESSION pglz;

-- alter column public.parcel.note (new.toml:3)
ALTER TABLE public.letter ALTER COLUMN note SET COMPRESSION pglz;

-- alter column public.parcel.note (new.toml:3)
ALTER TABLE public.card ALTER COLUMN note SET COMPRESSION pglz;

COMMIT;
