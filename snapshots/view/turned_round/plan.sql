-- plan for golden (PostgreSQL)
-- 3 to change; 3 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- alter view public.outer_clients (new.toml:5)
CREATE OR REPLACE VIEW public.outer_clients AS
select id, name from client;

-- alter view public.inner_clients (new.toml:6)
CREATE OR REPLACE VIEW public.inner_clients AS
select id, name from outer_clients;

-- alter view public.all_clients (new.toml:7)
CREATE OR REPLACE VIEW public.all_clients AS
select id from inner_clients;

COMMIT;
