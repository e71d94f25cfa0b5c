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
SET statement_timeout = '0';
SET lock_timeout = '0';
SET idle_in_transaction_session_timeout = '0';
SET idle_session_timeout = '0';
SET client_min_messages = 'notice';
SET TimeZone = 'UTC';
-- plan for golden (PostgreSQL)
-- 2 to create, 2 to change; 14 statements in 1 transaction; hazards: detach-blocking 2, locks-other-table 2, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.visit_1 (new.toml:9)
DO $$
DECLARE copy regclass;
BEGIN
  SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = 'public.visit_1'::pg_catalog.regclass AND p.relname = 'visit_month';
  IF copy::oid <> COALESCE(pg_catalog.to_regclass('public.visit_1_visit_month_copy')::oid, 0) THEN
    EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, 'visit_1_visit_month_copy');
  END IF;
END
$$;

-- alter table public.visit_1 (new.toml:9)
-- hazard detach-blocking: reads and writes of public.visit wait
-- hazard locks-other-table: it also locks public.ward, which it does not name
ALTER TABLE public.visit DETACH PARTITION public.visit_1;

-- alter table public.visit_1 (new.toml:9)
ALTER TABLE public.visit_1 DROP CONSTRAINT visit_1_pkey;

-- alter table public.visit_1 (new.toml:9)
ALTER TABLE public.visit_1 DROP CONSTRAINT visit_ward_fkey;

-- alter table public.visit_1 (new.toml:9)
DROP INDEX public.visit_1_day_idx;

-- alter table public.visit_1 (new.toml:9)
DROP INDEX public.visit_1_visit_month_copy;

-- alter table public.visit_2 (new.toml:11)
DO $$
DECLARE copy regclass;
BEGIN
  SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = 'public.visit_2'::pg_catalog.regclass AND p.relname = 'visit_month';
  IF copy::oid <> COALESCE(pg_catalog.to_regclass('public.visit_2_visit_month_copy')::oid, 0) THEN
    EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, 'visit_2_visit_month_copy');
  END IF;
END
$$;

-- alter table public.visit_2 (new.toml:11)
-- hazard detach-blocking: reads and writes of public.visit wait
-- hazard locks-other-table: it also locks public.ward, which it does not name
ALTER TABLE public.visit DETACH PARTITION public.visit_2;

-- alter table public.visit_2 (new.toml:11)
ALTER TABLE public.visit_2 DROP CONSTRAINT visit_2_pkey;

-- alter table public.visit_2 (new.toml:11)
ALTER TABLE public.visit_2 DROP CONSTRAINT visit_ward_fkey;

-- alter table public.visit_2 (new.toml:11)
DROP INDEX public.visit_2_visit_month_copy;

-- alter table public.visit_2 (new.toml:11)
ALTER TABLE public.visit_2 ALTER COLUMN day DROP NOT NULL;

-- alter table public.visit_2 (new.toml:11)
ALTER TABLE public.visit_2 ALTER COLUMN ward DROP NOT NULL;

SET LOCAL search_path = public;
-- alter table public.visit_2 (new.toml:11)
-- hazard scan-exclusive: public.visit_2 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.other ATTACH PARTITION public.visit_2 for values in (2);

COMMIT;
