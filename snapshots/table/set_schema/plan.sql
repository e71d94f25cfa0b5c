-- plan for golden (PostgreSQL)
-- 1 to create, 2 to change, 1 to rename, 1 to drop; 6 statements in 1 transaction; hazards: data-loss 1, rename-breaks-clients 1, undeclared-drop 1
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

-- create sequence billing.invoices_id_seq (new.toml:8)
CREATE SEQUENCE billing.invoices_id_seq AS integer OWNED BY billing."Invoice".id;

SET LOCAL search_path = public;
-- alter default of billing.Invoice.id (new.toml:5)
ALTER TABLE ONLY billing."Invoice" ALTER COLUMN id SET DEFAULT nextval('billing.invoices_id_seq');

-- drop sequence public.invoices_id_seq, which nobody declares
-- hazard data-loss: how far the sequence has counted is lost
-- hazard undeclared-drop: nobody declares sequence:public.invoices_id_seq
DROP SEQUENCE public.invoices_id_seq;

-- alter view public.noted (new.toml:11)
CREATE OR REPLACE VIEW public.noted AS
select note from billing."Invoice";

COMMIT;
