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
-- 5 to create, 1 to change; 8 statements in 1 transaction; hazards: locks-partition-tree 2, partition-created-in-place 2, scan-blocks-writes 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create column public.audit.who (new.toml:3)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.audit ADD COLUMN who text;

-- create table public.audit_2026 with 1 column (new.toml:10)
-- hazard partition-created-in-place: reads and writes of public.audit wait; a table that is made alone and then attached does not stop them
CREATE TABLE public.audit_2026 PARTITION OF public.audit (
    id DEFAULT gen_random_uuid()
) for values from ('2026-01-01') to ('2027-01-01');

-- create table public.audit_rest (new.toml:15)
-- hazard partition-created-in-place: reads and writes of public.audit wait; a table that is made alone and then attached does not stop them
CREATE TABLE public.audit_rest PARTITION OF public.audit default;

-- create index public.audit.audit_time_idx (new.toml:5)
-- hazard scan-blocks-writes: writes to public.audit and its partitions wait until every index is built
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
CREATE INDEX audit_time_idx ON public.audit USING brin (created_at);

-- create index public.audit_2026.audit_2026_id_idx (new.toml:13)
CREATE INDEX audit_2026_id_idx ON public.audit_2026 (id);

-- create attached public.audit_2025.audit_time_idx (new.toml:9)
DO $$
DECLARE copy regclass;
BEGIN
  SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = 'public.audit_2025'::pg_catalog.regclass AND p.relname = 'audit_time_idx';
  IF copy::oid <> COALESCE(pg_catalog.to_regclass('public.audit_25_brin')::oid, 0) THEN
    EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, 'audit_25_brin');
  END IF;
END
$$;

-- create table public.audit_2026 (new.toml:10)
GRANT SELECT ON TABLE public.audit_2026 TO app_auditor;

-- alter table public.audit (new.toml:1)
COMMENT ON TABLE public.audit IS 'Who did what.';

COMMIT;
