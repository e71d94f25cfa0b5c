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
SET statement_timeout = '0';
SET lock_timeout = '0';
SET idle_in_transaction_session_timeout = '0';
SET idle_session_timeout = '0';
SET client_min_messages = 'notice';
SET TimeZone = 'UTC';
-- plan for golden (PostgreSQL)
-- 1 to change, 2 to rename; 3 statements in 1 transaction; hazards: rename-breaks-clients 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename table public.customer to public.client (new.toml:1)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.customer RENAME TO client;

-- rename index public.customer.customer_name_idx to client_name_idx (new.toml:5)
ALTER INDEX public.customer_name_idx RENAME TO client_name_idx;

-- alter column public.client.id (new.toml:3)
ALTER SEQUENCE public.customer_id_seq RENAME TO client_id_seq;

COMMIT;
