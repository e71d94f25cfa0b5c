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
-- 1 to change, 2 to rebuild; 13 statements in 1 transaction; hazards: privilege-change 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.adult_count, because view public.adult changes (new.toml:15)
DROP VIEW public.adult_count;

-- rebuild view public.adult_name, because view public.adult changes (new.toml:12)
DROP VIEW public.adult_name;

-- replace view public.adult with 1 column (new.toml:5)
DROP VIEW public.adult;

SET LOCAL search_path = public;
-- replace view public.adult (new.toml:5)
CREATE VIEW public.adult AS
select id, age, name from person where age >= 21;

-- rebuild view public.adult_name, because view public.adult changes (new.toml:12)
CREATE VIEW public.adult_name AS
select name from adult;

-- rebuild view public.adult_count, because view public.adult changes (new.toml:15)
CREATE VIEW public.adult_count AS
select count(*) as n from adult_name;

-- replace view public.adult (new.toml:5)
ALTER VIEW public.adult OWNER TO app_owner;

-- replace view public.adult (new.toml:5)
-- hazard privilege-change: app_auditor gains SELECT on TABLE public.adult, and may grant it
GRANT SELECT ON TABLE public.adult TO app_auditor WITH GRANT OPTION;

-- replace view public.adult (new.toml:5)
-- hazard privilege-change: app_user gains SELECT on TABLE public.adult
GRANT SELECT ON TABLE public.adult TO app_user;

-- rebuild view public.adult_name, because view public.adult changes (new.toml:12)
GRANT SELECT ON TABLE public.adult_name TO app_user;

-- replace view public.adult (new.toml:5)
COMMENT ON VIEW public.adult IS 'Grown up.';

-- rebuild view public.adult_count, because view public.adult changes (new.toml:15)
COMMENT ON VIEW public.adult_count IS 'How many.';

-- rebuild column public.adult.name, because view public.adult changes (new.toml:11)
COMMENT ON COLUMN public.adult.name IS 'In full.';

COMMIT;
