SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to change; 2 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- alter view public.adult (new.toml:5)
CREATE OR REPLACE VIEW public.adult WITH (security_barrier=true) AS
select id, name, age from person where age >= 21;

-- alter view public.adult (new.toml:5)
COMMENT ON VIEW public.adult IS 'One more column, at the end.';

COMMIT;
