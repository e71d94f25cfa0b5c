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
-- 3 to change, 2 to drop; 6 statements in 1 transaction; hazards: data-loss 1, rewrite-table 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop default of public.visit.id
ALTER TABLE public.visit ALTER COLUMN id DROP DEFAULT;

-- drop sequence public.visit_id_seq, not in the declaration
-- hazard data-loss: how far the sequence has counted is lost
-- hazard undeclared-drop: sequence:public.visit_id_seq is not in the declaration
DROP SEQUENCE public.visit_id_seq;

SET LOCAL search_path = public;
-- alter column public.visit.id (new.toml:2)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.visit ALTER COLUMN id TYPE bigint;

-- alter column public.visit.number (new.toml:3)
ALTER TABLE public.visit ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (START 100);

-- alter column public.visit.number (new.toml:3)
SELECT setval(pg_get_serial_sequence('public.visit', 'number'), max(number)) FROM public.visit HAVING max(number) >= 100;

-- alter column public.visit.other (new.toml:4)
ALTER TABLE public.visit ALTER COLUMN other SET GENERATED ALWAYS SET INCREMENT 5 SET CACHE 10;

COMMIT;
