SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 2 to change; 3 statements in 1 transaction; hazards: rewrite 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- alter table public.child (new.toml:6)
-- hazard rewrite: the whole table is written anew under a lock
ALTER TABLE public.child ALTER COLUMN id TYPE integer;

-- alter table public.child (new.toml:6)
-- hazard scan-exclusive: public.child is read while its reads and writes wait, unless a valid CHECK proves that id is not null
ALTER TABLE public.child ALTER COLUMN id SET NOT NULL;

-- alter table public.child (new.toml:6)
ALTER TABLE public.child INHERIT public.parent;

COMMIT;
