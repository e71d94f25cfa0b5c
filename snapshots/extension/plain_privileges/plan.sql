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
-- 1 to create; 5 statements in 1 transaction; hazards: extension-change 1, privilege-change 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create extension citext (new.toml:6)
-- hazard privilege-change: app_user loses EXECUTE on FUNCTIONS made later
ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM app_user;

-- create extension citext (new.toml:6)
-- hazard privilege-change: PUBLIC gains EXECUTE on FUNCTIONS made later
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

-- create extension citext (new.toml:6)
-- hazard extension-change: what the extension's script does is not looked into
CREATE EXTENSION citext SCHEMA public;

-- create extension citext (new.toml:6)
-- hazard privilege-change: app_user gains EXECUTE on FUNCTIONS made later
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO app_user;

-- create extension citext (new.toml:6)
-- hazard privilege-change: PUBLIC loses EXECUTE on FUNCTIONS made later
ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

COMMIT;
