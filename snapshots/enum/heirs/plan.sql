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
-- 3 to change, 2 to rebuild; 9 statements in 1 transaction; hazards: locks-partition-tree 1, may-fail 1, rewrite-table 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace enum public.mood (new.toml:3)
-- hazard may-fail: it stops the plan if a row still holds 'sad'
DO $$
DECLARE
    used text;
BEGIN
    SELECT string_agg(format('%s holds %L %s times', place, value, times), ', ') INTO used FROM (
        SELECT place, value, count(*) AS times FROM (
            SELECT 'public.person.mood' AS place, t.mood::text AS value FROM public.person AS t
        ) AS held WHERE value IN ('sad') GROUP BY place, value ORDER BY place, value
    ) AS counted;
    IF used IS NOT NULL THEN
        RAISE EXCEPTION '%', 'enum public.mood is to lose values that are in use: ' || used
            USING HINT = 'Give these rows other values first.';
    END IF;
END
$$;

-- rebuild default of public.child.mood, because enum public.mood changes (new.toml:11)
ALTER TABLE public.child ALTER COLUMN mood DROP DEFAULT;

-- rebuild default of public.person.mood, because enum public.mood changes (new.toml:7)
ALTER TABLE ONLY public.person ALTER COLUMN mood DROP DEFAULT;

-- replace enum public.mood (new.toml:3)
ALTER TYPE public.mood RENAME TO mood_former;

-- replace enum public.mood (new.toml:3)
CREATE TYPE public.mood AS ENUM ('glad', 'ok');

SET LOCAL search_path = public;
-- alter column public.person.mood, because enum public.mood changes (new.toml:7)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.person ALTER COLUMN mood TYPE mood USING mood::text::mood;

-- replace enum public.mood (new.toml:3)
DROP TYPE public.mood_former;

-- rebuild default of public.child.mood, because enum public.mood changes (new.toml:11)
ALTER TABLE public.child ALTER COLUMN mood SET DEFAULT 'glad';

-- rebuild default of public.person.mood, because enum public.mood changes (new.toml:7)
ALTER TABLE ONLY public.person ALTER COLUMN mood SET DEFAULT 'ok';

COMMIT;
