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
-- 4 to create; 19 statements in 12 transactions; hazards: backfill-needed 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create column public.visit.len (new.toml:10)
ALTER TABLE public.visit ADD COLUMN len integer, ADD CONSTRAINT len_plumb_filling CHECK (len IS NULL OR len IS NOT NULL) NOT VALID;

-- create column public.visit.ref with default (new.toml:11)
ALTER TABLE public.visit ADD COLUMN ref uuid, ALTER COLUMN ref SET DEFAULT gen_random_uuid(), ADD CONSTRAINT ref_plumb_filling CHECK (ref IS NULL OR ref IS NOT NULL) NOT VALID;

-- create column public.visit.how with default (new.toml:12)
ALTER TABLE public.visit ADD COLUMN how text, ALTER COLUMN how SET DEFAULT random()::text, ADD CONSTRAINT how_plumb_filling CHECK (how IS NULL OR how IS NOT NULL) NOT VALID;

-- create column public.visit.kind with default (new.toml:13)
ALTER TABLE public.visit ADD COLUMN kind text DEFAULT 'x' NOT NULL;

COMMIT;

-- transaction 2 of 12, in batches
SET search_path = public;
-- create column public.visit.len (new.toml:10)
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
    UPDATE public.visit SET len = length(note) WHERE len IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', plumb_at)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', plumb_at OPERATOR(pg_catalog.+) 1024)::pg_catalog.tid;
    COMMIT;
    plumb_at := plumb_at OPERATOR(pg_catalog.+) 1024;
  END LOOP;
END
$plumb$;

RESET search_path;

-- transaction 3 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.len (new.toml:10)
ALTER TABLE public.visit ADD CONSTRAINT len_plumb_not_null CHECK (len IS NOT NULL) NOT VALID;

COMMIT;

-- transaction 4 of 12, in batches
SET search_path = public;
-- create column public.visit.len (new.toml:10)
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
    UPDATE public.visit SET len = length(note) WHERE len IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', plumb_at)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', plumb_at OPERATOR(pg_catalog.+) 1024)::pg_catalog.tid;
    COMMIT;
    plumb_at := plumb_at OPERATOR(pg_catalog.+) 1024;
  END LOOP;
END
$plumb$;

RESET search_path;

-- transaction 5 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.len (new.toml:10)
ALTER TABLE public.visit VALIDATE CONSTRAINT len_plumb_not_null;

COMMIT;

-- transaction 6 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.len (new.toml:10)
ALTER TABLE public.visit ALTER COLUMN len SET NOT NULL;

-- create column public.visit.len (new.toml:10)
ALTER TABLE public.visit DROP CONSTRAINT len_plumb_not_null;

-- create column public.visit.len (new.toml:10)
ALTER TABLE public.visit DROP CONSTRAINT len_plumb_filling;

COMMIT;

-- transaction 7 of 12, in batches
SET search_path = public;
-- create column public.visit.ref (new.toml:11)
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
    UPDATE public.visit SET ref = DEFAULT WHERE ref IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', plumb_at)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', plumb_at OPERATOR(pg_catalog.+) 1024)::pg_catalog.tid;
    COMMIT;
    plumb_at := plumb_at OPERATOR(pg_catalog.+) 1024;
  END LOOP;
END
$plumb$;

RESET search_path;

-- transaction 8 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.ref (new.toml:11)
ALTER TABLE public.visit DROP CONSTRAINT ref_plumb_filling;

COMMIT;

-- transaction 9 of 12, in batches
SET search_path = public;
-- create column public.visit.how (new.toml:12)
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
    UPDATE public.visit SET how = DEFAULT WHERE how IS NULL
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', plumb_at)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', plumb_at OPERATOR(pg_catalog.+) 1024)::pg_catalog.tid;
    COMMIT;
    plumb_at := plumb_at OPERATOR(pg_catalog.+) 1024;
  END LOOP;
END
$plumb$;

RESET search_path;

-- transaction 10 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.how (new.toml:12)
ALTER TABLE public.visit ADD CONSTRAINT how_plumb_not_null CHECK (how IS NOT NULL) NOT VALID;

COMMIT;

-- transaction 11 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.how (new.toml:12)
ALTER TABLE public.visit VALIDATE CONSTRAINT how_plumb_not_null;

COMMIT;

-- transaction 12 of 12
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.how (new.toml:12)
ALTER TABLE public.visit ALTER COLUMN how SET NOT NULL;

-- create column public.visit.how (new.toml:12)
ALTER TABLE public.visit DROP CONSTRAINT how_plumb_not_null;

-- create column public.visit.how (new.toml:12)
ALTER TABLE public.visit DROP CONSTRAINT how_plumb_filling;

COMMIT;
