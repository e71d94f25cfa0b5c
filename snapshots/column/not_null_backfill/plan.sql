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
-- 1 to create, 1 to change; 5 statements in 1 transaction; hazards: backfill-needed 1, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- alter column public.person.name (new.toml:3)
UPDATE public.person SET name = 'unknown' WHERE name IS NULL;

-- alter column public.person.name (new.toml:3)
-- hazard scan-exclusive: public.person is read while its reads and writes wait, unless a valid CHECK proves that name is not null; with --online always they go on
ALTER TABLE public.person ALTER COLUMN name SET NOT NULL;

-- create column public.person.email (new.toml:4)
ALTER TABLE public.person ADD COLUMN email text;

-- create column public.person.email (new.toml:4)
-- hazard backfill-needed: every row of the table is updated
UPDATE public.person SET email = 'p' || id || '@example.org' WHERE email IS NULL;

-- create column public.person.email (new.toml:4)
-- hazard scan-exclusive: public.person is read while its reads and writes wait, unless a valid CHECK proves that email is not null; with --online always they go on
ALTER TABLE public.person ALTER COLUMN email SET NOT NULL;

COMMIT;
