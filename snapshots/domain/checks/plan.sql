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
-- 1 to create, 3 to change; 8 statements in 1 transaction; hazards: domain-fanout 2, privilege-change 2, scan-blocks-writes 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace constraint public.email.email_check (new.toml:6)
ALTER DOMAIN public.email DROP CONSTRAINT email_check;

SET LOCAL search_path = public;
-- alter domain public.percent (new.toml:9)
ALTER DOMAIN public.percent SET DEFAULT 100;

-- alter domain public.percent (new.toml:9)
ALTER DOMAIN public.percent DROP NOT NULL;

-- replace constraint public.email.email_check (new.toml:6)
-- hazard scan-blocks-writes: writes to public.person wait while every row is read
-- hazard domain-fanout: email is the type of columns of public.person
ALTER DOMAIN public.email ADD CONSTRAINT email_check CHECK (value like '%@%.%');

-- create constraint public.email.email_short (new.toml:7)
-- hazard scan-blocks-writes: writes to public.person wait while every row is read
-- hazard domain-fanout: email is the type of columns of public.person
ALTER DOMAIN public.email ADD CONSTRAINT email_short CHECK (length(value) < 300);

-- alter domain public.email (new.toml:1)
-- hazard privilege-change: PUBLIC loses USAGE on TYPE public.email
REVOKE USAGE ON TYPE public.email FROM PUBLIC;

-- alter domain public.email (new.toml:1)
-- hazard privilege-change: app_user gains USAGE on TYPE public.email
GRANT USAGE ON TYPE public.email TO app_user;

-- alter domain public.email (new.toml:1)
COMMENT ON DOMAIN public.email IS 'Good enough to send to.';

COMMIT;
