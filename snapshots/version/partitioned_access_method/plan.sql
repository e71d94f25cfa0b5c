SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to change; 1 statement in 1 transaction; hazards: rewrite 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.sale (new.toml:4)
-- hazard rewrite: the whole table is written anew under a lock
ALTER TABLE public.sale SET ACCESS METHOD DEFAULT;

COMMIT;
