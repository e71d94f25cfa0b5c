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
-- 6 to change; 6 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter enum public.kind (new.toml:2)
COMMENT ON TYPE public.kind IS 'New, and it''s quoted.';

-- alter table public.person (new.toml:3)
COMMENT ON TABLE public.person IS E'Two
lines, a \\ and a "quote".';

-- alter column public.person.id (new.toml:6)
COMMENT ON COLUMN public.person.id IS 'New.';

-- alter column public.person.name (new.toml:6)
COMMENT ON COLUMN public.person.name IS NULL;

-- alter constraint public.person.person_pkey (new.toml:7)
COMMENT ON CONSTRAINT person_pkey ON public.person IS 'New.';

-- alter index public.person.person_name_idx (new.toml:8)
COMMENT ON INDEX public.person_name_idx IS 'New.';

COMMIT;
