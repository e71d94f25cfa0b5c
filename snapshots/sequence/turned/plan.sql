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
-- 2 to change; 3 statements in 1 transaction; hazards: sequence-lock 1, sequence-restart 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter sequence public.ticket (new.toml:3)
-- hazard sequence-restart: no value so far is within the new bounds: the sequence starts again
-- hazard sequence-lock: nextval of public.ticket waits for the end of the transaction
ALTER SEQUENCE public.ticket INCREMENT -1 MINVALUE -2147483648 MAXVALUE -1 START -1 RESTART;

-- alter column public.countdown.id (new.toml:6)
-- hazard sequence-restart: no value so far is within the new bounds: the sequence starts again
ALTER TABLE public.countdown ALTER COLUMN id SET INCREMENT -2 SET MINVALUE -2147483648 SET MAXVALUE -1 SET START -1 RESTART;

-- alter column public.countdown.id (new.toml:6)
SELECT setval(pg_get_serial_sequence('public.countdown', 'id'), min(id)) FROM public.countdown HAVING min(id) <= -1;

COMMIT;
