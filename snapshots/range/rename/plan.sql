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
-- 2 to rename; 21 statements in 1 transaction; hazards: rename-breaks-clients 14
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename range shop.span to public.span (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TYPE shop.span SET SCHEMA public;

-- rename range shop.span to public.span (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TYPE shop.span_multirange SET SCHEMA public;

-- rename range public.price to shop.cost_range (new.toml:2)
ALTER TYPE public.price SET SCHEMA shop;

-- rename range public.price to shop.cost_range (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TYPE shop.price RENAME TO cost_range;

-- rename range public.price to shop.cost_range (new.toml:2)
ALTER TYPE public.price_multirange SET SCHEMA shop;

-- rename range public.price to shop.cost_range (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TYPE shop.price_multirange RENAME TO cost_multirange;

-- rename range shop.span to public.span (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.span(integer, integer) SET SCHEMA public;

-- rename range shop.span to public.span (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.span(integer, integer, text) SET SCHEMA public;

-- rename range shop.span to public.span (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.span_multirange() SET SCHEMA public;

-- rename range shop.span to public.span (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.span_multirange(public.span) SET SCHEMA public;

-- rename range shop.span to public.span (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.span_multirange(VARIADIC public.span[]) SET SCHEMA public;

-- rename range public.price to shop.cost_range (new.toml:2)
ALTER FUNCTION public.price(double precision, double precision) SET SCHEMA shop;

-- rename range public.price to shop.cost_range (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.price(double precision, double precision) RENAME TO cost_range;

-- rename range public.price to shop.cost_range (new.toml:2)
ALTER FUNCTION public.price(double precision, double precision, text) SET SCHEMA shop;

-- rename range public.price to shop.cost_range (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.price(double precision, double precision, text) RENAME TO cost_range;

-- rename range public.price to shop.cost_range (new.toml:2)
ALTER FUNCTION public.price_multirange() SET SCHEMA shop;

-- rename range public.price to shop.cost_range (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.price_multirange() RENAME TO cost_multirange;

-- rename range public.price to shop.cost_range (new.toml:2)
ALTER FUNCTION public.price_multirange(shop.cost_range) SET SCHEMA shop;

-- rename range public.price to shop.cost_range (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.price_multirange(shop.cost_range) RENAME TO cost_multirange;

-- rename range public.price to shop.cost_range (new.toml:2)
ALTER FUNCTION public.price_multirange(VARIADIC shop.cost_range[]) SET SCHEMA shop;

-- rename range public.price to shop.cost_range (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FUNCTION shop.price_multirange(VARIADIC shop.cost_range[]) RENAME TO cost_multirange;

COMMIT;
