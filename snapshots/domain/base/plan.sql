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
-- 1 to create, 6 to change, 3 to rebuild; 25 statements in 1 transaction; hazards: privilege-change 2, rewrite-table 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.coded, because domain public.code changes (new.toml:14)
DROP VIEW public.coded;

-- rebuild constraint public.code.positive, because domain public.code changes (new.toml:3)
ALTER DOMAIN public.code DROP CONSTRAINT positive;

-- rebuild constraint public.small.few, because domain public.code changes (new.toml:7)
ALTER DOMAIN public.small DROP CONSTRAINT few;

-- rebuild domain public.small, because domain public.code changes (new.toml:7)
ALTER DOMAIN public.small RENAME TO small_former;

-- replace domain public.code (new.toml:2)
ALTER DOMAIN public.code RENAME TO code_former;

-- replace domain public.code (new.toml:2)
ALTER DOMAIN public.code_former DROP DEFAULT;

-- rebuild type public.pack, because domain public.tag changes (new.toml:10)
ALTER TYPE public.pack RENAME TO pack_former;

-- replace domain public.tag (new.toml:8)
ALTER DOMAIN public.tag RENAME TO tag_former;

SET LOCAL search_path = public;
-- replace domain public.code with 1 constraint (new.toml:2)
CREATE DOMAIN public.code AS bigint DEFAULT 2 CONSTRAINT positive CHECK (value > 0);

-- rebuild domain public.small, because domain public.code changes with 1 constraint (new.toml:7)
CREATE DOMAIN public.small AS code CONSTRAINT few CHECK (value < 100);

-- rebuild domain public.small, because domain public.code changes with 1 constraint (new.toml:7)
ALTER DOMAIN public.small DROP DEFAULT;

-- replace domain public.tag (new.toml:8)
-- create constraint public.tag.short (new.toml:8)
CREATE DOMAIN public.tag AS text NOT NULL CONSTRAINT short CHECK (length(value) < 20);

-- rebuild type public.pack, because domain public.tag changes (new.toml:10)
CREATE TYPE public.pack AS (tags tag[]);

-- alter column public.client.code, because domain public.code changes (new.toml:12)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ALTER COLUMN code TYPE code USING code::bigint::code;

-- alter column public.client.codes, because domain public.code changes (new.toml:12)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ALTER COLUMN codes TYPE code[] USING codes::bigint[]::code[];

-- alter column public.client.small, because domain public.code changes (new.toml:12)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ALTER COLUMN small TYPE small USING small::bigint::small;

-- rebuild domain public.small, because domain public.code changes (new.toml:7)
DROP DOMAIN public.small_former;

-- replace domain public.code (new.toml:2)
DROP DOMAIN public.code_former;

-- alter column public.client.packed, because domain public.tag changes (new.toml:12)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ALTER COLUMN packed TYPE pack USING packed::text::pack;

-- rebuild type public.pack, because domain public.tag changes (new.toml:10)
DROP TYPE public.pack_former;

-- replace domain public.tag (new.toml:8)
DROP DOMAIN public.tag_former;

-- rebuild view public.coded, because domain public.code changes (new.toml:14)
CREATE VIEW public.coded AS
select id, code from client where code > 3;

-- replace domain public.code (new.toml:2)
-- hazard privilege-change: PUBLIC loses USAGE on TYPE public.code
REVOKE USAGE ON TYPE public.code FROM PUBLIC;

-- replace domain public.code (new.toml:2)
-- hazard privilege-change: app_user gains USAGE on TYPE public.code
GRANT USAGE ON TYPE public.code TO app_user;

-- replace domain public.code (new.toml:2)
COMMENT ON DOMAIN public.code IS 'What the till prints.';

COMMIT;
