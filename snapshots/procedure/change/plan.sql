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
-- 1 to create, 1 to change; 5 statements in 1 transaction; hazards: privilege-change 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create procedure public.clear() (new.toml:8)
CREATE PROCEDURE public.clear() LANGUAGE sql AS $$delete from log$$;

-- alter procedure public.note(text) (new.toml:3)
CREATE OR REPLACE PROCEDURE public.note(text) LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public' AS $$ begin insert into log values (upper($1)); end $$;

-- alter procedure public.note(text) (new.toml:3)
-- hazard privilege-change: PUBLIC loses EXECUTE on PROCEDURE public.note(IN text)
REVOKE EXECUTE ON PROCEDURE public.note(IN text) FROM PUBLIC;

-- alter procedure public.note(text) (new.toml:3)
-- hazard privilege-change: app_user gains EXECUTE on PROCEDURE public.note(IN text)
GRANT EXECUTE ON PROCEDURE public.note(IN text) TO app_user;

-- alter procedure public.note(text) (new.toml:3)
COMMENT ON PROCEDURE public.note(IN text) IS 'Writes a line.';

COMMIT;
