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
-- 1 to create, 12 to change, 16 to rebuild, 1 to drop; 64 statements in 2 transactions; hazards: locks-other-table 1, may-fail 1, non-concurrent-index 4, privilege-change 2, rewrite-table 10, rls-change 2, scan-blocks-writes 1, scan-exclusive 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 2
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter enum public.mood (new.toml:7)
ALTER TYPE public.mood ADD VALUE 'sad' AFTER 'glad';

COMMIT;

-- transaction 2 of 2
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace enum public.status (new.toml:2)
-- hazard may-fail: it stops the plan if a row still holds 'waiting'
DO $$
DECLARE
    used text;
BEGIN
    SELECT string_agg(format('%s holds %L %s times', place, value, times), ', ') INTO used FROM (
        SELECT place, value, count(*) AS times FROM (
            SELECT 'public.step.status' AS place, t.status::text AS value FROM public.step AS t
            UNION ALL SELECT 'public.task.level' AS place, (t.level::public.status)::text AS value FROM public.task AS t
            UNION ALL SELECT 'public.task.levels' AS place, in1.value1::text AS value FROM public.task AS t, LATERAL (SELECT value1 FROM unnest((t.levels::public.status[])) AS value1) AS in1
            UNION ALL SELECT 'public.task.place' AS place, (t.place).status::text AS value FROM public.task AS t
            UNION ALL SELECT 'public.task.place' AS place, (in1.value1::public.status)::text AS value FROM public.task AS t, LATERAL (SELECT value1 FROM unnest((t.place).levels) AS value1) AS in1
            UNION ALL SELECT 'public.task.places' AS place, (in0.value0).status::text AS value FROM public.task AS t, LATERAL (SELECT value0 FROM unnest(t.places) AS value0) AS in0
            UNION ALL SELECT 'public.task.places' AS place, (in2.value2::public.status)::text AS value FROM public.task AS t, LATERAL (SELECT value0 FROM unnest(t.places) AS value0) AS in0, LATERAL (SELECT value2 FROM unnest((in0.value0).levels) AS value2) AS in2
            UNION ALL SELECT 'public.task.seen' AS place, in0.value0::text AS value FROM public.task AS t, LATERAL (SELECT value0 FROM unnest(t.seen) AS value0) AS in0
            UNION ALL SELECT 'public.task.span' AS place, lower(t.span)::text AS value FROM public.task AS t
            UNION ALL SELECT 'public.task.span' AS place, upper(t.span)::text AS value FROM public.task AS t
            UNION ALL SELECT 'public.task.spans' AS place, lower(in0.value0)::text AS value FROM public.task AS t, LATERAL (SELECT value0 FROM unnest(t.spans) AS value0) AS in0
            UNION ALL SELECT 'public.task.spans' AS place, upper(in0.value0)::text AS value FROM public.task AS t, LATERAL (SELECT value0 FROM unnest(t.spans) AS value0) AS in0
            UNION ALL SELECT 'public.task.status' AS place, t.status::text AS value FROM public.task AS t
        ) AS held WHERE value IN ('waiting') GROUP BY place, value ORDER BY place, value
    ) AS counted;
    IF used IS NOT NULL THEN
        RAISE EXCEPTION '%', 'enum public.status is to lose values that are in use: ' || used
            USING HINT = 'Give these rows other values first.';
    END IF;
END
$$;

-- rebuild policy public.task.mine, because enum public.status changes (new.toml:38)
-- hazard rls-change: who sees and writes which rows of public.task changes
DROP POLICY mine ON public.task;

-- rebuild trigger public.task.stamp, because enum public.status changes (new.toml:39)
DROP TRIGGER stamp ON public.task;

-- rebuild materialized view public.count_task, because enum public.status changes with 1 index (new.toml:42)
DROP MATERIALIZED VIEW public.count_task;

-- rebuild view public.open_task, because enum public.status changes (new.toml:40)
DROP VIEW public.open_task;

-- rebuild index public.task.task_open_idx, because enum public.status changes (new.toml:36)
-- hazard non-concurrent-index: reads and writes of public.task wait while the index is dropped
DROP INDEX public.task_open_idx;

-- rebuild index public.task.task_worst_idx, because enum public.status changes (new.toml:37)
-- hazard non-concurrent-index: reads and writes of public.task wait while the index is dropped
DROP INDEX public.task_worst_idx;

-- replace constraint public.task.task_status (new.toml:33)
ALTER TABLE public.task DROP CONSTRAINT task_status;

-- rebuild constraint public.task.task_status_fkey, because enum public.status changes (new.toml:24)
-- hazard locks-other-table: it also locks public.step, which it does not name
ALTER TABLE public.task DROP CONSTRAINT task_status_fkey;

-- rebuild default of public.task.seen, because enum public.status changes (new.toml:25)
ALTER TABLE public.task ALTER COLUMN seen DROP DEFAULT;

-- rebuild default of public.task.status, because enum public.status changes (new.toml:24)
ALTER TABLE public.task ALTER COLUMN status DROP DEFAULT;

-- drop constraint public.level.not_waiting, not in the declaration
-- hazard undeclared-drop: domain_constraint:public.level.not_waiting is not in the declaration
ALTER DOMAIN public.level DROP CONSTRAINT not_waiting;

-- rebuild aggregate public."worst(public.status)", because enum public.status changes (new.toml:19)
DROP AGGREGATE public.worst(public.status);

-- rebuild function public."worst(public.status, public.status)", because enum public.status changes (new.toml:16)
DROP FUNCTION public.worst(public.status, public.status);

-- rebuild column public.task.shown, because enum public.status changes (new.toml:32)
ALTER TABLE public.task DROP COLUMN shown;

-- rebuild domain public.levels, because enum public.status changes (new.toml:10)
ALTER DOMAIN public.levels RENAME TO levels_former;

-- rebuild type public.place, because constraint public.level.not_done changes (new.toml:12)
ALTER TYPE public.place RENAME TO place_former;

-- rebuild domain public.level, because constraint public.level.not_done changes (new.toml:9)
ALTER DOMAIN public.level RENAME TO level_former;

-- rebuild domain public.level, because constraint public.level.not_done changes (new.toml:9)
ALTER DOMAIN public.level_former DROP DEFAULT;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
ALTER TYPE public.span_multirange RENAME TO span_former_multirange;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
ALTER TYPE public.span RENAME TO span_former;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
ALTER FUNCTION public.span(public.status, public.status) RENAME TO span_former;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
ALTER FUNCTION public.span(public.status, public.status, text) RENAME TO span_former;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
ALTER FUNCTION public.span_multirange() RENAME TO span_former_multirange;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
ALTER FUNCTION public.span_multirange(public.span_former) RENAME TO span_former_multirange;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
ALTER FUNCTION public.span_multirange(VARIADIC public.span_former[]) RENAME TO span_former_multirange;

-- replace enum public.status (new.toml:2)
ALTER TYPE public.status RENAME TO status_former;

-- replace enum public.status (new.toml:2)
CREATE TYPE public.status AS ENUM ('done', 'open');

SET LOCAL search_path = public;
-- rebuild domain public.level, because constraint public.level.not_done changes (new.toml:9)
-- create constraint public.level.not_done (new.toml:9)
CREATE DOMAIN public.level AS status DEFAULT 'open' CONSTRAINT not_done CHECK (value is not null or true);

-- rebuild domain public.levels, because enum public.status changes (new.toml:10)
CREATE DOMAIN public.levels AS status[];

-- rebuild type public.place, because constraint public.level.not_done changes (new.toml:12)
CREATE TYPE public.place AS (name text, status status, levels level[]);

-- rebuild range public.span, because enum public.status changes (new.toml:14)
CREATE TYPE public.span AS RANGE (subtype = status);

-- alter column public.step.status, because enum public.status changes (new.toml:21)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.step ALTER COLUMN status TYPE status USING status::text::status;

-- alter column public.task.status, because enum public.status changes (new.toml:24)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN status TYPE status USING status::text::status;

-- alter column public.task.seen, because enum public.status changes (new.toml:25)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN seen TYPE status[] USING seen::text[]::status[];

-- alter column public.task.level, because constraint public.level.not_done changes (new.toml:26)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN level TYPE level USING level::text::level;

-- alter column public.task.levels, because enum public.status changes (new.toml:27)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN levels TYPE levels USING levels::text[]::levels;

-- rebuild domain public.levels, because enum public.status changes (new.toml:10)
DROP DOMAIN public.levels_former;

-- alter column public.task.place, because constraint public.level.not_done changes (new.toml:28)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN place TYPE place USING place::text::place;

-- alter column public.task.places, because constraint public.level.not_done changes (new.toml:29)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN places TYPE place[] USING places::text[]::place[];

-- rebuild type public.place, because constraint public.level.not_done changes (new.toml:12)
DROP TYPE public.place_former;

-- rebuild domain public.level, because constraint public.level.not_done changes (new.toml:9)
DROP DOMAIN public.level_former;

-- alter column public.task.span, because enum public.status changes (new.toml:30)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN span TYPE span USING span::text::span;

-- alter column public.task.spans, because enum public.status changes (new.toml:31)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ALTER COLUMN spans TYPE span_multirange USING spans::text::span_multirange;

-- rebuild range public.span, because enum public.status changes (new.toml:14)
DROP TYPE public.span_former;

-- replace enum public.status (new.toml:2)
DROP TYPE public.status_former;

-- rebuild column public.task.shown, because enum public.status changes (new.toml:32)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.task ADD COLUMN shown status GENERATED ALWAYS AS (case when id > 0 then 'done'::status else 'open'::status end) STORED;

-- rebuild function public."worst(public.status, public.status)", because enum public.status changes (new.toml:16)
CREATE FUNCTION public.worst(public.status, public.status) RETURNS status LANGUAGE sql IMMUTABLE AS $$ select greatest($1, $2) $$;

-- rebuild aggregate public."worst(public.status)", because enum public.status changes (new.toml:19)
CREATE AGGREGATE public.worst(public.status) (SFUNC = public.worst, STYPE = status);

-- rebuild default of public.task.seen, because enum public.status changes (new.toml:25)
ALTER TABLE public.task ALTER COLUMN seen SET DEFAULT '{open}';

-- rebuild default of public.task.status, because enum public.status changes (new.toml:24)
ALTER TABLE public.task ALTER COLUMN status SET DEFAULT 'open';

-- replace constraint public.task.task_status (new.toml:33)
-- hazard scan-exclusive: public.task is read while its reads and writes wait; with --online always they go on
ALTER TABLE public.task ADD CONSTRAINT task_status CHECK (status is not null or id > 0);

-- rebuild constraint public.task.task_status_fkey, because enum public.status changes (new.toml:24)
-- hazard scan-blocks-writes: writes to public.task and public.step wait while every row is looked up; with --online always they go on
ALTER TABLE public.task ADD CONSTRAINT task_status_fkey FOREIGN KEY (status) REFERENCES public.step (status);

-- rebuild index public.task.task_open_idx, because enum public.status changes (new.toml:36)
-- hazard non-concurrent-index: writes to public.task wait until the index is built; with --online always they go on
CREATE INDEX task_open_idx ON public.task (id) WHERE (status = 'open');

-- rebuild index public.task.task_worst_idx, because enum public.status changes (new.toml:37)
-- hazard non-concurrent-index: writes to public.task wait until the index is built; with --online always they go on
CREATE INDEX task_worst_idx ON public.task (worst(status, 'open'));

-- rebuild view public.open_task, because enum public.status changes (new.toml:40)
CREATE VIEW public.open_task AS
select id, status, worst(status, 'open') as worse from task where status <> 'done';

-- rebuild materialized view public.count_task, because enum public.status changes (new.toml:42)
CREATE MATERIALIZED VIEW public.count_task AS
select status, count(*) as many from open_task group by status;

-- rebuild index public.count_task.count_task_idx, because enum public.status changes (new.toml:44)
CREATE UNIQUE INDEX count_task_idx ON public.count_task (status);

-- rebuild trigger public.task.stamp, because enum public.status changes (new.toml:39)
CREATE TRIGGER stamp BEFORE UPDATE OF status ON public.task FOR EACH ROW WHEN (new.status = 'open') EXECUTE FUNCTION public.stamp();

-- rebuild policy public.task.mine, because enum public.status changes (new.toml:38)
-- hazard rls-change: who sees and writes which rows of public.task changes
CREATE POLICY mine ON public.task FOR SELECT USING (status = 'open');

-- replace enum public.status (new.toml:2)
-- hazard privilege-change: PUBLIC loses USAGE on TYPE public.status
REVOKE USAGE ON TYPE public.status FROM PUBLIC;

-- replace enum public.status (new.toml:2)
-- hazard privilege-change: app_user gains USAGE on TYPE public.status
GRANT USAGE ON TYPE public.status TO app_user;

-- replace enum public.status (new.toml:2)
COMMENT ON TYPE public.status IS 'How far a task is.';

COMMIT;
