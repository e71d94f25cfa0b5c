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
-- 5 to change, 2 to rebuild; 9 statements in 1 transaction; hazards: locks-other-table 2, may-fail 2, rewrite-table 5, scan-blocks-writes 2, unlogged 5
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild constraint public.egg.egg_hen_fkey, because table public.egg changes (new.toml:23)
-- hazard locks-other-table: it also locks public.hen, which it does not name
ALTER TABLE public.egg DROP CONSTRAINT egg_hen_fkey;

-- rebuild constraint public.hen.hen_from_egg, because table public.hen changes (new.toml:18)
-- hazard locks-other-table: it also locks public.egg, which it does not name
ALTER TABLE public.hen DROP CONSTRAINT hen_from_egg;

-- alter table public.egg (new.toml:19)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.egg SET UNLOGGED;

-- alter table public.hen (new.toml:12)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.hen SET UNLOGGED;

-- alter table public.house (new.toml:9)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.house SET UNLOGGED;

-- alter table public.city (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.city SET UNLOGGED;

-- alter table public.country (new.toml:2)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.country SET UNLOGGED;

SET LOCAL search_path = public;
-- rebuild constraint public.egg.egg_hen_fkey, because table public.egg changes (new.toml:23)
-- hazard scan-blocks-writes: writes to public.egg and public.hen wait while every row is looked up; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.egg whose hen is in no row of public.hen
ALTER TABLE public.egg ADD CONSTRAINT egg_hen_fkey FOREIGN KEY (hen) REFERENCES public.hen (id);

-- rebuild constraint public.hen.hen_from_egg, because table public.hen changes (new.toml:18)
-- hazard scan-blocks-writes: writes to public.hen and public.egg wait while every row is looked up; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.hen whose egg is in no row of public.egg
ALTER TABLE public.hen ADD CONSTRAINT hen_from_egg FOREIGN KEY (egg) REFERENCES public.egg (id);

COMMIT;
