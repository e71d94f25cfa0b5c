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
-- 1 to create, 6 to change, 1 to drop; 11 statements in 1 transaction; hazards: undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace subscription by_server (new.toml:12)
DROP SUBSCRIPTION by_server;

-- drop user mapping far.public, not in the declaration
-- hazard undeclared-drop: user_mapping:far.public is not in the declaration
DROP USER MAPPING FOR PUBLIC SERVER far;

SET LOCAL search_path = public;
-- alter foreign data wrapper bare (new.toml:8)
ALTER FOREIGN DATA WRAPPER bare CONNECTION public.postgres_fdw_connection;

-- alter foreign data wrapper own (new.toml:7)
ALTER FOREIGN DATA WRAPPER own NO CONNECTION;

-- create user mapping near.public (new.toml:5)
CREATE USER MAPPING FOR PUBLIC SERVER near;

-- replace subscription by_server (new.toml:12)
CREATE SUBSCRIPTION by_server CONNECTION 'host=two' PUBLICATION a WITH (connect = false, slot_name='none');

-- alter subscription by_string (new.toml:11)
ALTER SUBSCRIPTION by_string SERVER near;

-- alter subscription by_string (new.toml:11)
ALTER SUBSCRIPTION by_string SET (max_retention_duration=5000);

-- alter subscription moves (new.toml:13)
ALTER SUBSCRIPTION moves SERVER near;

-- alter subscription moves (new.toml:13)
ALTER SUBSCRIPTION moves SET (wal_receiver_timeout=-1);

-- alter subscription slotted (new.toml:14)
ALTER SUBSCRIPTION slotted SET (wal_receiver_timeout=0);

COMMIT;
