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
-- 3 to create, 3 to change; 5 statements in 1 transaction; hazards: detach-blocking 3, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.sale_a (new.toml:6)
-- hazard detach-blocking: reads and writes of public.sale wait
ALTER TABLE public.sale DETACH PARTITION public.sale_a;

-- alter table public.sale_b (new.toml:7)
-- hazard detach-blocking: reads and writes of public.sale wait
ALTER TABLE public.sale DETACH PARTITION public.sale_b;

-- alter table public.sale_c (new.toml:8)
-- hazard detach-blocking: reads and writes of public.sale wait
ALTER TABLE public.sale DETACH PARTITION public.sale_c;

SET LOCAL search_path = public;
-- alter table public.sale_a (new.toml:6)
-- hazard scan-exclusive: public.sale_a is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.sale ATTACH PARTITION public.sale_a for values in (3, 4);

-- alter table public.sale_b (new.toml:7)
-- hazard scan-exclusive: public.sale_b is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.sale ATTACH PARTITION public.sale_b for values in (1, 2);

COMMIT;
