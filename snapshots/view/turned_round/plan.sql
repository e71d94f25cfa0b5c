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
-- 2 to change, 1 to rebuild; 6 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.all_clients, because view public.outer_clients changes (new.toml:7)
DROP VIEW public.all_clients;

-- replace view public.outer_clients (new.toml:5)
DROP VIEW public.outer_clients;

-- replace view public.inner_clients (new.toml:6)
DROP VIEW public.inner_clients;

SET LOCAL search_path = public;
-- replace view public.outer_clients (new.toml:5)
CREATE VIEW public.outer_clients AS
select id from client;

-- replace view public.inner_clients (new.toml:6)
CREATE VIEW public.inner_clients AS
select id from outer_clients;

-- rebuild view public.all_clients, because view public.outer_clients changes (new.toml:7)
CREATE VIEW public.all_clients AS
select id from inner_clients;

COMMIT;
