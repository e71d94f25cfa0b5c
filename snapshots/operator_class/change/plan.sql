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
-- 1 to create, 3 to change, 1 to rebuild; 10 statements in 1 transaction; hazards: non-concurrent-index 2, privilege-change 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild index public.release.release_at_idx, because operator class public.near_ops using gist changes (new.toml:22)
-- hazard non-concurrent-index: reads and writes of public.release wait while the index is dropped
DROP INDEX public.release_at_idx;

-- replace operator class public.near_ops using gist (new.toml:19)
ALTER OPERATOR FAMILY public.near_ops USING gist DROP OPERATOR 11 (point, point), OPERATOR 28 (point, box), FUNCTION 3 (point, point);

-- replace operator class public.near_ops using gist (new.toml:19)
DROP OPERATOR CLASS public.near_ops USING gist;

-- alter operator family public.numbers using btree (new.toml:12)
ALTER OPERATOR FAMILY public.numbers USING btree DROP OPERATOR 3 (public.version, integer);

SET LOCAL search_path = public;
-- replace operator class public.near_ops using gist (new.toml:19)
CREATE OPERATOR CLASS public.near_ops FOR TYPE point USING gist AS operator 28 <@ (point, box), function 1 (point, point) gist_point_consistent(internal, point, smallint, oid, internal), function 2 (point, point) gist_box_union(internal, internal), function 5 (point, point) gist_box_penalty(internal, internal, internal), function 6 (point, point) gist_box_picksplit(internal, internal), function 7 (point, point) gist_box_same(box, box, internal), function 3 (point, point) gist_point_compress(internal), storage box;

-- create operator class public.other_ops using btree (new.toml:18)
CREATE OPERATOR CLASS public.other_ops FOR TYPE version USING btree FAMILY public.numbers AS operator 3 public.=== (public.version, public.version), function 1 (public.version, public.version) public.version_cmp(public.version, public.version);

-- alter operator class public.version_ops using btree (new.toml:14)
ALTER OPERATOR FAMILY public.version_ops USING btree ADD operator 3 public.=== (public.version, public.version);

-- rebuild index public.release.release_at_idx, because operator class public.near_ops using gist changes (new.toml:22)
-- hazard non-concurrent-index: writes to public.release wait until the index is built; with --online always they go on
CREATE INDEX release_at_idx ON public.release USING gist (at near_ops);

-- alter operator family public.numbers using btree (new.toml:12)
-- hazard privilege-change: the owner of OPERATOR FAMILY public.numbers USING btree becomes app_owner
ALTER OPERATOR FAMILY public.numbers USING btree OWNER TO app_owner;

-- alter operator class public.version_ops using btree (new.toml:14)
COMMENT ON OPERATOR CLASS public.version_ops USING btree IS 'By the major number alone.';

COMMIT;
