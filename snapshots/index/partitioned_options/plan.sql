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
-- 2 to change; 4 statements in 1 transaction; hazards: locks-partition-tree 4, may-fail 2, non-concurrent-index 1, scan-blocks-writes 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace index public.event.event_kind (new.toml:5)
-- hazard non-concurrent-index: reads and writes of public.event wait while the index is dropped
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
DROP INDEX public.event_kind;

-- replace constraint public.event.event_pkey (new.toml:6)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.event DROP CONSTRAINT event_pkey;

SET LOCAL search_path = public;
-- replace constraint public.event.event_pkey (new.toml:6)
-- hazard scan-exclusive: reads and writes of public.event wait until the index is built
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.event without a value in id
-- hazard may-fail: it fails if there are several rows of public.event with the same id
ALTER TABLE public.event ADD CONSTRAINT event_pkey PRIMARY KEY (id) WITH (fillfactor=90);

-- replace index public.event.event_kind (new.toml:5)
-- hazard scan-blocks-writes: writes to public.event and its partitions wait until every index is built
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
CREATE INDEX event_kind ON public.event (kind) WITH (fillfactor=80);

COMMIT;
