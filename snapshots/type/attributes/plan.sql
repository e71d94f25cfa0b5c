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
-- 5 to change, 1 to rebuild; 11 statements in 1 transaction; hazards: data-loss 1, may-fail 1, rewrite-table 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.high, because type public.spot changes (new.toml:7)
DROP VIEW public.high;

-- replace type public.home (new.toml:4)
ALTER TYPE public.home RENAME TO home_former;

-- replace type public.spot (new.toml:3)
ALTER TYPE public.spot RENAME TO spot_former;

SET LOCAL search_path = public;
-- replace type public.home (new.toml:4)
CREATE TYPE public.home AS (name text, height bigint);

-- replace type public.spot (new.toml:3)
CREATE TYPE public.spot AS (height bigint, name character varying(40));

-- alter column public.place.spot, because type public.spot changes (new.toml:6)
-- hazard data-loss: texts that are too long are cut or refused
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.place ALTER COLUMN spot TYPE spot USING CASE WHEN spot IS DISTINCT FROM NULL THEN ROW((spot).height::bigint, (spot).name::character varying(40))::spot END;

-- replace type public.spot (new.toml:3)
DROP TYPE public.spot_former;

-- alter column public.place.home, because type public.home changes (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.place ALTER COLUMN home TYPE home USING CASE WHEN home IS DISTINCT FROM NULL THEN ROW((home).name, (home).height::bigint)::home END;

-- alter column public.place.homes, because type public.home changes (new.toml:6)
-- hazard may-fail: it fails if a value of public.home cannot be read as it was printed
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.place ALTER COLUMN homes TYPE home[] USING homes::text[]::home[];

-- replace type public.home (new.toml:4)
DROP TYPE public.home_former;

-- rebuild view public.high, because type public.spot changes (new.toml:7)
CREATE VIEW public.high AS
select id, (spot).name from place where (spot).height > 3;

COMMIT;
