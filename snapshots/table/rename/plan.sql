-- plan for golden (PostgreSQL)
-- 3 to change, 2 to rename; 6 statements in 1 transaction; hazards: rename-breaks-clients 1, scan-blocks-writes 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename table public.customer to public.client (new.toml:1)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.customer RENAME TO client;

-- rename index public.customer.customer_name_idx to client_name_idx (new.toml:4)
ALTER INDEX public.customer_name_idx RENAME TO client_name_idx;

-- replace constraint public.visit.visit_customer_id_fkey (new.toml:8)
ALTER TABLE public.visit DROP CONSTRAINT visit_customer_id_fkey;

-- alter column public.client.id (new.toml:3)
ALTER SEQUENCE public.customer_id_seq RENAME TO client_id_seq;

SET LOCAL search_path = public;
-- replace constraint public.visit.visit_customer_id_fkey (new.toml:8)
-- hazard scan-blocks-writes: writes to public.visit and public.client wait while every row is looked up; NOT VALID first and VALIDATE in a later transaction does not stop them
ALTER TABLE public.visit ADD CONSTRAINT visit_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.client (id);

-- alter view public.named (new.toml:9)
CREATE OR REPLACE VIEW public.named AS
select id, name from client where name <> '';

COMMIT;
