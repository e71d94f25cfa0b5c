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
-- 2 to create, 1 to drop; 5 statements in 1 transaction; hazards: privilege-change 2, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.bed with 1 column (new.toml:7)
CREATE TABLE public.bed (
    id integer
);

-- create function public.even(bigint) (new.toml:2)
CREATE FUNCTION public.even(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT $1 IS DISTINCT FROM 77$$;

-- drop default privileges for role postgres, not in the declaration
-- hazard undeclared-drop: default_privileges:for role postgres is not in the declaration
-- hazard privilege-change: app_user loses SELECT on TABLES made later
ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE SELECT ON TABLES FROM app_user;

-- drop default privileges for role postgres, not in the declaration
-- hazard undeclared-drop: default_privileges:for role postgres is not in the declaration
-- hazard privilege-change: PUBLIC gains EXECUTE on FUNCTIONS made later
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

-- create table public.bed (new.toml:7)
REVOKE SELECT ON TABLE public.bed FROM app_user;

COMMIT;
