SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to rename; 2 statements in 1 transaction; hazards: rename-breaks-clients 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename table public.invoices to billing.Invoice (new.toml:3)
ALTER TABLE public.invoices SET SCHEMA billing;

-- rename table public.invoices to billing.Invoice (new.toml:3)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE billing.invoices RENAME TO "Invoice";

COMMIT;
