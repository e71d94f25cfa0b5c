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
-- 3 to create, 1 to drop; 6 statements in 1 transaction; hazards: privilege-change 5, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.invoice with 1 column, 1 constraint (new.toml:9)
CREATE TABLE public.invoice (
    id integer NOT NULL,
    CONSTRAINT invoice_pkey PRIMARY KEY (id)
);

-- drop default privileges for role app_owner, not in the declaration
-- hazard undeclared-drop: default_privileges:for role app_owner is not in the declaration
-- hazard privilege-change: PUBLIC gains EXECUTE on FUNCTIONS made later
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

-- create default privileges for role app_owner in schema billing (new.toml:3)
-- hazard privilege-change: app_auditor gains SELECT on TABLES made later, and may grant it
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA billing GRANT SELECT ON TABLES TO app_auditor WITH GRANT OPTION;

-- create default privileges for role app_owner in schema billing (new.toml:3)
-- hazard privilege-change: app_user gains INSERT, SELECT on TABLES made later
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA billing GRANT INSERT, SELECT ON TABLES TO app_user;

-- create default privileges for role app_owner in schema billing (new.toml:3)
-- hazard privilege-change: app_user gains USAGE on SEQUENCES made later
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA billing GRANT USAGE ON SEQUENCES TO app_user;

-- create default privileges for role postgres (new.toml:6)
-- hazard privilege-change: app_auditor gains SELECT on TABLES made later
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT SELECT ON TABLES TO app_auditor;

COMMIT;
