SET client_encoding = 'UTF8';
SET default_tablespace = '';
SET default_table_access_method = 'heap';
SET standard_conforming_strings = 'on';
SET backslash_quote = 'safe_encoding';
SET array_nulls = 'on';
SET transform_null_equals = 'off';
SET xmloption = 'content';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET timezone_abbreviations = 'Default';
SET lc_monetary = 'C';
SET bytea_output = 'hex';
SET extra_float_digits = '1';
SET xmlbinary = 'base64';
SET quote_all_identifiers = 'off';
SET check_function_bodies = 'off';
SET row_security = 'off';
SET default_transaction_isolation = 'read committed';
SET default_transaction_deferrable = 'off';
SET synchronize_seqscans = 'off';
SET TimeZone = 'UTC';
-- plan for golden (PostgreSQL)
-- 3 to change, 3 to rebuild; 15 statements in 1 transaction; hazards: may-fail 1, non-concurrent-index 2, privilege-change 2, rewrite-table 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace enum public.status (new.toml:1)
-- hazard may-fail: it stops the plan if a row still holds 'waiting'
DO $$
DECLARE
    used text;
BEGIN
    SELECT string_agg(format('%s holds %L %s times', place, value, times), ', ') INTO used FROM (
        SELECT place, value, count(*) AS times FROM (
            SELECT 'public.task.seen' AS place, in0.value0::text AS value FROM public.task AS t, LATERAL (SELECT value0 FROM unnest(t.seen) AS value0) AS in0
            UNION ALL SELECT 'public.task.status' AS place, t.status::text AS value FROM public.task AS t
        ) AS held WHERE value IN ('waiting') GROUP BY place, value ORDER BY place, value
    ) AS counted;
    IF used IS NOT NULL THEN
        RAISE EXCEPTION '%', 'enum public.status is to lose values that are in use: ' || used
            USING HINT = 'Give these rows other values first.';
    END IF;
END
$$;

-- rebuild view public.open_task, because enum public.status changes (new.toml:8)
DROP VIEW public.open_task;

-- rebuild index public.task.task_open_idx, because enum public.status changes (new.toml:7)
-- hazard non-concurrent-index: reads and writes of public.task wait while the index is dropped
DROP INDEX public.task_open_idx;

-- rebuild default of public.task.status, because enum public.status changes (new.toml:6)
ALTER TABLE public.task ALTER COLUMN status DROP DEFAULT;

-- replace enum public.status (new.toml:1)
ALTER TYPE public.status RENAME TO status_former;

-- replace enum public.status (new.toml:1)
CREATE TYPE public.status AS ENUM ('done', 'open');

SET LOCAL search_path = public;
-- alter column public.task.status, because enum public.status changes (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN status TYPE status USING status::text::status;

-- alter column public.task.seen, because enum public.status changes (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN seen TYPE status[] USING seen::text[]::status[];

-- replace enum public.status (new.toml:1)
DROP TYPE public.status_former;

-- rebuild default of public.task.status, because enum public.status changes (new.toml:6)
ALTER TABLE public.task ALTER COLUMN status SET DEFAULT 'open';

-- rebuild index public.task.task_open_idx, because enum public.status changes (new.toml:7)
-- hazard non-concurrent-index: writes to public.task wait until the index is built; with --online always they go on
CREATE INDEX task_open_idx ON public.task (id) WHERE (status = 'open');

-- rebuild view public.open_task, because enum public.status changes (new.toml:8)
CREATE VIEW public.open_task AS
select id, status from task where status <> 'done';

-- replace enum public.status (new.toml:1)
-- hazard privilege-change: PUBLIC loses USAGE on TYPE public.status
REVOKE USAGE ON TYPE public.status FROM PUBLIC;

-- replace enum public.status (new.toml:1)
-- hazard privilege-change: app_user gains USAGE on TYPE public.status
GRANT USAGE ON TYPE public.status TO app_user;

-- replace enum public.status (new.toml:1)
COMMENT ON TYPE public.status IS 'How far a task is.';

COMMIT;
