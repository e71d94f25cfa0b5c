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
-- 2 to change; 13 statements in 1 transaction; hazards: privilege-change 9
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.visit (new.toml:2)
-- hazard privilege-change: app_owner gains SELECT on TABLE public.visit, and may grant it
GRANT SELECT ON TABLE public.visit TO app_owner WITH GRANT OPTION;

-- alter table public.visit (new.toml:2)
-- hazard privilege-change: app_auditor gains SELECT on TABLE public.visit
GRANT SELECT ON TABLE public.visit TO app_auditor;

-- alter table public.visit (new.toml:2)
SET LOCAL ROLE app_user;

-- alter table public.visit (new.toml:2)
-- hazard privilege-change: PUBLIC loses INSERT on TABLE public.visit
REVOKE INSERT ON TABLE public.visit FROM PUBLIC;

-- alter table public.visit (new.toml:2)
-- hazard privilege-change: app_auditor loses SELECT on TABLE public.visit
REVOKE SELECT ON TABLE public.visit FROM app_auditor;

-- alter table public.visit (new.toml:2)
RESET ROLE;

-- alter table public.visit (new.toml:2)
-- hazard privilege-change: app_auditor loses INSERT on TABLE public.visit
REVOKE INSERT ON TABLE public.visit FROM app_auditor;

-- alter table public.visit (new.toml:2)
-- hazard privilege-change: app_user loses INSERT on TABLE public.visit
REVOKE INSERT ON TABLE public.visit FROM app_user;

-- alter table public.visit (new.toml:2)
-- hazard privilege-change: app_user may no longer grant SELECT on TABLE public.visit
REVOKE GRANT OPTION FOR SELECT ON TABLE public.visit FROM app_user;

-- alter column public.visit.note (new.toml:4)
-- hazard privilege-change: app_auditor gains UPDATE (note) on TABLE public.visit, and may grant it
GRANT UPDATE (note) ON TABLE public.visit TO app_auditor WITH GRANT OPTION;

-- alter column public.visit.note (new.toml:4)
SET LOCAL ROLE app_auditor;

-- alter column public.visit.note (new.toml:4)
-- hazard privilege-change: app_user gains UPDATE (note) on TABLE public.visit
GRANT UPDATE (note) ON TABLE public.visit TO app_user;

-- alter column public.visit.note (new.toml:4)
RESET ROLE;

COMMIT;
