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
-- 2 to create, 2 to change, 1 to drop; 8 statements in 1 transaction; hazards: privilege-change 2, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop function public.spare(), not in the declaration
-- hazard undeclared-drop: function:public.spare() is not in the declaration
DROP FUNCTION public.spare();

SET LOCAL search_path = public;
-- alter function public.clean(text) (new.toml:6)
CREATE OR REPLACE FUNCTION public.clean(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ select upper($1) $$;

-- alter function public.good(text) (new.toml:1)
CREATE OR REPLACE FUNCTION public.good(text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10 AS $$ select $1 <> ' ' $$;

-- create function public.spare(integer) (new.toml:7)
CREATE FUNCTION public.spare(integer) RETURNS integer LANGUAGE sql AS $$select $1$$;

-- create function public.split(text, integer) (new.toml:8)
CREATE FUNCTION public.split(source text, at integer default 1, out head text, out tail text) LANGUAGE plpgsql AS $$ begin head := left(source, at); tail := substr(source, at + 1); end $$;

-- alter function public.good(text) (new.toml:1)
-- hazard privilege-change: PUBLIC loses EXECUTE on FUNCTION public.good(text)
REVOKE EXECUTE ON FUNCTION public.good(text) FROM PUBLIC;

-- alter function public.good(text) (new.toml:1)
-- hazard privilege-change: app_user gains EXECUTE on FUNCTION public.good(text)
GRANT EXECUTE ON FUNCTION public.good(text) TO app_user;

-- alter function public.good(text) (new.toml:1)
COMMENT ON FUNCTION public.good(text) IS 'Says something.';

COMMIT;
