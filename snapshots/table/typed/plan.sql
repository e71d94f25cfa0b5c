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
-- 3 to create, 2 to change, 1 to rebuild, 1 to drop; 9 statements in 1 transaction; hazards: rewrite-table 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop type of public.guest
ALTER TABLE public.guest NOT OF;

-- rebuild type of public.staff, because type public.person changes (new.toml:6)
ALTER TABLE public.staff NOT OF;

SET LOCAL search_path = public;
-- create type public.beast (new.toml:4)
CREATE TYPE public.beast AS (id integer, name text);

-- alter type public.person (new.toml:3)
ALTER TYPE public.person ALTER ATTRIBUTE id TYPE bigint;

-- alter type public.person (new.toml:3)
ALTER TYPE public.person ADD ATTRIBUTE born date;

-- alter column public.staff.id (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.staff ALTER COLUMN id TYPE bigint;

-- create column public.staff.born (new.toml:7)
ALTER TABLE public.staff ADD COLUMN born date;

-- rebuild type of public.staff, because type public.person changes (new.toml:6)
ALTER TABLE public.staff OF public.person;

-- create type of public.visitor (new.toml:13)
ALTER TABLE public.visitor OF public.beast;

COMMIT;
