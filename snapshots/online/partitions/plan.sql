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
-- 5 to create, 1 to change; 27 statements in 20 transactions; hazards: backfill-needed 2, locks-partition-tree 10, may-fail 8, scan-blocks-writes 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create column public.visit.len (new.toml:12)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit ADD COLUMN len integer, ADD CONSTRAINT len_plumb_filling CHECK (len IS NULL OR len IS NOT NULL) NOT VALID;

-- create constraint public.visit.note_is_short (new.toml:19)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
-- hazard may-fail: it fails if there are rows of public.visit that violate note_is_short
ALTER TABLE public.visit ADD CONSTRAINT note_is_short CHECK (length(note) < 10) NOT VALID;

-- create constraint public.visit.visit_customer (new.toml:20)
-- hazard scan-blocks-writes: writes to public.visit and public.customer wait while every row is looked up
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
-- hazard may-fail: it fails if there are rows of public.visit whose customer_id is in no row of public.customer
ALTER TABLE public.visit ADD CONSTRAINT visit_customer FOREIGN KEY (customer_id) REFERENCES public.customer (id);

-- create constraint public.visit.visit_pkey (new.toml:18)
-- hazard may-fail: it fails if there are rows of public.visit without a value in id
-- hazard may-fail: it fails if there are rows of public.visit without a value in at
-- hazard may-fail: it fails if there are several rows of public.visit with the same id, at
ALTER TABLE ONLY public.visit ADD CONSTRAINT visit_pkey PRIMARY KEY (id, at);

-- create index public.visit.by_note (new.toml:15)
CREATE INDEX by_note ON ONLY public.visit (note);

COMMIT;

-- transaction 2 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.customer_id (new.toml:9)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
-- hazard may-fail: it fails if there are rows of public.visit without a value in customer_id
ALTER TABLE public.visit ADD CONSTRAINT customer_id_plumb_not_null CHECK (customer_id IS NOT NULL) NOT VALID;

COMMIT;

-- transaction 3 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.customer_id (new.toml:9)
ALTER TABLE public.visit VALIDATE CONSTRAINT customer_id_plumb_not_null;

COMMIT;

-- transaction 4 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.customer_id (new.toml:9)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit ALTER COLUMN customer_id SET NOT NULL;

-- alter column public.visit.customer_id (new.toml:9)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit DROP CONSTRAINT customer_id_plumb_not_null;

COMMIT;

-- transaction 5 of 20, in batches
SET search_path = public;
-- create column public.visit.len (new.toml:12)
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

-- transaction 6 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.len (new.toml:12)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit ADD CONSTRAINT len_plumb_not_null CHECK (len IS NOT NULL) NOT VALID;

COMMIT;

-- transaction 7 of 20, in batches
SET search_path = public;
-- create column public.visit.len (new.toml:12)
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

-- transaction 8 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.len (new.toml:12)
ALTER TABLE public.visit VALIDATE CONSTRAINT len_plumb_not_null;

COMMIT;

-- transaction 9 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create column public.visit.len (new.toml:12)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit ALTER COLUMN len SET NOT NULL;

-- create column public.visit.len (new.toml:12)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit DROP CONSTRAINT len_plumb_not_null;

-- create column public.visit.len (new.toml:12)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit DROP CONSTRAINT len_plumb_filling;

COMMIT;

-- transaction 10 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.note_is_short (new.toml:19)
ALTER TABLE public.visit VALIDATE CONSTRAINT note_is_short;

COMMIT;

-- transaction 11 of 20, outside a block
SET search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:18)
-- hazard may-fail: it fails if there are several rows of public.visit_early with the same id, at
CREATE UNIQUE INDEX CONCURRENTLY visit_early_pkey ON public.visit_early (id, at);

RESET search_path;

-- transaction 12 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:18)
ALTER TABLE public.visit_early ADD CONSTRAINT visit_early_pkey PRIMARY KEY USING INDEX visit_early_pkey;

COMMIT;

-- transaction 13 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:18)
ALTER INDEX public.visit_pkey ATTACH PARTITION public.visit_early_pkey;

COMMIT;

-- transaction 14 of 20, outside a block
SET search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:18)
-- hazard may-fail: it fails if there are several rows of public.visit_late with the same id, at
CREATE UNIQUE INDEX CONCURRENTLY visit_late_pkey ON public.visit_late (id, at);

RESET search_path;

-- transaction 15 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:18)
ALTER TABLE public.visit_late ADD CONSTRAINT visit_late_pkey PRIMARY KEY USING INDEX visit_late_pkey;

COMMIT;

-- transaction 16 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.visit_pkey (new.toml:18)
ALTER INDEX public.visit_pkey ATTACH PARTITION public.visit_late_pkey;

COMMIT;

-- transaction 17 of 20, outside a block
SET search_path = public;
-- create index public.visit.by_note (new.toml:15)
CREATE INDEX CONCURRENTLY visit_early_note_idx ON public.visit_early (note);

RESET search_path;

-- transaction 18 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create index public.visit.by_note (new.toml:15)
ALTER INDEX public.by_note ATTACH PARTITION public.visit_early_note_idx;

COMMIT;

-- transaction 19 of 20, outside a block
SET search_path = public;
-- create index public.visit.by_note (new.toml:15)
CREATE INDEX CONCURRENTLY visit_late_note_idx ON public.visit_late (note);

RESET search_path;

-- transaction 20 of 20
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create index public.visit.by_note (new.toml:15)
ALTER INDEX public.by_note ATTACH PARTITION public.visit_late_note_idx;

COMMIT;
