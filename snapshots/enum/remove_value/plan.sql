-- plan for golden (PostgreSQL)
-- 1 to change, 3 to rebuild; 14 statements in 1 transaction; hazards: may-fail 2, non-concurrent-index 2, privilege-change 2, rewrite 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.open_task, because enum public.status changes (new.toml:8)
DROP VIEW public.open_task;

-- rebuild index public.task.task_open_idx, because enum public.status changes (new.toml:7)
-- hazard non-concurrent-index: reads and writes of public.task wait while the index goes
DROP INDEX public.task_open_idx;

-- rebuild default of public.task.status, because enum public.status changes (new.toml:6)
ALTER TABLE public.task ALTER COLUMN status DROP DEFAULT;

-- alter enum public.status (new.toml:1)
ALTER TYPE public.status RENAME TO status_former;

-- alter enum public.status (new.toml:1)
CREATE TYPE public.status AS ENUM ('done', 'open');

-- alter enum public.status (new.toml:1)
COMMENT ON TYPE public.status IS 'How far a task is.';

-- alter enum public.status (new.toml:1)
-- hazard privilege-change: who may use TYPE public.status changes
GRANT USAGE ON TYPE public.status TO app_user;

-- alter enum public.status (new.toml:1)
-- hazard privilege-change: who may use TYPE public.status changes
REVOKE USAGE ON TYPE public.status FROM PUBLIC;

-- alter enum public.status (new.toml:1)
-- hazard rewrite: table public.task is rewritten under an exclusive lock
-- hazard may-fail: it fails if a row of public.task still has 'waiting'
ALTER TABLE public.task ALTER COLUMN seen TYPE public.status[] USING seen::text[]::public.status[];

-- alter enum public.status (new.toml:1)
-- hazard rewrite: table public.task is rewritten under an exclusive lock
-- hazard may-fail: it fails if a row of public.task still has 'waiting'
ALTER TABLE public.task ALTER COLUMN status TYPE public.status USING status::text::public.status;

-- alter enum public.status (new.toml:1)
DROP TYPE public.status_former;

SET LOCAL search_path = public;
-- rebuild default of public.task.status, because enum public.status changes (new.toml:6)
ALTER TABLE public.task ALTER COLUMN status SET DEFAULT 'open';

-- rebuild index public.task.task_open_idx, because enum public.status changes (new.toml:7)
-- hazard non-concurrent-index: writes to public.task wait until the index is built; if it is large, build the index by hand with CREATE INDEX CONCURRENTLY first
CREATE INDEX task_open_idx ON public.task (id) WHERE (status = 'open');

-- rebuild view public.open_task, because enum public.status changes (new.toml:8)
CREATE VIEW public.open_task AS
select id, status from task where status <> 'done';

COMMIT;
