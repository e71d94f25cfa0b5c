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
-- 6 to create, 5 to change, 4 to drop; 16 statements in 1 transaction; hazards: data-loss 2, privilege-change 1, replication 1, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace published table accounts."public.account" (new.toml:17)
ALTER PUBLICATION accounts DROP TABLE ONLY public.account;

-- replace publication orders (new.toml:23)
-- drop published schema orders.sales
-- hazard replication: subscriptions to it fail until it is there again
DROP PUBLICATION orders;

-- drop column public.account.note, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.account.note is not in the declaration
ALTER TABLE public.account DROP COLUMN note;

-- drop table public.gone with 1 column, 1 constraint, not in the declaration
-- drop published table accounts."public.gone"
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: table:public.gone is not in the declaration
DROP TABLE public.gone;

-- create schema archive (new.toml:2)
CREATE SCHEMA archive;

SET LOCAL search_path = public;
-- create table archive.order with 1 column, 1 constraint (new.toml:8)
CREATE TABLE archive."order" (
    id integer NOT NULL,
    CONSTRAINT order_pkey PRIMARY KEY (id)
);

-- create column public.account.kind (new.toml:6)
ALTER TABLE public.account ADD COLUMN kind text;

-- alter publication accounts (new.toml:13)
ALTER PUBLICATION accounts SET (publish='insert, update, delete, truncate', publish_via_partition_root=true);

-- alter publication everything (new.toml:18)
ALTER PUBLICATION everything SET (publish='insert, delete');

-- replace publication orders (new.toml:23)
CREATE PUBLICATION orders FOR ALL TABLES;

-- replace published table accounts."public.account" (new.toml:17)
ALTER PUBLICATION accounts ADD TABLE ONLY public.account WHERE (id > 1 and id <> 7);

-- create published table quiet."public.account" (new.toml:21)
ALTER PUBLICATION quiet ADD TABLE ONLY public.account (id, kind);

-- create published table quiet."sales.order" (new.toml:20)
ALTER PUBLICATION quiet ADD TABLE ONLY sales."order";

-- create published schema accounts.archive (new.toml:15)
ALTER PUBLICATION accounts ADD TABLES IN SCHEMA archive;

-- alter publication quiet (new.toml:20)
-- hazard privilege-change: the owner of PUBLICATION quiet becomes app_owner
ALTER PUBLICATION quiet OWNER TO app_owner;

-- replace publication orders (new.toml:23)
COMMENT ON PUBLICATION orders IS 'All of it.';

COMMIT;
