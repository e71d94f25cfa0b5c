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
-- 2 to change, 2 to rebuild; 6 statements in 1 transaction; hazards: locks-other-table 1, locks-partition-tree 3, rewrite-table 2, scan-blocks-writes 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.first_visits, because column public.visit.account_id changes (new.toml:12)
DROP VIEW public.first_visits;

-- rebuild constraint public.visit.visit_account_id_fkey, because column public.visit.account_id changes (new.toml:7)
-- hazard locks-other-table: it also locks public.account, which it does not name
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.visit DROP CONSTRAINT visit_account_id_fkey;

SET LOCAL search_path = public;
-- alter column public.account.id (new.toml:3)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.account ALTER COLUMN id TYPE uuid USING id::uuid;

-- alter column public.visit.account_id (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.visit ALTER COLUMN account_id TYPE uuid USING account_id::uuid;

-- rebuild constraint public.visit.visit_account_id_fkey, because column public.visit.account_id changes (new.toml:7)
-- hazard scan-blocks-writes: writes to public.visit and public.account wait while every row is looked up
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.visit ADD CONSTRAINT visit_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account (id);

-- rebuild view public.first_visits, because column public.visit.account_id changes (new.toml:12)
CREATE VIEW public.first_visits AS
select account_id from visit_1;

COMMIT;
