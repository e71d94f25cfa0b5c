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
-- 6 to change; 7 statements in 1 transaction; hazards: may-fail 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace constraint public.visit.visit_state_check (new.toml:6)
ALTER TABLE public.visit DROP CONSTRAINT visit_state_check;

SET LOCAL search_path = public;
-- alter column public.visit.left (new.toml:3)
ALTER TABLE public.visit ALTER COLUMN "left" TYPE timestamp(6) without time zone;

-- alter function public.tidy() (new.toml:8)
CREATE OR REPLACE FUNCTION public.tidy() RETURNS integer LANGUAGE sql AS $$
  select 1  -- one
$$;

-- alter default of public.visit.by (new.toml:5)
ALTER TABLE public.visit ALTER COLUMN by SET DEFAULT user;

-- alter default of public.visit.made (new.toml:2)
ALTER TABLE public.visit ALTER COLUMN made SET DEFAULT current_timestamp;

-- alter default of public.visit.state (new.toml:4)
ALTER TABLE public.visit ALTER COLUMN state SET DEFAULT 'seen';

-- replace constraint public.visit.visit_state_check (new.toml:6)
-- hazard scan-exclusive: public.visit is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.visit that violate visit_state_check
ALTER TABLE public.visit ADD CONSTRAINT visit_state_check CHECK (state in ('gone', 'new', 'seen'));

COMMIT;
