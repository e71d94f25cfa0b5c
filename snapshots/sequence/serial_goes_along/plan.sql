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
-- 6 to rename; 7 statements in 1 transaction; hazards: rename-breaks-clients 6
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename sequence public.customer_id_seq to public.client_number_seq (new.toml:7)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SEQUENCE public.customer_id_seq RENAME TO client_number_seq;

-- rename sequence public.visit_numbers to public.visit_id_seq (new.toml:14)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SEQUENCE public.visit_numbers RENAME TO visit_id_seq;

-- rename sequence public.bed_id_seq to ward.place_id_seq (new.toml:11)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SEQUENCE public.bed_id_seq RENAME TO place_id_seq;

-- rename table public.customer to public.client (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.customer RENAME TO client;

-- rename table public.bed to ward.place (new.toml:9)
ALTER TABLE public.bed SET SCHEMA ward;

-- rename table public.bed to ward.place (new.toml:9)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE ward.bed RENAME TO place;

-- rename column public.customer.id to number (new.toml:7)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.client RENAME COLUMN id TO number;

COMMIT;
