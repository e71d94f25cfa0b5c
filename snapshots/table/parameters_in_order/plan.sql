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
-- 2 to create, 2 to change; 4 statements in 1 transaction; hazards: non-concurrent-index 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.log with 1 column (new.toml:7)
CREATE TABLE public.log (
    id integer
) WITH (toast_tuple_target=256, fillfactor=70);

-- alter table public.visit (new.toml:1)
ALTER TABLE public.visit SET (fillfactor=80, autovacuum_enabled=false);

-- create index public.visit.visit_id_idx (new.toml:4)
-- hazard non-concurrent-index: writes to public.visit wait until the index is built; with --online always they go on
CREATE INDEX visit_id_idx ON public.visit (id) WITH (fillfactor=90, deduplicate_items=off);

-- alter view public.visits (new.toml:5)
ALTER VIEW public.visits SET (security_barrier=true, check_option=local);

COMMIT;
