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
-- 1 to create, 3 to change, 2 to rebuild; 9 statements in 1 transaction; hazards: rewrite-table 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace constraint public.short.short_check (new.toml:4)
ALTER DOMAIN public.short DROP CONSTRAINT short_check;

-- rebuild domain public.short, because constraint public.short.short_check changes (new.toml:4)
ALTER DOMAIN public.short RENAME TO short_former;

-- rebuild domain public.whole, because constraint public.whole.whole_check changes (new.toml:3)
ALTER DOMAIN public.whole RENAME TO whole_former;

SET LOCAL search_path = public;
-- rebuild domain public.short, because constraint public.short.short_check changes (new.toml:4)
-- replace constraint public.short.short_check (new.toml:4)
CREATE DOMAIN public.short AS text CONSTRAINT short_check CHECK (length(value) < 9);

-- rebuild domain public.whole, because constraint public.whole.whole_check changes (new.toml:3)
-- create constraint public.whole.whole_check (new.toml:3)
CREATE DOMAIN public.whole AS integer CONSTRAINT whole_check CHECK (value > 0);

-- alter column public.parcel.numbers, because constraint public.whole.whole_check changes (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.parcel ALTER COLUMN numbers TYPE whole[] USING numbers::integer[]::whole[];

-- rebuild domain public.whole, because constraint public.whole.whole_check changes (new.toml:3)
DROP DOMAIN public.whole_former;

-- alter column public.parcel.names, because constraint public.short.short_check changes (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.parcel ALTER COLUMN names TYPE short[] USING names::text[]::short[];

-- rebuild domain public.short, because constraint public.short.short_check changes (new.toml:4)
DROP DOMAIN public.short_former;

COMMIT;
