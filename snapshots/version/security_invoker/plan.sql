SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to change; 1 statement in 1 transaction; hazards: privilege-change 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter view public.everybody (new.toml:3)
-- hazard privilege-change: whose rights public.everybody reads its tables with changes
ALTER VIEW public.everybody SET (security_invoker=true, security_barrier=true);

COMMIT;
