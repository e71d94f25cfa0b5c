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
-- 6 to create, 2 to change; 15 statements in 1 transaction; hazards: privilege-change 2, rename-breaks-clients 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace range public.span (new.toml:6)
DROP TYPE public.span;

-- alter range public.floatrange (new.toml:1)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TYPE public.floatmultirange RENAME TO floats;

-- alter range public.floatrange (new.toml:1)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION public.floatmultirange() RENAME TO floats;

-- alter range public.floatrange (new.toml:1)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION public.floatmultirange(public.floatrange) RENAME TO floats;

-- alter range public.floatrange (new.toml:1)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION public.floatmultirange(VARIADIC public.floatrange[]) RENAME TO floats;

SET LOCAL search_path = public;
-- replace range public.span (new.toml:6)
CREATE TYPE public.span AS RANGE (subtype = bigint);

-- create range public.times (new.toml:7)
CREATE TYPE public.times AS RANGE (subtype = interval, subtype_diff = public.days);

-- create domain public.time_many (new.toml:10)
CREATE DOMAIN public.time_many AS times_multirange;

-- create range public.words (new.toml:8)
CREATE TYPE public.words AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, "collation" = "C");

-- create column public.booking.times (new.toml:16)
ALTER TABLE public.booking ADD COLUMN times time_many;

-- create column public.booking.word with default (new.toml:17)
ALTER TABLE public.booking ADD COLUMN word words DEFAULT words('a', 'b');

-- create view public.wide (new.toml:19)
CREATE VIEW public.wide AS
select id from booking where price && floatrange(0, 1) and '{[1,2]}'::span_multirange @> 1::bigint;

-- alter range public.floatrange (new.toml:1)
-- hazard privilege-change: PUBLIC loses USAGE on TYPE public.floatrange
REVOKE USAGE ON TYPE public.floatrange FROM PUBLIC;

-- alter range public.floatrange (new.toml:1)
-- hazard privilege-change: app_user gains USAGE on TYPE public.floatrange
GRANT USAGE ON TYPE public.floatrange TO app_user;

-- alter range public.floatrange (new.toml:1)
COMMENT ON TYPE public.floatrange IS 'A price, from and to.';

COMMIT;
