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
-- 2 to create; 6 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create schema billing (new.toml:1)
CREATE SCHEMA billing;

SET LOCAL search_path = public;
-- create table billing.invoice with 1 column, 1 constraint (new.toml:5)
CREATE TABLE billing.invoice (
    id bigint NOT NULL,
    CONSTRAINT invoice_pkey PRIMARY KEY (id)
);

-- create schema billing (new.toml:1)
ALTER SCHEMA billing OWNER TO app_owner;

-- create schema billing (new.toml:1)
GRANT CREATE, USAGE ON SCHEMA billing TO app_auditor;

-- create schema billing (new.toml:1)
GRANT USAGE ON SCHEMA billing TO app_user;

-- create schema billing (new.toml:1)
COMMENT ON SCHEMA billing IS 'What is owed, and by whom.';

COMMIT;
