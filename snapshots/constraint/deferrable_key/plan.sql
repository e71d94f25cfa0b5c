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
-- 3 to create; 4 statements in 1 transaction; hazards: may-fail 2, non-concurrent-index 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.a_bill with 1 column (new.toml:6)
CREATE TABLE public.a_bill (
    client integer
);

-- create constraint public.client.client_pkey (new.toml:3)
-- hazard scan-exclusive: reads and writes of public.client wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.client without a value in id
-- hazard may-fail: it fails if there are several rows of public.client with the same id
ALTER TABLE public.client ADD CONSTRAINT client_pkey PRIMARY KEY (id) DEFERRABLE;

-- create index public.client.client_now (new.toml:5)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE UNIQUE INDEX client_now ON public.client (id);

-- create constraint public.a_bill.a_bill_client_fkey (new.toml:7)
ALTER TABLE public.a_bill ADD CONSTRAINT a_bill_client_fkey FOREIGN KEY (client) REFERENCES public.client (id);

COMMIT;
