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
-- 1 to create, 2 to change; 10 statements in 1 transaction; hazards: privilege-change 2, sequence-lock 4, sequence-restart 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter sequence public.card_number (new.toml:1)
-- hazard sequence-lock: nextval of public.card_number waits for the end of the transaction
ALTER SEQUENCE public.card_number MAXVALUE 9223372036854775807;

-- alter sequence public.card_number (new.toml:1)
-- hazard sequence-restart: a counter beyond the new bounds is set to 999999
SELECT setval('public.card_number', 999999, true) FROM public.card_number WHERE last_value > 999999;

-- alter sequence public.card_number (new.toml:1)
-- hazard sequence-lock: nextval of public.card_number waits for the end of the transaction
ALTER SEQUENCE public.card_number MAXVALUE 999999 CACHE 20 CYCLE;

-- create sequence public.spare (new.toml:9)
CREATE SEQUENCE public.spare AS smallint INCREMENT -1;

-- alter sequence public.ticket_id_seq (new.toml:5)
-- hazard sequence-lock: nextval of public.ticket_id_seq waits for the end of the transaction
ALTER SEQUENCE public.ticket_id_seq MAXVALUE 9223372036854775807;

-- alter sequence public.ticket_id_seq (new.toml:5)
-- hazard sequence-restart: a counter beyond the new bounds is set to 2147483647
SELECT setval('public.ticket_id_seq', 2147483647, true) FROM public.ticket_id_seq WHERE last_value > 2147483647;

-- alter sequence public.ticket_id_seq (new.toml:5)
-- hazard sequence-lock: nextval of public.ticket_id_seq waits for the end of the transaction
ALTER SEQUENCE public.ticket_id_seq AS integer INCREMENT 10 MINVALUE 1 MAXVALUE 2147483647;

-- alter sequence public.card_number (new.toml:1)
-- hazard privilege-change: app_auditor gains SELECT on SEQUENCE public.card_number
GRANT SELECT ON SEQUENCE public.card_number TO app_auditor;

-- alter sequence public.card_number (new.toml:1)
-- hazard privilege-change: app_user gains USAGE on SEQUENCE public.card_number
GRANT USAGE ON SEQUENCE public.card_number TO app_user;

-- alter sequence public.card_number (new.toml:1)
COMMENT ON SEQUENCE public.card_number IS 'On the card.';

COMMIT;
