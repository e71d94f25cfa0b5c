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
-- 2 to change, 1 to rebuild; 4 statements in 1 transaction; hazards: locks-partition-tree 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild copied trigger public.visit_2.told, because trigger public.visit.told changes (new.toml:11)
ALTER TABLE ONLY public.visit_2 DISABLE TRIGGER told;

-- alter trigger public.visit.told (new.toml:5)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.visit DISABLE TRIGGER told;

-- alter copied trigger public.visit_1.seen (new.toml:8)
ALTER TABLE ONLY public.visit_1 ENABLE REPLICA TRIGGER seen;

-- rebuild copied trigger public.visit_2.told, because trigger public.visit.told changes (new.toml:11)
ALTER TABLE ONLY public.visit_2 ENABLE ALWAYS TRIGGER told;

COMMIT;
