SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 2 to create, 1 to change; 3 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter identity of public.queue.n
ALTER SEQUENCE public.queue_n_seq SET UNLOGGED;

-- create identity of public.queue.id (new.toml:4)
ALTER SEQUENCE public.queue_id_seq SET LOGGED;

-- create identity of public.visit.id (new.toml:6)
ALTER SEQUENCE public.visit_id_seq SET UNLOGGED;

COMMIT;
