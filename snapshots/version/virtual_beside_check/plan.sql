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
-- 1 to change, 2 to rebuild; 6 statements in 1 transaction; hazards: scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.doubles, because column public.line.double changes (new.toml:7)
DROP VIEW public.doubles;

-- rebuild constraint public.line.cheap, because column public.line.double changes (new.toml:6)
ALTER TABLE public.line DROP CONSTRAINT cheap;

-- replace column public.line.double (new.toml:4)
ALTER TABLE public.line DROP COLUMN double;

SET LOCAL search_path = public;
-- replace column public.line.double (new.toml:4)
ALTER TABLE public.line ADD COLUMN double integer GENERATED ALWAYS AS (price + price + 1) VIRTUAL;

-- rebuild constraint public.line.cheap, because column public.line.double changes (new.toml:6)
-- hazard scan-exclusive: public.line is read while its reads and writes wait; with --online always they go on
ALTER TABLE public.line ADD CONSTRAINT cheap CHECK (double < 200);

-- rebuild view public.doubles, because column public.line.double changes (new.toml:7)
CREATE VIEW public.doubles AS
select double from line;

COMMIT;
