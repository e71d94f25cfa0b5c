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
-- 2 to create, 1 to change; 6 statements in 1 transaction; hazards: may-fail 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.ward with 1 column, 1 constraint (new.toml:6)
CREATE TABLE public.ward (
    id integer NOT NULL,
    CONSTRAINT ward_pkey PRIMARY KEY (id)
);

-- create table public.ward with 1 column, 1 constraint (new.toml:6)
COMMENT ON INDEX public.ward_pkey IS 'New.';

-- create constraint public.room.room_name_key (new.toml:5)
-- hazard scan-exclusive: reads and writes of public.room wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.room with the same name
ALTER TABLE public.room ADD CONSTRAINT room_name_key UNIQUE (name);

-- create constraint public.room.room_name_key (new.toml:5)
COMMENT ON INDEX public.room_name_key IS 'Large.';

-- alter constraint public.room.room_pkey (new.toml:4)
COMMENT ON INDEX public.room_pkey IS 'It''s small.';

-- alter constraint public.room.room_pkey (new.toml:4)
COMMENT ON CONSTRAINT room_pkey ON public.room IS 'One number a room.';

COMMIT;
