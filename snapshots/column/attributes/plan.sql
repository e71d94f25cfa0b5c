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
-- 5 to create, 5 to change, 1 to drop; 14 statements in 1 transaction; hazards: data-loss 1, may-fail 1, privilege-change 1, rewrite-table 1, scan-exclusive 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop column public.client.old, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.client.old is not in the declaration
ALTER TABLE public.client DROP COLUMN old;

SET LOCAL search_path = public;
-- alter column public.client.name (new.toml:3)
ALTER TABLE public.client ALTER COLUMN name TYPE text COLLATE "C";

-- alter column public.client.name (new.toml:3)
-- hazard scan-exclusive: public.client is read while its reads and writes wait, unless a valid CHECK proves that name is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.client without a value in name
ALTER TABLE public.client ALTER COLUMN name SET NOT NULL;

-- alter column public.client.nickname (new.toml:4)
ALTER TABLE public.client ALTER COLUMN nickname TYPE character varying(40);

-- alter column public.client.number (new.toml:5)
ALTER TABLE public.client ALTER COLUMN number SET STATISTICS 500;

-- alter column public.client.photo (new.toml:6)
ALTER TABLE public.client ALTER COLUMN photo SET STORAGE EXTERNAL;

-- create column public.client.fullName (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ADD COLUMN "fullName" text GENERATED ALWAYS AS (upper(name)) STORED;

-- create column public.client.added with default (new.toml:8)
ALTER TABLE public.client ADD COLUMN added timestamp with time zone DEFAULT now() NOT NULL;

-- create column public.client.tags with default (new.toml:9)
ALTER TABLE public.client ADD COLUMN tags text[] DEFAULT '{}' NOT NULL;

-- create column public.client.span (new.toml:10)
ALTER TABLE public.client ADD COLUMN span interval hour to minute;

-- create column public.client.price (new.toml:11)
ALTER TABLE public.client ADD COLUMN price numeric(12,4);

-- alter default of public.client.number (new.toml:5)
ALTER TABLE public.client ALTER COLUMN number SET DEFAULT 2;

-- alter column public.client.photo (new.toml:6)
-- hazard privilege-change: app_auditor gains SELECT (photo) on TABLE public.client
GRANT SELECT (photo) ON TABLE public.client TO app_auditor;

-- alter column public.client.name (new.toml:3)
COMMENT ON COLUMN public.client.name IS 'As on the card.';

COMMIT;
