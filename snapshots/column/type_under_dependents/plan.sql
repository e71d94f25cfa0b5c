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
-- 1 to change, 4 to rebuild; 12 statements in 1 transaction; hazards: privilege-change 1, rewrite-table 1, rls-change 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild policy public.bill.large, because column public.bill.amount changes (new.toml:15)
-- hazard rls-change: who sees and writes which rows of public.bill changes
DROP POLICY large ON public.bill;

-- rebuild view public.largest, because column public.bill.amount changes (new.toml:21)
DROP VIEW public.largest;

-- rebuild view public.large_bill, because column public.bill.amount changes with 1 column (new.toml:16)
DROP VIEW public.large_bill;

-- rebuild default of public.bill.amount, because column public.bill.amount changes (new.toml:7)
ALTER TABLE public.bill ALTER COLUMN amount DROP DEFAULT;

SET LOCAL search_path = public;
-- alter column public.bill.amount (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.bill ALTER COLUMN amount TYPE bigint;

-- rebuild default of public.bill.amount, because column public.bill.amount changes (new.toml:7)
ALTER TABLE public.bill ALTER COLUMN amount SET DEFAULT 0;

-- rebuild view public.large_bill, because column public.bill.amount changes (new.toml:16)
CREATE VIEW public.large_bill AS
select id, amount from bill where amount > 1000;

-- rebuild view public.largest, because column public.bill.amount changes (new.toml:21)
CREATE VIEW public.largest AS
select max(amount) as amount from large_bill;

-- rebuild policy public.bill.large, because column public.bill.amount changes (new.toml:15)
-- hazard rls-change: who sees and writes which rows of public.bill changes
CREATE POLICY large ON public.bill FOR SELECT TO app_user USING (amount > 10);

-- rebuild view public.large_bill, because column public.bill.amount changes (new.toml:16)
-- hazard privilege-change: app_user gains SELECT on TABLE public.large_bill
GRANT SELECT ON TABLE public.large_bill TO app_user;

-- rebuild view public.large_bill, because column public.bill.amount changes (new.toml:16)
COMMENT ON VIEW public.large_bill IS 'Worth a call.';

-- rebuild column public.large_bill.amount, because column public.bill.amount changes (new.toml:20)
COMMENT ON COLUMN public.large_bill.amount IS 'Still in cents.';

COMMIT;
