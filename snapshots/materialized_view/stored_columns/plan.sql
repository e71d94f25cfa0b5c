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
-- 1 to create, 1 to change; 7 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.notes.copy
DO $$
DECLARE storage "char";
BEGIN
  SELECT t.typstorage INTO STRICT storage FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = 'public.notes'::pg_catalog.regclass AND a.attname = 'copy';
  EXECUTE 'ALTER MATERIALIZED VIEW public.notes ALTER COLUMN copy SET STORAGE ' || CASE storage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN'
    WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END;
END
$$;

-- alter column public.notes.copy
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN copy SET STATISTICS -1;

-- create column public.notes.body (new.toml:5)
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN body SET STORAGE MAIN;

-- create column public.notes.body (new.toml:5)
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN body SET COMPRESSION pglz;

-- create column public.notes.body (new.toml:5)
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN body SET STATISTICS 500;

-- create column public.notes.body (new.toml:5)
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN body SET (n_distinct=-0.5);

-- create column public.notes.body (new.toml:5)
COMMENT ON COLUMN public.notes.body IS 'As said.';

COMMIT;
