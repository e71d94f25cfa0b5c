-- plan for golden (PostgreSQL)
-- 1 to change, 2 to rebuild; 8 statements in 1 transaction; hazards: locks-partition-tree 1, may-fail 1, rewrite 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild default of public.child.mood, because enum public.mood changes (new.toml:11)
ALTER TABLE public.child ALTER COLUMN mood DROP DEFAULT;

-- rebuild default of public.person.mood, because enum public.mood changes (new.toml:7)
ALTER TABLE ONLY public.person ALTER COLUMN mood DROP DEFAULT;

-- alter enum public.mood (new.toml:3)
ALTER TYPE public.mood RENAME TO mood_former;

-- alter enum public.mood (new.toml:3)
CREATE TYPE public.mood AS ENUM ('glad', 'ok');

-- alter enum public.mood (new.toml:3)
-- hazard rewrite: table public.person is rewritten under an exclusive lock
-- hazard may-fail: it fails if a row of public.person still has 'sad'
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.person ALTER COLUMN mood TYPE public.mood USING mood::text::public.mood;

-- alter enum public.mood (new.toml:3)
DROP TYPE public.mood_former;

SET LOCAL search_path = public;
-- rebuild default of public.child.mood, because enum public.mood changes (new.toml:11)
ALTER TABLE public.child ALTER COLUMN mood SET DEFAULT 'glad';

-- rebuild default of public.person.mood, because enum public.mood changes (new.toml:7)
ALTER TABLE ONLY public.person ALTER COLUMN mood SET DEFAULT 'ok';

COMMIT;
