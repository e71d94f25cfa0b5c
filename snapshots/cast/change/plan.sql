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
-- 2 to create, 3 to change, 1 to drop; 9 statements in 1 transaction; hazards: may-fail 1, scan-exclusive 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace cast "integer as public.pair" (new.toml:10)
DROP CAST (integer AS public.pair);

-- replace cast "public.pair as integer" (new.toml:11)
DROP CAST (public.pair AS integer);

-- drop cast "public.pair as text", not in the declaration
-- hazard undeclared-drop: cast:"public.pair as text" is not in the declaration
DROP CAST (public.pair AS text);

SET LOCAL search_path = public;
-- replace cast "integer as public.pair" (new.toml:10)
CREATE CAST (integer AS public.pair) WITH FUNCTION public.pair(integer) AS IMPLICIT;

-- replace cast "public.pair as integer" (new.toml:11)
CREATE CAST (public.pair AS integer) WITH FUNCTION public.total(public.pair, integer, boolean) AS ASSIGNMENT;

-- create default of public.game.score (new.toml:13)
ALTER TABLE public.game ALTER COLUMN score SET DEFAULT 1::pair;

-- create constraint public.game.fair (new.toml:14)
-- hazard scan-exclusive: public.game is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.game that violate fair
ALTER TABLE public.game ADD CONSTRAINT fair CHECK (score::integer < 100);

-- alter view public.sums (new.toml:16)
CREATE OR REPLACE VIEW public.sums AS
select id, score::integer as total, 2::pair as two from game;

-- replace cast "integer as public.pair" (new.toml:10)
COMMENT ON CAST (integer AS public.pair) IS 'A draw.';

COMMIT;
