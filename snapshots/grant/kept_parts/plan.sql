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
-- 1 to create, 5 to change; 10 statements in 1 transaction; hazards: privilege-change 5
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visits.id
-- hazard privilege-change: reader loses SELECT (id) on TABLE public.visits
REVOKE SELECT (id) ON TABLE public.visits FROM reader;

-- alter column public.visits.note
-- hazard privilege-change: reader loses UPDATE (note) on TABLE public.visits
REVOKE UPDATE (note) ON TABLE public.visits FROM reader;

-- alter column public.visits.note
COMMENT ON COLUMN public.visits.note IS NULL;

-- alter column public.part_1.b
-- hazard privilege-change: reader loses SELECT (b) on TABLE public.part_1
REVOKE SELECT (b) ON TABLE public.part_1 FROM reader;

-- alter column public.part_1.b
COMMENT ON COLUMN public.part_1.b IS NULL;

-- alter column public.part_1.b
ALTER TABLE public.part_1 ALTER COLUMN b SET STATISTICS -1;

-- alter table public.part_1 (new.toml:17)
-- hazard privilege-change: reader gains SELECT on TABLE public.part_1
GRANT SELECT ON TABLE public.part_1 TO reader;

-- create identity of public.visit.id (new.toml:7)
GRANT USAGE ON SEQUENCE public.visit_id_seq TO reader;

-- alter view public.visits (new.toml:10)
-- hazard privilege-change: reader gains SELECT, UPDATE on TABLE public.visits
GRANT SELECT, UPDATE ON TABLE public.visits TO reader;

-- create identity of public.visit.id (new.toml:7)
COMMENT ON SEQUENCE public.visit_id_seq IS 'Visits.';

COMMIT;
