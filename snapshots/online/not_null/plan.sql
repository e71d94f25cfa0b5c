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
-- 2 to change; 10 statements in 8 transactions; hazards: backfill-needed 2, may-fail 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.customer_id (new.toml:7)
-- hazard may-fail: it fails if there are rows of public.visit without a value in customer_id
ALTER TABLE public.visit ADD CONSTRAINT customer_id_plumb_not_null CHECK (customer_id IS NOT NULL) NOT VALID;

COMMIT;

-- transaction 2 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.customer_id (new.toml:7)
ALTER TABLE public.visit VALIDATE CONSTRAINT customer_id_plumb_not_null;

COMMIT;

-- transaction 3 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.customer_id (new.toml:7)
ALTER TABLE public.visit ALTER COLUMN customer_id SET NOT NULL;

-- alter column public.visit.customer_id (new.toml:7)
ALTER TABLE public.visit DROP CONSTRAINT customer_id_plumb_not_null;

COMMIT;

-- transaction 4 of 8, in batches
SET search_path = public;
-- alter column public.visit.note (new.toml:9)
-- hazard backfill-needed: every row in which the column is NULL is updated
DO $plumb$
#variable_conflict use_column
DECLARE
  plumb_at pg_catalog.int8 := 0;
  plumb_end pg_catalog.int8;
BEGIN
  LOOP
    WITH RECURSIVE tree(oid) AS (SELECT 'public.visit'::pg_catalog.regclass::pg_catalog.oid
      UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON i.inhparent OPERATOR(pg_catalog.=) t.oid)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(oid)) OPERATOR(pg_catalog./)
      pg_catalog.current_setting('block_size')::pg_catalog.int8 INTO plumb_end FROM tree;
    EXIT WHEN plumb_at OPERATOR(pg_catalog.>=) plumb_end;
    UPDATE public.visit SET note = '' WHERE note IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', plumb_at)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', plumb_at OPERATOR(pg_catalog.+) 1024)::pg_catalog.tid;
    COMMIT;
    plumb_at := plumb_at OPERATOR(pg_catalog.+) 1024;
  END LOOP;
END
$plumb$;

RESET search_path;

-- transaction 5 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.note (new.toml:9)
ALTER TABLE public.visit ADD CONSTRAINT note_plumb_not_null CHECK (note IS NOT NULL) NOT VALID;

COMMIT;

-- transaction 6 of 8, in batches
SET search_path = public;
-- alter column public.visit.note (new.toml:9)
-- hazard backfill-needed: every row in which the column is NULL is updated
DO $plumb$
#variable_conflict use_column
DECLARE
  plumb_at pg_catalog.int8 := 0;
  plumb_end pg_catalog.int8;
BEGIN
  LOOP
    WITH RECURSIVE tree(oid) AS (SELECT 'public.visit'::pg_catalog.regclass::pg_catalog.oid
      UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON i.inhparent OPERATOR(pg_catalog.=) t.oid)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(oid)) OPERATOR(pg_catalog./)
      pg_catalog.current_setting('block_size')::pg_catalog.int8 INTO plumb_end FROM tree;
    EXIT WHEN plumb_at OPERATOR(pg_catalog.>=) plumb_end;
    UPDATE public.visit SET note = '' WHERE note IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', plumb_at)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', plumb_at OPERATOR(pg_catalog.+) 1024)::pg_catalog.tid;
    COMMIT;
    plumb_at := plumb_at OPERATOR(pg_catalog.+) 1024;
  END LOOP;
END
$plumb$;

RESET search_path;

-- transaction 7 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.note (new.toml:9)
ALTER TABLE public.visit VALIDATE CONSTRAINT note_plumb_not_null;

COMMIT;

-- transaction 8 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.note (new.toml:9)
ALTER TABLE public.visit ALTER COLUMN note SET NOT NULL;

-- alter column public.visit.note (new.toml:9)
ALTER TABLE public.visit DROP CONSTRAINT note_plumb_not_null;

COMMIT;
