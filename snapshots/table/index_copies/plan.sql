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
-- 2 to create, 1 to change; 3 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.event_a.event_a_pkey (new.toml:10)
DO $$
DECLARE copy name;
BEGIN
  SELECT c.relname INTO STRICT copy FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
    WHERE i.indrelid = 'public.event_a'::pg_catalog.regclass
    AND h.inhparent = 'public.event_key'::pg_catalog.regclass;
  EXECUTE pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY USING INDEX %I', 'public.event_a'::pg_catalog.regclass, 'event_a_pkey', copy);
END
$$;

-- alter index public.event.event_id_idx (new.toml:6)
ALTER INDEX public.event_id_idx ATTACH PARTITION public.event_b_by_id;

-- alter index public.event.event_id_idx (new.toml:6)
ALTER INDEX public.event_b_by_id RENAME TO event_b_id_idx;

COMMIT;
