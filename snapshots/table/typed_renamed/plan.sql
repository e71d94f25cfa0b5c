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
-- 1 to change, 1 to rename, 1 to rebuild; 5 statements in 1 transaction; hazards: rename-breaks-clients 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild type of public.place, because type public.spot changes (new.toml:5)
ALTER TABLE public.place NOT OF;

-- rename column public.place.height to size (new.toml:6)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.place RENAME COLUMN height TO size;

-- alter type public.spot (new.toml:3)
ALTER TYPE public.spot DROP ATTRIBUTE height;

SET LOCAL search_path = public;
-- alter type public.spot (new.toml:3)
ALTER TYPE public.spot ADD ATTRIBUTE size integer;

-- rebuild type of public.place, because type public.spot changes (new.toml:5)
ALTER TABLE public.place OF public.spot;

COMMIT;
