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
-- 1 to create, 4 to change; 10 statements in 1 transaction; hazards: privilege-change 4, sequence-lock 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter sequence public.moves (new.toml:20)
-- hazard sequence-lock: nextval of public.moves waits for the end of the transaction
ALTER SEQUENCE public.moves OWNED BY NONE;

-- alter sequence public.moves (new.toml:20)
-- hazard privilege-change: the owner of SEQUENCE public.moves becomes app_owner
ALTER SEQUENCE public.moves OWNER TO app_owner;

-- alter sequence public.moves (new.toml:20)
-- hazard sequence-lock: nextval of public.moves waits for the end of the transaction
ALTER SEQUENCE public.moves OWNED BY public.visit.other;

-- alter sequence public.visits (new.toml:14)
-- hazard privilege-change: the owner of SEQUENCE public.visits becomes app_owner
ALTER SEQUENCE public.visits OWNER TO app_owner;

-- alter sequence public.visits (new.toml:14)
-- hazard sequence-lock: nextval of public.visits waits for the end of the transaction
ALTER SEQUENCE public.visits OWNED BY public.visit.id;

SET LOCAL search_path = public;
-- create table public.bed with 1 column (new.toml:10)
CREATE TABLE public.bed (
    id integer
);

-- alter sequence public.wards (new.toml:17)
-- hazard privilege-change: the owner of SEQUENCE public.wards becomes postgres
ALTER SEQUENCE public.wards OWNER TO postgres;

-- alter sequence public.wards (new.toml:17)
-- hazard sequence-lock: nextval of public.wards waits for the end of the transaction
ALTER SEQUENCE public.wards OWNED BY public.bed.id;

-- create table public.bed (new.toml:10)
ALTER TABLE public.bed OWNER TO app_owner;

-- alter table public.ward (new.toml:6)
-- hazard privilege-change: the owner of TABLE public.ward becomes app_owner
ALTER TABLE public.ward OWNER TO app_owner;

COMMIT;
