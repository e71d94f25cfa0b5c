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
-- 1 to change, 5 to rename, 1 to drop; 8 statements in 1 transaction; hazards: data-loss 1, rename-breaks-clients 5, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename schema sales to trade (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SCHEMA sales RENAME TO trade;

-- rename table public.client to public.customer (new.toml:3)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.client RENAME TO customer;

-- rename table public.invoice to trade.invoice (new.toml:6)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.invoice SET SCHEMA trade;

-- rename column public.client.vip to dear (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.customer RENAME COLUMN vip TO dear;

-- rename publication clients to customers (new.toml:10)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER PUBLICATION clients RENAME TO customers;

-- replace published table invoices."trade.invoice" (new.toml:11)
ALTER PUBLICATION invoices DROP TABLE ONLY trade.invoice;

-- drop column trade.invoice.gone, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:trade.invoice.gone is not in the declaration
ALTER TABLE trade.invoice DROP COLUMN gone;

SET LOCAL search_path = public;
-- replace published table invoices."trade.invoice" (new.toml:11)
ALTER PUBLICATION invoices ADD TABLE ONLY trade.invoice (id, paid);

COMMIT;
