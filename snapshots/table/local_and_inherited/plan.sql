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
-- 2 to create, 5 to change, 1 to rebuild, 4 to drop; 15 statements in 1 transaction; hazards: data-loss 2, locks-partition-tree 6, may-fail 2, rewrite-table 1, scan-exclusive 2, undeclared-drop 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.high, because column public.z_reading.value changes (new.toml:12)
DROP VIEW public.high;

-- drop constraint public.a_reading.dropped, not in the declaration
-- hazard undeclared-drop: constraint:public.a_reading.dropped is not in the declaration
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.a_reading DROP CONSTRAINT dropped;

-- replace constraint public.a_reading.positive (new.toml:5)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.a_reading DROP CONSTRAINT positive;

-- drop constraint public.z_reading.dropped, not in the declaration
-- hazard undeclared-drop: constraint:public.z_reading.dropped is not in the declaration
ALTER TABLE public.z_reading DROP CONSTRAINT dropped;

-- replace constraint public.z_reading.positive (new.toml:11)
ALTER TABLE public.z_reading DROP CONSTRAINT positive;

-- drop column public.a_reading.gone, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.a_reading.gone is not in the declaration
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.a_reading DROP COLUMN gone;

-- drop column public.z_reading.gone, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.z_reading.gone is not in the declaration
ALTER TABLE public.z_reading DROP COLUMN gone;

SET LOCAL search_path = public;
-- alter column public.a_reading.value (new.toml:4)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.a_reading ALTER COLUMN value TYPE bigint;

-- create column public.z_reading.taken (new.toml:10)
ALTER TABLE public.z_reading ADD COLUMN taken date;

-- create column public.a_reading.taken (new.toml:4)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.a_reading ADD COLUMN taken date;

-- alter default of public.a_reading.unit (new.toml:4)
ALTER TABLE ONLY public.a_reading ALTER COLUMN unit SET DEFAULT 'mmol/l';

-- alter default of public.a_reading.unit (new.toml:4)
ALTER TABLE ONLY public.reading ALTER COLUMN unit SET DEFAULT 'mmol/l';

-- replace constraint public.a_reading.positive (new.toml:5)
-- hazard scan-exclusive: public.a_reading is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
-- hazard may-fail: it fails if there are rows of public.a_reading that violate positive
ALTER TABLE public.a_reading ADD CONSTRAINT positive CHECK (value > 1);

-- replace constraint public.z_reading.positive (new.toml:11)
-- hazard scan-exclusive: public.z_reading is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.z_reading that violate positive
ALTER TABLE public.z_reading ADD CONSTRAINT positive CHECK (value > 1);

-- rebuild view public.high, because column public.z_reading.value changes (new.toml:12)
CREATE VIEW public.high AS
select value from z_reading where value > 100;

COMMIT;
