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
-- 9 to drop; 6 statements in 1 transaction; hazards: data-loss 2, undeclared-drop 6
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop operator public."+(public.weight, public.weight)", not in the declaration
-- hazard undeclared-drop: operator:public."+(public.weight, public.weight)" is not in the declaration
DROP OPERATOR public.+ (public.weight, public.weight);

-- drop function public."plus(public.weight, public.weight)", not in the declaration
-- hazard undeclared-drop: function:public."plus(public.weight, public.weight)" is not in the declaration
DROP FUNCTION public.plus(public.weight, public.weight);

-- drop function public.weight_recv(internal), not in the declaration
-- hazard undeclared-drop: function:public.weight_recv(internal) is not in the declaration
DROP FUNCTION public.weight_recv(internal);

-- drop column public.parcel.all, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.parcel.all is not in the declaration
ALTER TABLE public.parcel DROP COLUMN "all";

-- drop column public.parcel.weight with default, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.parcel.weight is not in the declaration
ALTER TABLE public.parcel DROP COLUMN weight;

-- drop base type public.weight, not in the declaration
-- hazard undeclared-drop: base_type:public.weight is not in the declaration
DROP TYPE public.weight CASCADE;

COMMIT;
