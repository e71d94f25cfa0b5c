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
-- 1 to create, 1 to change, 1 to rebuild, 1 to drop; 5 statements in 1 transaction; hazards: undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild transform "for public.pair language plpgsql", because type public.pair changes (new.toml:14)
DROP TRANSFORM FOR public.pair LANGUAGE plpgsql;

SET LOCAL search_path = public;
-- create domain app.short (new.toml:5)
CREATE DOMAIN app.short AS text;

-- alter type public.pair (new.toml:7)
ALTER TYPE public.pair ALTER ATTRIBUTE b TYPE app.short;

-- drop domain public.short, not in the declaration
-- hazard undeclared-drop: domain:public.short is not in the declaration
DROP DOMAIN public.short;

-- rebuild transform "for public.pair language plpgsql", because type public.pair changes (new.toml:14)
CREATE TRANSFORM FOR public.pair LANGUAGE plpgsql (FROM SQL WITH FUNCTION public.transform_in(internal));

COMMIT;
