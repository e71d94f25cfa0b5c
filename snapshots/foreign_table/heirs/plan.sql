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
-- 4 to create, 4 to change, 3 to drop; 10 statements in 1 transaction; hazards: data-loss 1, locks-partition-tree 5, may-fail 1, rewrite-table 1, scan-exclusive 1, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop default of public.audit_old.id, not in the declaration
-- hazard undeclared-drop: default:public.audit_old.id is not in the declaration
ALTER TABLE public.audit_old ALTER COLUMN id DROP DEFAULT;

-- drop column public.base.b, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.base.b is not in the declaration
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.base DROP COLUMN b;

SET LOCAL search_path = public;
-- create column public.audit.more (new.toml:8)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.audit ADD COLUMN more integer;

-- create foreign table public.audit_new with 1 column (new.toml:15)
CREATE FOREIGN TABLE public.audit_new PARTITION OF public.audit (
    id NOT NULL
) for values from ('2022-01-01') to ('2023-01-01') SERVER one;

-- alter foreign table public.audit_old (new.toml:9)
ALTER FOREIGN TABLE public.audit_old OPTIONS (ADD format 'o');

-- create column public.audit_old.note (new.toml:11)
-- hazard scan-exclusive: public.audit_old is read while its reads and writes wait, unless a valid CHECK proves that note is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.audit_old without a value in note
ALTER TABLE public.audit_old ALTER COLUMN note SET NOT NULL;

-- alter column public.base.a (new.toml:20)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.base ALTER COLUMN a TYPE bigint;

-- create column public.base.c (new.toml:20)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.base ADD COLUMN c text;

-- alter column public.derived.own (new.toml:23)
ALTER TABLE public.derived ALTER COLUMN own OPTIONS (DROP column_name);

-- alter default of public.audit.note (new.toml:8)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.audit ALTER COLUMN note SET DEFAULT 'm';

COMMIT;
