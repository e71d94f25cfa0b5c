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
-- 2 to change, 1 to rebuild; 4 statements in 1 transaction; hazards: locks-other-table 1, rewrite-table 2, scan-blocks-writes 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild constraint public.rent.rent_flat, because column public.rent.id changes (new.toml:9)
-- hazard locks-other-table: it also locks public.flat, which it does not name
ALTER TABLE public.rent DROP CONSTRAINT rent_flat;

SET LOCAL search_path = public;
-- alter column public.flat.id (new.toml:5)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.flat ALTER COLUMN id TYPE bigint;

-- alter column public.rent.id (new.toml:8)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.rent ALTER COLUMN id TYPE bigint;

-- rebuild constraint public.rent.rent_flat, because column public.rent.id changes (new.toml:9)
-- hazard scan-blocks-writes: writes to public.rent and public.flat wait while every row is looked up; with --online always they go on
ALTER TABLE public.rent ADD CONSTRAINT rent_flat FOREIGN KEY (id, PERIOD during) REFERENCES public.flat (id, PERIOD during);

COMMIT;
