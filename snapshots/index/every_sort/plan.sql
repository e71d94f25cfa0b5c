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
-- 11 to create; 13 statements in 1 transaction; hazards: may-fail 1, non-concurrent-index 11
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create index public.client.client_born_idx (new.toml:13)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_born_idx ON public.client (born desc nulls last, id) INCLUDE (name);

-- create index public.client.client_brin_idx (new.toml:18)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_brin_idx ON public.client USING brin (born) WITH (pages_per_range=32);

-- create index public.client.client_c_idx (new.toml:21)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_c_idx ON public.client (name collate "C" text_pattern_ops);

-- create index public.client.client_expr_idx (new.toml:22)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_expr_idx ON public.client ((born + 1), (id * 2));

-- create index public.client.client_expr_idx (new.toml:22)
ALTER INDEX public.client_expr_idx ALTER COLUMN 1 SET STATISTICS 300;

-- create index public.client.client_fill_idx (new.toml:23)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_fill_idx ON public.client (id) WITH (fillfactor=60);

-- create index public.client.client_hash_idx (new.toml:17)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_hash_idx ON public.client USING hash (name);

-- create index public.client.client_lower_idx (new.toml:14)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.client with the same lower(name)
CREATE UNIQUE INDEX client_lower_idx ON public.client (lower(name)) WHERE (deleted_at is null);

-- create index public.client.client_name_idx (new.toml:15)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_name_idx ON public.client USING gin (name ext.gin_trgm_ops) WITH (fastupdate=off);

-- create index public.client.client_spot_idx (new.toml:19)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_spot_idx ON public.client USING gist (spot);

-- create index public.client.client_spot_sp_idx (new.toml:20)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_spot_sp_idx ON public.client USING spgist (spot);

-- create index public.client.client_tags_idx (new.toml:16)
-- hazard non-concurrent-index: writes to public.client wait until the index is built; with --online always they go on
CREATE INDEX client_tags_idx ON public.client USING gin (tags jsonb_path_ops);

-- create index public.client.client_lower_idx (new.toml:14)
COMMENT ON INDEX public.client_lower_idx IS 'One of a name.';

COMMIT;
