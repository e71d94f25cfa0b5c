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
-- 6 to change; 13 statements in 1 transaction; hazards: privilege-change 13
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter schema billing (new.toml:1)
-- hazard privilege-change: app_auditor gains USAGE on SCHEMA billing, and may grant it
GRANT USAGE ON SCHEMA billing TO app_auditor WITH GRANT OPTION;

-- alter schema billing (new.toml:1)
-- hazard privilege-change: app_user gains CREATE on SCHEMA billing
GRANT CREATE ON SCHEMA billing TO app_user;

-- alter enum public.kind (new.toml:11)
-- hazard privilege-change: PUBLIC loses USAGE on TYPE public.kind
REVOKE USAGE ON TYPE public.kind FROM PUBLIC;

-- alter enum public.kind (new.toml:11)
-- hazard privilege-change: app_user gains USAGE on TYPE public.kind, and may grant it
GRANT USAGE ON TYPE public.kind TO app_user WITH GRANT OPTION;

-- alter sequence public.number (new.toml:7)
-- hazard privilege-change: app_user loses USAGE on SEQUENCE public.number
REVOKE USAGE ON SEQUENCE public.number FROM app_user;

-- alter sequence public.number (new.toml:7)
-- hazard privilege-change: app_auditor gains SELECT, USAGE on SEQUENCE public.number
GRANT SELECT, USAGE ON SEQUENCE public.number TO app_auditor;

-- alter table billing.invoice (new.toml:3)
-- hazard privilege-change: app_auditor gains SELECT on TABLE billing.invoice, and may grant it
GRANT SELECT ON TABLE billing.invoice TO app_auditor WITH GRANT OPTION;

-- alter table billing.invoice (new.toml:3)
-- hazard privilege-change: app_user gains DELETE, INSERT on TABLE billing.invoice
GRANT DELETE, INSERT ON TABLE billing.invoice TO app_user;

-- alter table billing.invoice (new.toml:3)
-- hazard privilege-change: PUBLIC gains SELECT on TABLE billing.invoice
GRANT SELECT ON TABLE billing.invoice TO PUBLIC;

-- alter column billing.invoice.note (new.toml:4)
-- hazard privilege-change: app_user loses UPDATE (note) on TABLE billing.invoice
REVOKE UPDATE (note) ON TABLE billing.invoice FROM app_user;

-- alter column billing.invoice.note (new.toml:4)
-- hazard privilege-change: app_auditor gains SELECT (note), UPDATE (note) on TABLE billing.invoice
GRANT SELECT (note), UPDATE (note) ON TABLE billing.invoice TO app_auditor;

-- alter function public.f() (new.toml:9)
-- hazard privilege-change: PUBLIC loses EXECUTE on FUNCTION public.f()
REVOKE EXECUTE ON FUNCTION public.f() FROM PUBLIC;

-- alter function public.f() (new.toml:9)
-- hazard privilege-change: app_user gains EXECUTE on FUNCTION public.f()
GRANT EXECUTE ON FUNCTION public.f() TO app_user;

COMMIT;
