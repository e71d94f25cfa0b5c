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
-- 2 to create, 4 to change, 1 to drop; 12 statements in 1 transaction; hazards: replica-identity 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter attached public.event_1.event_kind
ALTER INDEX public.by_kind RENAME TO event_1_lower_idx;

-- alter attached public.event_1a.event_1_pkey
-- hazard replica-identity: what logical replication sends of public.event_1a changes
ALTER TABLE public.event_1a REPLICA IDENTITY DEFAULT;

-- alter attached public.event_1a.event_1_pkey
COMMENT ON CONSTRAINT event_1a_pkey ON public.event_1a IS NULL;

-- alter attached public.event_2.event_pkey
ALTER INDEX public.odd_key RENAME TO event_2_pkey;

-- alter index public.event.event_kind (new.toml:5)
ALTER TABLE ONLY public.event_kind ALTER COLUMN 1 SET STATISTICS 60;

-- create attached public.event_1a.event_1_lower_idx (new.toml:15)
ALTER INDEX public.by_kind_1a RENAME TO event_1a_lower_idx;

-- create attached public.event_1a.event_1_lower_idx (new.toml:15)
ALTER INDEX public.event_1a_lower_idx SET (fillfactor=70);

-- create attached public.event_1a.event_1_lower_idx (new.toml:15)
ALTER INDEX public.event_1a_lower_idx ALTER COLUMN 1 SET STATISTICS 70;

-- create attached public.event_1a.event_1_lower_idx (new.toml:15)
ALTER TABLE public.event_1a SET WITHOUT CLUSTER;

-- create attached public.event_1a.event_1_lower_idx (new.toml:15)
COMMENT ON INDEX public.event_1a_lower_idx IS NULL;

-- create attached public.event_2.event_kind (new.toml:20)
DO $$
DECLARE copy regclass;
BEGIN
  SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = 'public.event_2'::pg_catalog.regclass AND p.relname = 'event_kind';
  IF copy::oid <> COALESCE(pg_catalog.to_regclass('public.event_2_lower_idx')::oid, 0) THEN
    EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, 'event_2_lower_idx');
  END IF;
END
$$;

-- create attached public.event_2.event_kind (new.toml:20)
COMMENT ON INDEX public.event_2_lower_idx IS 'Of the second ward.';

COMMIT;
