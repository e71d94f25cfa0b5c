-- plan for golden (PostgreSQL)
-- 3 to change; 3 statements in 1 transaction; hazards: rewrite 3, unlogged 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.room (new.toml:7)
-- hazard rewrite: the whole table is written anew under a lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.night SET UNLOGGED;

-- alter table public.room (new.toml:7)
-- hazard rewrite: the whole table is written anew under a lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.bed SET UNLOGGED;

-- alter table public.room (new.toml:7)
-- hazard rewrite: the whole table is written anew under a lock
-- hazard unlogged: after a crash the table is empty
ALTER TABLE public.room SET UNLOGGED;

COMMIT;
