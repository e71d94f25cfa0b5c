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
-- 5 to change; 6 statements in 1 transaction; hazards: privilege-change 6
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter schema billing (new.toml:1)
-- hazard privilege-change: the owner of SCHEMA billing becomes app_auditor
ALTER SCHEMA billing OWNER TO app_auditor;

-- alter enum public.kind (new.toml:14)
-- hazard privilege-change: the owner of TYPE public.kind becomes app_auditor
ALTER TYPE public.kind OWNER TO app_auditor;

-- alter table public.invoice (new.toml:3)
-- hazard privilege-change: the owner of TABLE public.invoice becomes app_auditor
ALTER TABLE public.invoice OWNER TO app_auditor;

-- alter function public.f() (new.toml:10)
-- hazard privilege-change: the owner of FUNCTION public.f() becomes app_auditor
ALTER FUNCTION public.f() OWNER TO app_auditor;

-- alter view public.invoice_note (new.toml:7)
-- hazard privilege-change: the owner of VIEW public.invoice_note becomes app_auditor
ALTER VIEW public.invoice_note OWNER TO app_auditor;

-- alter table public.invoice (new.toml:3)
-- hazard privilege-change: app_auditor gains REFERENCES, TRIGGER, TRUNCATE on TABLE public.invoice
GRANT REFERENCES, TRIGGER, TRUNCATE ON TABLE public.invoice TO app_auditor;

COMMIT;
