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
-- 5 to change; 6 statements in 1 transaction; hazards: may-fail 1, replica-identity 3, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.visit.code (new.toml:3)
-- hazard replica-identity: what logical replication sends of public.visit changes
ALTER TABLE public.visit REPLICA IDENTITY DEFAULT;

-- alter column public.visit.code (new.toml:3)
ALTER TABLE public.visit ALTER COLUMN code DROP NOT NULL;

-- alter column public.ward.code (new.toml:7)
-- hazard scan-exclusive: public.ward is read while its reads and writes wait, unless a valid CHECK proves that code is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.ward without a value in code
ALTER TABLE public.ward ALTER COLUMN code SET NOT NULL;

-- alter constraint public.ward.ward_code_key (new.toml:8)
-- hazard replica-identity: what logical replication sends of public.ward changes
ALTER TABLE public.ward REPLICA IDENTITY USING INDEX ward_code_key;

-- alter index public.visit.visit_code (new.toml:4)
ALTER TABLE public.visit CLUSTER ON visit_code;

-- alter index public.visit.visit_code (new.toml:4)
-- hazard replica-identity: what logical replication sends of public.visit changes
ALTER TABLE public.visit REPLICA IDENTITY DEFAULT;

COMMIT;
