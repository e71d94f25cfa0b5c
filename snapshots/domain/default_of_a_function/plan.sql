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
-- 3 to change, 1 to rebuild; 9 statements in 1 transaction; hazards: rewrite-table 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild constraint public.code.code_check, because function public.next_code() changes (new.toml:5)
ALTER DOMAIN public.code DROP CONSTRAINT code_check;

-- rebuild domain public.code, because function public.next_code() changes (new.toml:5)
ALTER DOMAIN public.code RENAME TO code_former;

-- rebuild domain public.code, because function public.next_code() changes (new.toml:5)
ALTER DOMAIN public.code_former DROP DEFAULT;

-- replace function public.next_code() (new.toml:3)
DROP FUNCTION public.next_code();

SET LOCAL search_path = public;
-- replace function public.next_code() (new.toml:3)
CREATE FUNCTION public.next_code() RETURNS bigint LANGUAGE sql AS $$ select 1::bigint $$;

-- rebuild domain public.code, because function public.next_code() changes with 1 constraint (new.toml:5)
CREATE DOMAIN public.code AS integer DEFAULT next_code() CONSTRAINT code_check CHECK (value >= next_code());

-- alter column public.client.code, because function public.next_code() changes (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ALTER COLUMN code TYPE code USING code::integer::code;

-- alter column public.client.codes, because function public.next_code() changes (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.client ALTER COLUMN codes TYPE code[] USING codes::integer[]::code[];

-- rebuild domain public.code, because function public.next_code() changes (new.toml:5)
DROP DOMAIN public.code_former;

COMMIT;
