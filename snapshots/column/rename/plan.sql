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
-- 1 to change, 3 to rename; 4 statements in 1 transaction; hazards: rename-breaks-clients 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename column public.address.mail to email (new.toml:10)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.address RENAME COLUMN mail TO email;

-- rename column public.letter.mail to email (new.toml:8)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.letter RENAME COLUMN mail TO email;

-- rename column public.person.mail to email (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.person RENAME COLUMN mail TO email;

SET LOCAL search_path = public;
-- alter function public.mail_of(integer) (new.toml:15)
CREATE OR REPLACE FUNCTION public.mail_of(integer) RETURNS text LANGUAGE sql STABLE AS $$select email from person where id = $1$$;

COMMIT;
