-- One of every sort of expression that a leaf of SQL can be, for the tests that respell and change them.
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE public.pair AS (x integer, y varchar(9), z timestamptz);
CREATE DOMAIN app.mail AS varchar(90) CHECK (VALUE LIKE '%@%' AND length(VALUE) BETWEEN 3 AND 90);
CREATE DOMAIN public.few AS integer DEFAULT 3 CHECK (VALUE NOT IN (1, 2)) CHECK (VALUE IS NOT DISTINCT FROM VALUE);
CREATE SEQUENCE public.numbers;

CREATE TABLE public.person (
  id integer PRIMARY KEY,
  name varchar(40) NOT NULL DEFAULT 'nobody',
  code char(3) DEFAULT 'abc',
  note text DEFAULT ''::text,
  state text NOT NULL DEFAULT 'new',
  mail app.mail DEFAULT 'a@b',
  feels app.mood DEFAULT 'ok',
  felt app.mood[] DEFAULT '{sad,ok}',
  tags text[] DEFAULT ARRAY['a', 'b'],
  few public.few,
  born date DEFAULT '2000-01-01',
  woke time DEFAULT '07:30',
  made timestamptz NOT NULL DEFAULT now(),
  seen timestamp(3) DEFAULT '2020-02-02 02:02:02',
  lasts interval DEFAULT '1 day',
  price numeric(10,2) DEFAULT 1.50,
  weight real DEFAULT 1.5,
  size double precision DEFAULT -2.5,
  big bigint DEFAULT 10,
  small smallint DEFAULT -1,
  ok boolean DEFAULT true,
  data jsonb NOT NULL DEFAULT '{}',
  raw bytea DEFAULT '\x00ff',
  key uuid DEFAULT gen_random_uuid(),
  net inet DEFAULT '10.0.0.0/8',
  number integer DEFAULT nextval('public.numbers'),
  bits varbit DEFAULT B'101',
  half integer GENERATED ALWAYS AS (id / 2 + 1) STORED,
  loud text GENERATED ALWAYS AS (upper(name) || '!' || coalesce(note, '')) STORED,
  parent integer REFERENCES public.person,
  CONSTRAINT c01 CHECK (state IN ('new', 'old', 'gone')),
  CONSTRAINT c02 CHECK (name IN ('a', 'b') OR name NOT IN ('c', 'd')),
  CONSTRAINT c03 CHECK (id IN (1, 2, 3) OR big IN (4, 5) OR small IN (6, 7)),
  CONSTRAINT c04 CHECK (feels IN ('sad', 'ok') AND feels <> 'happy' AND felt <> '{}'),
  CONSTRAINT c05 CHECK (id BETWEEN 1 AND 9 AND big NOT BETWEEN 3 AND 4 AND price BETWEEN 0 AND 100),
  CONSTRAINT c06 CHECK (small BETWEEN SYMMETRIC 9 AND -1),
  CONSTRAINT c07 CHECK (name LIKE 'x%' OR name NOT LIKE '%y' OR note ILIKE 'z' OR note NOT ILIKE 'q' OR note SIMILAR TO '(a|b)'),
  CONSTRAINT c08 CHECK (name LIKE 'a!%' ESCAPE '!' AND note ~ '^a' AND note !~* 'b'),
  CONSTRAINT c09 CHECK (note IS NOT DISTINCT FROM name AND id IS DISTINCT FROM parent),
  CONSTRAINT c10 CHECK (note IS NULL OR name IS NOT NULL AND (ok IS TRUE OR ok IS NOT FALSE OR ok IS UNKNOWN)),
  CONSTRAINT c11 CHECK (CASE WHEN id > 1 THEN 'a' WHEN id > 2 THEN 'b' END = note),
  CONSTRAINT c12 CHECK (CASE state WHEN 'new' THEN id ELSE big END > 0),
  CONSTRAINT c13 CHECK (coalesce(note, name, 'x') <> '' AND nullif(note, 'a') = 'b' AND greatest(id, 2, big) > least(3, id)),
  CONSTRAINT c14 CHECK (price > 0 AND price * 2 >= 1.5 AND weight > 0 AND size < 10 AND big > id),
  CONSTRAINT c15 CHECK (id > -5 AND price > -1.5 AND - id < 7 AND abs(id) % 2 = 0),
  CONSTRAINT c16 CHECK (born > '2020-01-01' AND born < date '2030-01-01' AND made > timestamptz '2020-01-01 00:00:00+00'),
  CONSTRAINT c17 CHECK (lasts < interval '90 days' AND woke > time '06:00' AND seen::date >= born AND made::date <> born),
  CONSTRAINT c18 CHECK (extract(year FROM made AT TIME ZONE 'UTC') > 2000 AND date_trunc('day', seen) = seen),
  CONSTRAINT c19 CHECK (substring(note FROM 2 FOR 3) <> 'x' AND position('y' IN note) = 0 AND trim(both ' ' from note) <> ''),
  CONSTRAINT c20 CHECK (overlay(note placing 'z' from 1) <> 'w' AND ltrim(note) = rtrim(note) AND left(note, 2) <> right(note, 2)),
  CONSTRAINT c21 CHECK (data ->> 'k' = 'v' AND data -> 'a' -> 1 IS NOT NULL AND data #>> '{a,b}' <> 'c' AND data ? 'k' AND data @> '{"a": 1}'),
  CONSTRAINT c22 CHECK (tags[1] = 'a' AND tags @> ARRAY['a'] AND 'b' = ANY (tags) AND array_length(tags, 1) > 0 AND cardinality(tags) < 9),
  CONSTRAINT c23 CHECK ((id, big) <> (1, 2) AND ROW(id, note) IS NOT NULL),
  CONSTRAINT c24 CHECK (note || '-' || id <> 'x-1' AND name || note <> '' AND code || 'x' <> 'abcx'),
  CONSTRAINT c25 CHECK (code = 'abc' AND code::text <> 'q' AND lower(code) = 'abc' AND upper(name) <> lower(note)),
  CONSTRAINT c26 CHECK (id::bigint > 3 AND big::integer < 4 AND note::varchar(5) <> 'a' AND price::integer = 3 AND id::text = '3'),
  CONSTRAINT c27 CHECK (NOT (id > 1 AND (ok OR NOT ok)) OR NOT ok),
  CONSTRAINT c28 CHECK (ok = true AND ok <> 'f' AND (ok OR 't'::boolean)),
  CONSTRAINT c29 CHECK (note COLLATE "C" < 'b' AND name < 'c' COLLATE "POSIX"),
  CONSTRAINT c30 CHECK (num_nulls(id, note, name) = 0 AND note = ALL (ARRAY['a', 'b']) AND id > SOME (ARRAY[1, 2])),
  CONSTRAINT c31 CHECK (current_setting('app.user', true) IS NOT NULL AND net << '10.0.0.0/8' AND raw <> '\x01'),
  CONSTRAINT c32 CHECK (mail LIKE '%@example.org' AND mail <> 'x@y' AND few > 1),
  CONSTRAINT c33 CHECK (note = 'it''s' OR note = E'a\\b\n' OR note = 'größe' OR note LIKE 'a\_b'),
  CONSTRAINT c34 CHECK (bits = B'1' AND key <> '00000000-0000-0000-0000-000000000000'),
  CONSTRAINT c35 CHECK (id = 1 AND (big = 2 AND small = 3) OR id = 4 OR (big = 5 OR small = 6))
);
ALTER TABLE public.person ADD CONSTRAINT x EXCLUDE USING gist (int4range(id, id + 5) WITH &&, tsrange(seen, seen + interval '1 hour') WITH &&) WHERE (ok AND state <> 'gone');
CREATE INDEX i01 ON public.person (lower(name));
CREATE INDEX i02 ON public.person ((note || 'x'), (id + 1) DESC NULLS LAST, name text_pattern_ops) WHERE state IN ('new', 'old') AND id > 5;
CREATE INDEX i03 ON public.person USING gin (data jsonb_path_ops) WHERE data IS NOT NULL;
CREATE INDEX i04 ON public.person (coalesce(note, 'x'), (data ->> 'k'), (seen::date = born));
CREATE INDEX i05 ON public.person (id DESC, name ASC NULLS FIRST, note COLLATE "C") INCLUDE (big) WHERE made > '2020-01-01 00:00:00+00';
CREATE INDEX i06 ON public.person (date_trunc('day', seen), extract(year FROM born)) WHERE NOT ok AND feels = 'sad';
CREATE STATISTICS public.st (ndistinct) ON lower(name), (id + big), note FROM public.person;

CREATE TABLE app.member (id integer, person_id integer REFERENCES public.person (id) ON DELETE CASCADE, role text DEFAULT 'user', since date);
CREATE FUNCTION app.uid() RETURNS integer LANGUAGE sql STABLE AS 'select 1';
CREATE FUNCTION app.has(role text, of integer DEFAULT 3, since date DEFAULT '2020-01-01', tags text[] DEFAULT '{}', at timestamptz DEFAULT now()) RETURNS boolean LANGUAGE sql STABLE AS 'select true';
CREATE FUNCTION public.total(a numeric, b double precision DEFAULT 1.5, VARIADIC c varchar[] DEFAULT ARRAY['x', 'y']) RETURNS TABLE (n bigint, t timestamp) LANGUAGE sql AS 'select 1::bigint, null::timestamp';
CREATE FUNCTION public.plus(x integer, y integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE RETURN x + y * 2;
CREATE FUNCTION public.adds(x integer) RETURNS void LANGUAGE sql BEGIN ATOMIC
  INSERT INTO app.member (id, role) SELECT p.id, 'a' FROM public.person p WHERE p.id = x AND p.state IN ('new', 'old') AND p.name LIKE 'b%';
  UPDATE app.member SET role = 'b', since = '2020-01-01' WHERE id BETWEEN 1 AND x;
  DELETE FROM app.member WHERE role <> 'c' OR since IS NULL;
END;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';

ALTER TABLE public.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY p01 ON public.person USING (id = app.uid());
CREATE POLICY p02 ON public.person FOR UPDATE USING (id = (SELECT app.uid())) WITH CHECK (app.has('admin') OR app.has('editor', 5, since => '2021-01-01'));
CREATE POLICY p03 ON public.person AS RESTRICTIVE FOR SELECT USING (EXISTS (SELECT 1 FROM app.member m WHERE m.person_id = person.id AND m.role IN ('admin', 'owner')));
CREATE POLICY p04 ON public.person FOR INSERT WITH CHECK (id IN (SELECT m.person_id FROM app.member m WHERE m.since < current_date - 7) AND id <> ALL (SELECT member.id FROM app.member));
CREATE POLICY p05 ON public.person FOR DELETE TO app_user USING (name = current_user AND made < now() - interval '30 days' AND (SELECT count(*) FROM app.member) > 3);
CREATE POLICY p06 ON app.member USING (role = current_setting('app.role') AND NOT EXISTS (SELECT FROM public.person WHERE person.id = member.person_id AND ok));

CREATE TRIGGER t01 AFTER UPDATE ON public.person FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION public.touch();
CREATE TRIGGER t02 BEFORE UPDATE OF state ON public.person FOR EACH ROW WHEN (old.state IS NOT DISTINCT FROM 'new' AND new.state NOT IN ('new', 'old') AND new.feels = 'sad') EXECUTE FUNCTION public.touch();
CREATE TRIGGER t03 AFTER INSERT ON public.person FOR EACH ROW WHEN (new.price > 0 AND new.name LIKE 'a%' AND pg_trigger_depth() < 2) EXECUTE FUNCTION public.touch();
CREATE RULE r01 AS ON INSERT TO app.member WHERE new.id > 5 AND new.role IN ('a', 'b') DO ALSO INSERT INTO app.member (id, role) VALUES (new.id + 1, 'c');
CREATE RULE r02 AS ON DELETE TO app.member WHERE old.since < '2020-01-01' DO INSTEAD UPDATE app.member SET role = 'gone' WHERE member.id = old.id;

CREATE VIEW public.v01 AS SELECT id, name, state FROM public.person WHERE state IN ('new', 'old') AND born BETWEEN '2000-01-01' AND '2010-01-01' ORDER BY name, id DESC LIMIT 5;
CREATE VIEW public.v02 AS SELECT p.id, m.role, count(*) AS n, sum(p.price) AS total, max(p.made) FROM public.person p JOIN app.member m ON m.person_id = p.id LEFT JOIN public.person q ON q.id = p.parent AND q.ok WHERE p.name LIKE 'a%' GROUP BY p.id, m.role HAVING count(*) > 1 AND sum(p.price) > 10;
CREATE VIEW public.v03 AS WITH RECURSIVE up AS (SELECT id, parent, 1 AS depth FROM public.person WHERE parent IS NULL UNION ALL SELECT c.id, c.parent, up.depth + 1 FROM public.person c JOIN up ON up.id = c.parent) SELECT id, depth FROM up WHERE depth < 9;
CREATE VIEW public.v04 AS SELECT id, row_number() OVER (PARTITION BY state ORDER BY made DESC) AS n, sum(price) OVER w AS s, lag(name, 1, 'none') OVER w FROM public.person WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW public.v05 AS SELECT id, 'a' AS k FROM public.person UNION SELECT id, role FROM app.member EXCEPT SELECT 1, 'x';
CREATE VIEW public.v06 AS SELECT DISTINCT ON (p.state) p.state, x.role, t.tag, t.nr FROM public.person p CROSS JOIN LATERAL (SELECT m.role FROM app.member m WHERE m.person_id = p.id ORDER BY m.since NULLS FIRST LIMIT 1) x, unnest(p.tags) WITH ORDINALITY t(tag, nr) ORDER BY p.state, x.role DESC;
CREATE VIEW public.v07 AS SELECT CASE WHEN ok THEN 'yes' ELSE 'no' END AS said, array_agg(name ORDER BY id DESC) FILTER (WHERE id > 1) AS names, string_agg(note, ', ') AS notes, (SELECT max(role) FROM app.member) AS best, percentile_cont(0.5) WITHIN GROUP (ORDER BY price) AS mid FROM public.person GROUP BY GROUPING SETS ((ok), ());
CREATE VIEW app.v08 AS SELECT m.id, p.name FROM app.member m JOIN public.person p USING (id) WHERE m.role = 'a' OR m.id IN (SELECT id FROM public.person WHERE small > 1) OR (m.id, m.role) IN (SELECT id, note FROM public.person);
CREATE MATERIALIZED VIEW public.m01 AS SELECT state, count(*) AS n, avg(price)::numeric(10,2) AS mean, min(made)::date AS first FROM public.person WHERE made > '2020-01-01 00:00:00+00'::timestamptz GROUP BY state;
CREATE VIEW public.v09 AS SELECT n.nr, n.label FROM (VALUES (1, 'one'), (2, 'two')) n(nr, label) WHERE n.nr <> 3;

CREATE TABLE public.part (at timestamptz NOT NULL, kind text NOT NULL, nr integer) PARTITION BY RANGE (at, lower(kind));
CREATE TABLE public.part_a PARTITION OF public.part FOR VALUES FROM ('2020-01-01 00:00:00+00', 'a') TO ('2021-01-01 00:00:00+00', MAXVALUE) PARTITION BY LIST (nr);
CREATE TABLE public.part_b PARTITION OF public.part_a FOR VALUES IN (1, 2, NULL);
CREATE TABLE public.part_c PARTITION OF public.part DEFAULT;
CREATE AGGREGATE public.joined(text) (sfunc = textcat, stype = text, initcond = '');
