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
-- 2 to create, 1 to change; 4 statements in 1 transaction; hazards: rls-change 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create view public.mine (new.toml:9)
CREATE VIEW public.mine AS
select id from document;

-- alter policy public.document.reading (new.toml:7)
-- hazard rls-change: who sees and writes which rows of public.document changes
ALTER POLICY reading ON public.document TO app_auditor, app_user USING (exists (select 1 from member m where m.team = document.team and m.person = current_user));

-- create policy public.document.writing (new.toml:8)
-- hazard rls-change: who sees and writes which rows of public.document changes
CREATE POLICY writing ON public.document AS RESTRICTIVE FOR INSERT TO app_user WITH CHECK (team in (select team from member));

-- alter policy public.document.reading (new.toml:7)
COMMENT ON POLICY reading ON public.document IS 'Who is a member.';

COMMIT;
