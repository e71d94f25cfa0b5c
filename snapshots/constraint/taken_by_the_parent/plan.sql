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
-- 4 to create, 4 to drop; 8 statements in 1 transaction; hazards: locks-partition-tree 4, may-fail 4, scan-exclusive 4, undeclared-drop 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop constraint public.letter.number_check, not in the declaration
-- hazard undeclared-drop: constraint:public.letter.number_check is not in the declaration
ALTER TABLE public.letter DROP CONSTRAINT number_check;

-- drop constraint public.visit_1.note_check, not in the declaration
-- hazard undeclared-drop: constraint:public.visit_1.note_check is not in the declaration
ALTER TABLE public.visit_1 DROP CONSTRAINT note_check;

-- drop constraint public.visit_1.same_check, not in the declaration
-- hazard undeclared-drop: constraint:public.visit_1.same_check is not in the declaration
ALTER TABLE public.visit_1 DROP CONSTRAINT same_check;

-- drop constraint public.visit_1.ward_check, not in the declaration
-- hazard undeclared-drop: constraint:public.visit_1.ward_check is not in the declaration
ALTER TABLE public.visit_1 DROP CONSTRAINT ward_check;

SET LOCAL search_path = public;
-- create constraint public.parcel.number_check (new.toml:10)
-- hazard scan-exclusive: public.parcel is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.parcel that violate number_check
ALTER TABLE public.parcel ADD CONSTRAINT number_check CHECK (number > 3);

-- create constraint public.visit.note_check (new.toml:5)
-- hazard scan-exclusive: public.visit is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.visit that violate note_check
ALTER TABLE public.visit ADD CONSTRAINT note_check CHECK (note <> '');

-- create constraint public.visit.same_check (new.toml:5)
-- hazard scan-exclusive: public.visit is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.visit that violate same_check
ALTER TABLE public.visit ADD CONSTRAINT same_check CHECK (note <> 'x');

-- create constraint public.visit.ward_check (new.toml:5)
-- hazard scan-exclusive: public.visit is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.visit that violate ward_check
ALTER TABLE public.visit ADD CONSTRAINT ward_check CHECK (ward > 1);

COMMIT;
