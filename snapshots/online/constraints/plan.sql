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
-- 3 to create; 6 statements in 5 transactions; hazards: may-fail 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 5
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create constraint public.visit.code_positive (new.toml:13)
-- hazard may-fail: it fails if there are rows of public.visit that violate code_positive
ALTER TABLE public.visit ADD CONSTRAINT code_positive CHECK (code > 0) NOT VALID;

-- create constraint public.visit.visit_customer (new.toml:12)
-- hazard may-fail: it fails if there are rows of public.visit whose customer_id is in no row of public.customer
ALTER TABLE public.visit ADD CONSTRAINT visit_customer FOREIGN KEY (customer_id) REFERENCES public.customer (id) ON DELETE CASCADE NOT VALID;

COMMIT;

-- transaction 2 of 5, outside a block
SET search_path = pg_catalog;
-- create constraint public.visit.code_once (new.toml:14)
-- hazard may-fail: it fails if there are several rows of public.visit with the same code, id
CREATE UNIQUE INDEX CONCURRENTLY code_once ON public.visit (code, id) INCLUDE (note);

RESET search_path;

-- transaction 3 of 5
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.code_once (new.toml:14)
ALTER TABLE public.visit ADD CONSTRAINT code_once UNIQUE USING INDEX code_once DEFERRABLE INITIALLY DEFERRED;

COMMIT;

-- transaction 4 of 5
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.code_positive (new.toml:13)
ALTER TABLE public.visit VALIDATE CONSTRAINT code_positive;

COMMIT;

-- transaction 5 of 5
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create constraint public.visit.visit_customer (new.toml:12)
ALTER TABLE public.visit VALIDATE CONSTRAINT visit_customer;

COMMIT;
