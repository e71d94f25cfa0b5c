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
-- 2 to create, 2 to change, 1 to drop; 8 statements in 6 transactions; hazards: may-fail 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 6
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.code_once (new.toml:7)
ALTER TABLE public.visit ADD CONSTRAINT code_once UNIQUE USING INDEX code_once;

COMMIT;

-- transaction 2 of 6
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.id (new.toml:2)
-- hazard may-fail: it fails if there are rows of public.visit without a value in id
ALTER TABLE public.visit ADD CONSTRAINT id_plumb_not_null CHECK (id IS NOT NULL) NOT VALID;

COMMIT;

-- transaction 3 of 6
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.id (new.toml:2)
ALTER TABLE public.visit VALIDATE CONSTRAINT id_plumb_not_null;

COMMIT;

-- transaction 4 of 6
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.id (new.toml:2)
ALTER TABLE public.visit ALTER COLUMN id SET NOT NULL;

-- alter column public.visit.id (new.toml:2)
ALTER TABLE public.visit DROP CONSTRAINT id_plumb_not_null;

COMMIT;

-- transaction 5 of 6, outside a block
SET search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:6)
-- hazard may-fail: it fails if there are several rows of public.visit with the same id
CREATE UNIQUE INDEX CONCURRENTLY visit_pkey ON public.visit (id);

RESET search_path;

-- transaction 6 of 6
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:6)
ALTER TABLE public.visit ADD CONSTRAINT visit_pkey PRIMARY KEY USING INDEX visit_pkey;

SET LOCAL search_path = public;
-- alter view public.latest (new.toml:9)
CREATE OR REPLACE VIEW public.latest AS
select id, code, count(*) as n from visit group by id;

COMMIT;
