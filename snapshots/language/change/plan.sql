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
-- 7 to create, 2 to change; 14 statements in 1 transaction; hazards: privilege-change 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.moved with 1 column (new.toml:26)
CREATE TABLE public.moved (
    id integer
) USING heap2;

-- create function public.int4_in(internal) (new.toml:20)
CREATE FUNCTION public.int4_in(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS $$jsonb_typeof$$;

-- create language plq (new.toml:6)
CREATE LANGUAGE plq HANDLER plpgsql_call_handler;

-- create function public.two() (new.toml:12)
CREATE FUNCTION public.two() RETURNS integer LANGUAGE plq AS $$begin return 2; end$$;

-- alter language plx (new.toml:1)
CREATE OR REPLACE TRUSTED LANGUAGE plx HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;

-- create transform for bigint language plx (new.toml:18)
CREATE TRANSFORM FOR bigint LANGUAGE plx (FROM SQL WITH FUNCTION public.int4_in(internal), TO SQL WITH FUNCTION int8recv(internal));

-- create transform for integer language plx (new.toml:17)
CREATE TRANSFORM FOR integer LANGUAGE plx (FROM SQL WITH FUNCTION public.int4_in(internal));

-- create access method btree2 (new.toml:23)
CREATE ACCESS METHOD btree2 TYPE INDEX HANDLER bthandler;

-- alter language plx (new.toml:1)
-- hazard privilege-change: the owner of LANGUAGE plx becomes app_owner
ALTER LANGUAGE plx OWNER TO app_owner;

-- alter language plx (new.toml:1)
-- hazard privilege-change: PUBLIC loses USAGE on LANGUAGE plx
REVOKE USAGE ON LANGUAGE plx FROM PUBLIC;

-- alter language plx (new.toml:1)
-- hazard privilege-change: app_user gains USAGE on LANGUAGE plx
GRANT USAGE ON LANGUAGE plx TO app_user;

-- alter language plx (new.toml:1)
COMMENT ON LANGUAGE plx IS 'PL/pgSQL by another name.';

-- create transform for bigint language plx (new.toml:18)
COMMENT ON TRANSFORM FOR bigint LANGUAGE plx IS 'Both ways.';

-- alter access method heap2 (new.toml:22)
COMMENT ON ACCESS METHOD heap2 IS 'As the heap.';

COMMIT;
