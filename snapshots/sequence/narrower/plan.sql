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
-- 5 to change; 17 statements in 1 transaction; hazards: may-fail 2, rewrite-table 2, sequence-lock 4, sequence-restart 6
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter sequence public.ticket (new.toml:3)
-- hazard sequence-lock: nextval of public.ticket waits for the end of the transaction
ALTER SEQUENCE public.ticket MAXVALUE 9223372036854775807;

-- alter sequence public.ticket (new.toml:3)
-- hazard sequence-restart: a counter beyond the new bounds is set to 99
SELECT setval('public.ticket', 99, true) FROM public.ticket WHERE last_value > 99;

-- alter sequence public.ticket (new.toml:3)
-- hazard sequence-restart: a counter beyond the new bounds is set to 10
SELECT setval('public.ticket', 10, false) FROM public.ticket WHERE last_value < 10;

-- alter sequence public.ticket (new.toml:3)
-- hazard sequence-lock: nextval of public.ticket waits for the end of the transaction
ALTER SEQUENCE public.ticket AS smallint MINVALUE 10 MAXVALUE 99 START 10 CYCLE;

-- alter sequence public.until (new.toml:4)
-- hazard sequence-lock: nextval of public.until waits for the end of the transaction
ALTER SEQUENCE public.until MAXVALUE -1;

-- alter sequence public.until (new.toml:4)
-- hazard sequence-restart: a counter beyond the new bounds is set to -100
SELECT setval('public.until', -100, true) FROM public.until WHERE last_value < -100;

-- alter sequence public.until (new.toml:4)
-- hazard sequence-lock: nextval of public.until waits for the end of the transaction
ALTER SEQUENCE public.until AS integer MINVALUE -100 MAXVALUE -1;

-- alter column public.countdown.id (new.toml:7)
ALTER TABLE public.countdown ALTER COLUMN id SET MAXVALUE -1;

-- alter column public.countdown.id (new.toml:7)
-- hazard sequence-restart: a counter beyond the new bounds is set to -2147483648
SELECT setval('public.countdown_id_seq', -2147483648, true) FROM public.countdown_id_seq WHERE last_value < -2147483648;

-- alter column public.countdown.id (new.toml:7)
ALTER TABLE public.countdown ALTER COLUMN id SET MINVALUE -2147483648;

SET LOCAL search_path = public;
-- alter column public.countdown.id (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard may-fail: it fails if there are rows of public.countdown whose id does not fit into the new type
ALTER TABLE public.countdown ALTER COLUMN id TYPE integer;

-- alter column public.meter.id (new.toml:10)
-- hazard sequence-restart: no value so far is within the new bounds: the sequence starts again
ALTER TABLE public.meter ALTER COLUMN id SET INCREMENT 1 SET MINVALUE -10 SET MAXVALUE 10 SET START -5 RESTART;

-- alter column public.meter.id (new.toml:10)
SELECT setval(pg_get_serial_sequence('public.meter', 'id'), max(id)) FROM public.meter WHERE id <= 10 HAVING max(id) >= -5;

-- alter column public.visit.id (new.toml:13)
ALTER TABLE public.visit ALTER COLUMN id SET MAXVALUE 9223372036854775807;

-- alter column public.visit.id (new.toml:13)
-- hazard sequence-restart: a counter beyond the new bounds is set to 32767
SELECT setval('public.visit_id_seq', 32767, true) FROM public.visit_id_seq WHERE last_value > 32767;

-- alter column public.visit.id (new.toml:13)
ALTER TABLE public.visit ALTER COLUMN id SET MAXVALUE 32767 SET START 1;

-- alter column public.visit.id (new.toml:13)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard may-fail: it fails if there are rows of public.visit whose id does not fit into the new type
ALTER TABLE public.visit ALTER COLUMN id TYPE smallint;

COMMIT;
