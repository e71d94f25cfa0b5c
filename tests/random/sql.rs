//! A schema as SQL, and rows for its tables.

use std::fmt::Write as _;

use super::{Column, Decor, Function, Model, Named, Table, Type, View};

const TYPES: [&str; 18] = [
    "integer",
    "bigint",
    "smallint",
    "numeric(10,2)",
    "text",
    "character varying(20)",
    "character(4)",
    "boolean",
    "date",
    "timestamp with time zone",
    "uuid",
    "jsonb",
    "integer[]",
    "text[]",
    "inet",
    "bytea",
    "double precision",
    "interval",
];
pub(super) const PLAIN: u8 = TYPES.len() as u8;
const ROLES: [&str; 2] = ["random_ada", "random_ben"];
const BOOLEAN: u8 = 7;

/// A partitioned table, by its number.
fn is_partitioned(table: u8) -> bool {
    table >= 4
}

/// One that may inherit from the table before it, by its number.
fn may_inherit(table: u8) -> bool {
    table == 3
}

fn table_name(table: u8) -> String {
    let names = ["public.t0", "app.t1", "public.\"T two\"", "public.t3", "app.t4", "public.t5"];
    names[usize::from(table) % names.len()].to_owned()
}

fn column_name(table: u8, column: u8) -> String {
    let prefix = if may_inherit(table) { "h" } else { "c" };
    if column == 2 { format!("\"{prefix} Two\"") } else { format!("{prefix}{column}") }
}

/// A literal of the type for a row, as the same number gives it in every type.
fn value(kind: Type, row: u8, model: &Model) -> String {
    let text = match kind {
        Type::Plain(BOOLEAN) => row.is_multiple_of(2).to_string(),
        Type::Plain(8) => format!("2024-01-{:02}", row + 1),
        Type::Plain(9) => format!("2024-01-{:02} 00:00:00+00", row + 1),
        Type::Plain(10) => format!("00000000-0000-0000-0000-{row:012}"),
        Type::Plain(12 | 13) => format!("{{{row}}}"),
        Type::Plain(14) => format!("10.0.0.{row}"),
        Type::Plain(17) => format!("{row} days"),
        Type::Enum(name) if model.enums.contains_key(&name) => "l0".to_owned(),
        Type::Composite(name) if model.composites.contains_key(&name) => return "NULL".to_owned(),
        _ => row.to_string(),
    };
    format!("'{text}'")
}

impl Model {
    fn type_name(&self, kind: Type) -> String {
        match kind {
            Type::Plain(at) => TYPES[usize::from(at)].to_owned(),
            Type::Enum(name) if self.enums.contains_key(&name) => format!("app.e{name}"),
            Type::Domain(name) if self.domains.contains_key(&name) => format!("public.d{name}"),
            Type::Composite(name) if self.composites.contains_key(&name) => {
                format!("public.k{name}")
            }
            _ => "text".to_owned(),
        }
    }

    /// A predicate on an integer, if the function of that number is one.
    fn predicate(&self, name: u8) -> Option<String> {
        let function = self.functions.get(&(name % 5))?;
        (function.form == 0).then(|| format!("app.f{}", name % 5))
    }

    /// The statements that make everything.
    pub fn sql(&self) -> String {
        let mut sql = String::from("CREATE SCHEMA app;\n");
        decorate(&mut sql, &self.schema, "SCHEMA", "app", &["USAGE", "CREATE", "ALL"]);
        for (name, labels) in &self.enums {
            let mut all = vec!["'l0'".to_owned()];
            for label in labels.iter().map(|label| format!("'l{label}'")) {
                if !all.contains(&label) {
                    all.push(label);
                }
            }
            let _ = writeln!(sql, "CREATE TYPE app.e{name} AS ENUM ({});", all.join(", "));
        }
        for (name, function) in &self.functions {
            if function.form == 0 {
                self.function(&mut sql, *name, function);
            }
        }
        for (name, domain) in &self.domains {
            let base = if domain.text { "text" } else { "integer" };
            let _ = write!(sql, "CREATE DOMAIN public.d{name} AS {base}");
            if let Some(default) = domain.default {
                let _ = write!(sql, " DEFAULT '{default}'");
            }
            if domain.not_null {
                sql.push_str(" NOT NULL");
            }
            for (check, form) in &domain.checks {
                let _ = write!(
                    sql,
                    " CONSTRAINT d{name}_{check} CHECK (length(VALUE::text) < {})",
                    90 + form
                );
            }
            sql.push_str(";\n");
            decorate(&mut sql, &domain.decor, "DOMAIN", &format!("public.d{name}"), &["USAGE"]);
        }
        for (name, attributes) in &self.composites {
            let attributes = attributes.iter().map(|(at, kind)| {
                let kind = if matches!(kind, Type::Composite(_)) { Type::Plain(4) } else { *kind };
                format!("a{at} {}", self.type_name(kind))
            });
            let list = attributes.collect::<Vec<_>>().join(", ");
            let _ = writeln!(sql, "CREATE TYPE public.k{name} AS ({list});");
        }
        for (name, (form, by)) in &self.sequences {
            let kind = ["bigint", "integer", "smallint"][usize::from(*form) % 3];
            let cycle = if *form > 2 { " CYCLE" } else { "" };
            let _ = writeln!(
                sql,
                "CREATE SEQUENCE public.s{name} AS {kind} INCREMENT {} START {}{cycle};",
                by % 3 + 1,
                by + 1
            );
        }
        for (name, function) in &self.functions {
            if function.form != 0 {
                self.function(&mut sql, *name, function);
            }
        }
        for (name, table) in &self.tables {
            self.table(&mut sql, *name, table);
        }
        for (name, table) in &self.tables {
            self.references(&mut sql, *name, table);
        }
        for (name, view) in &self.views {
            self.view(&mut sql, *name, view);
        }
        for (role, form) in &self.defaults {
            let what = [
                "SELECT ON TABLES",
                "EXECUTE ON FUNCTIONS",
                "USAGE ON SEQUENCES",
                "USAGE ON TYPES",
            ];
            let _ = writeln!(
                sql,
                "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT {} TO {};",
                what[usize::from(*form) % 4],
                ROLES[usize::from(*role) % 2]
            );
        }
        sql
    }

    fn function(&self, sql: &mut String, name: u8, function: &Function) {
        let Function { form, argument, body, traits, decor } = function;
        let kind = self.type_name(*argument);
        let volatile = ["", " STABLE", " IMMUTABLE"][usize::from(*traits) % 3];
        let strict = if *traits > 5 { " STRICT" } else { "" };
        let (what, identity) = match form {
            0 => {
                let _ = writeln!(
                    sql,
                    "CREATE FUNCTION app.f{name}(integer) RETURNS boolean LANGUAGE sql IMMUTABLE{strict} \
                     AS 'SELECT $1 IS DISTINCT FROM {}';",
                    100 + body
                );
                ("FUNCTION", format!("app.f{name}(integer)"))
            }
            1 => {
                let language = if *body > 1 { "plpgsql" } else { "sql" };
                let text = if *body > 1 { "BEGIN RETURN given; END" } else { "SELECT given" };
                let _ = writeln!(
                    sql,
                    "CREATE FUNCTION app.f{name}(given {kind}, more integer DEFAULT {body}) RETURNS {kind} \
                     LANGUAGE {language}{volatile}{strict} AS '{text}';"
                );
                ("FUNCTION", format!("app.f{name}({kind}, integer)"))
            }
            2 => {
                let _ = writeln!(
                    sql,
                    "CREATE PROCEDURE app.f{name}(given {kind}) LANGUAGE plpgsql AS 'BEGIN PERFORM {body}; END';"
                );
                ("PROCEDURE", format!("app.f{name}({kind})"))
            }
            _ => {
                let start = ["", ", INITCOND = '0'"][usize::from(*body) % 2];
                let _ = writeln!(
                    sql,
                    "CREATE AGGREGATE app.f{name}(bigint) (SFUNC = int8pl, STYPE = bigint{start});"
                );
                ("AGGREGATE", format!("app.f{name}(bigint)"))
            }
        };
        let target = if what == "AGGREGATE" { "FUNCTION" } else { what };
        let no_grants = Decor { grants: Named::new(), owner: None, ..decor.clone() };
        decorate(sql, &no_grants, what, &identity, &[]);
        let only_grants = Decor { comment: None, ..decor.clone() };
        decorate(sql, &only_grants, target, &identity, &["EXECUTE"]);
    }

    fn column(&self, table: u8, name: u8, column: &Column) -> String {
        let mut sql = format!("{} {}", column_name(table, name), self.type_name(column.kind));
        let integer = matches!(column.kind, Type::Plain(0..=2));
        match column.source {
            0 | 1 if integer && !is_partitioned(table) && !may_inherit(table) && table != 2 => {
                let when = if column.source == 0 { "ALWAYS" } else { "BY DEFAULT" };
                let _ = write!(sql, " GENERATED {when} AS IDENTITY");
                return sql;
            }
            2 | 3 if matches!(column.kind, Type::Plain(0 | 1 | 3 | 16)) && table != 2 => {
                let _ = write!(sql, " GENERATED ALWAYS AS (id * {}) STORED", column.source);
                return sql;
            }
            _ => {}
        }
        if let Some(form) = column.default {
            let sequence = form % 3;
            if form == 3 && matches!(column.kind, Type::Plain(9)) {
                sql.push_str(" DEFAULT now()");
            } else if form == 3 && matches!(column.kind, Type::Plain(4)) {
                sql.push_str(" DEFAULT upper('a'::text || 'b')");
            } else if integer && self.sequences.contains_key(&sequence) {
                let _ = write!(sql, " DEFAULT nextval('public.s{sequence}')");
            } else {
                let _ = write!(sql, " DEFAULT {}", value(column.kind, form, self));
            }
            let composite = matches!(column.kind, Type::Composite(_));
            if column.not_null && !composite {
                sql.push_str(" NOT NULL");
            }
        }
        sql
    }

    /// A column of a table that is there, or the one that every table has.
    fn pick(&self, table: u8, column: u8) -> String {
        let there =
            self.tables.get(&table).is_some_and(|table| table.columns.contains_key(&column));
        if there { column_name(table, column) } else { "id".to_owned() }
    }

    fn table(&self, sql: &mut String, name: u8, table: &Table) {
        let (full, parted) = (table_name(name), is_partitioned(name));
        let bare = format!("t{name}");
        let mut list = vec!["id integer NOT NULL".to_owned()];
        match table.key {
            1 | 3 if !may_inherit(name) => {
                list.push(format!("CONSTRAINT {bare}_pkey PRIMARY KEY (id)"));
            }
            2 if !may_inherit(name) => list.push(format!("CONSTRAINT {bare}_id UNIQUE (id)")),
            4 if !parted && name < 2 => {
                list[0] = format!(
                    "id integer GENERATED BY DEFAULT AS IDENTITY CONSTRAINT {bare}_pkey PRIMARY KEY"
                );
            }
            _ => {}
        }
        list.extend(table.columns.iter().map(|(at, column)| self.column(name, *at, column)));
        list.extend(table.references.keys().map(|at| format!("{} integer", reference(name, *at))));
        for (at, (column, form)) in &table.checks {
            let column = self.pick(name, *column);
            let text = match form % 4 {
                0 => format!("length(({column})::text) < {}", 900 + u16::from(*form)),
                1 => format!("id > -{form}"),
                2 => format!("id IS NOT NULL OR {column} IS NOT NULL"),
                _ => match self.predicate(*form) {
                    Some(function) => format!("{function}(id)"),
                    None => format!("id NOT IN (-1, -{form})"),
                },
            };
            list.push(format!("CONSTRAINT {bare}_check{at} CHECK ({text})"));
        }
        if !parted && !may_inherit(name) {
            for (at, (column, form)) in &table.uniques {
                let column = self.pick(name, *column);
                let columns = if column == "id" { column } else { format!("id, {column}") };
                let word =
                    ["", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"][usize::from(*form) % 3];
                if !columns.contains("id, ") || !self.is_unindexable(name, table.uniques[at].0) {
                    list.push(format!("CONSTRAINT {bare}_unique{at} UNIQUE ({columns}){word}"));
                }
            }
        }
        let unlogged =
            if table.storage == 1 && !parted && self.stands_alone(name) { "UNLOGGED " } else { "" };
        let _ = write!(sql, "CREATE {unlogged}TABLE {full} (\n    {}\n)", list.join(",\n    "));
        if may_inherit(name) && table.shape > 1 && self.tables.contains_key(&(name - 1)) {
            let _ = write!(sql, " INHERITS ({})", table_name(name - 1));
        }
        if parted {
            sql.push_str(" PARTITION BY RANGE (id)");
        } else if table.storage > 8 {
            let _ = write!(sql, " WITH (fillfactor='{}')", 60 + table.storage);
        }
        sql.push_str(";\n");
        if parted {
            let _ = writeln!(
                sql,
                "CREATE TABLE {full}_low PARTITION OF {full} FOR VALUES FROM (MINVALUE) TO (2);"
            );
            let last =
                if table.shape == 3 { "DEFAULT" } else { "FOR VALUES FROM (2) TO (MAXVALUE)" };
            let _ = writeln!(sql, "CREATE TABLE {full}_high PARTITION OF {full} {last};");
        }
        for (at, column) in &table.columns {
            Self::settings(sql, name, *at, column);
        }
        self.around(sql, name, table);
        decorate(sql, &table.decor, "TABLE", &full, &["SELECT", "INSERT, UPDATE", "ALL"]);
    }

    /// Whether no key leads from it or to it.
    fn stands_alone(&self, name: u8) -> bool {
        self.tables
            .iter()
            .all(|(of, table)| table.references.values().all(|(to, _)| *of != name && *to != name))
    }

    /// A type without an order.
    fn is_unindexable(&self, table: u8, column: u8) -> bool {
        let kind = self.tables.get(&table).and_then(|table| table.columns.get(&column));
        // Attributes of a composite may have none either.
        kind.is_some_and(|column| matches!(column.kind, Type::Composite(_)))
    }

    fn settings(sql: &mut String, table: u8, name: u8, column: &Column) {
        let (full, column_name) = (table_name(table), column_name(table, name));
        let alter = format!("ALTER TABLE {full} ALTER COLUMN {column_name}");
        let _ = match column.setting {
            0 => writeln!(sql, "{alter} SET STATISTICS {};", 100 + name),
            1 if matches!(column.kind, Type::Plain(4 | 11)) => {
                writeln!(sql, "{alter} SET STORAGE EXTERNAL;")
            }
            2 if !is_partitioned(table) => {
                writeln!(sql, "{alter} SET (n_distinct = {});", name + 2)
            }
            _ => Ok(()),
        };
        let Decor { comment, owner: _, grants } = &column.decor;
        if let Some(comment) = comment {
            let _ = writeln!(sql, "COMMENT ON COLUMN {full}.{column_name} IS 'It''s {comment}';");
        }
        for role in grants.keys() {
            let role = ROLES[usize::from(*role) % 2];
            let _ = writeln!(sql, "GRANT UPDATE ({column_name}) ON {full} TO {role};");
        }
    }

    /// Indexes and the like.
    fn around(&self, sql: &mut String, name: u8, table: &Table) {
        let (full, parted) = (table_name(name), is_partitioned(name));
        let bare = format!("t{name}");
        for (at, (column, form)) in &table.indexes {
            let unindexable = self.is_unindexable(name, *column);
            let column = if unindexable { "id".to_owned() } else { self.pick(name, *column) };
            let (unique, rest) = match form % 6 {
                0 => ("", format!("({column})")),
                1 => ("", format!("({column} DESC NULLS LAST, id)")),
                2 => ("", format!("({column}) WHERE id > {form}")),
                3 => ("", format!("((id + {form}), {column})")),
                4 if !parted => ("UNIQUE ", format!("(id, {column}) INCLUDE (id)")),
                _ => ("", format!("USING hash (id) WITH (fillfactor='{}')", 50 + form)),
            };
            let _ = writeln!(sql, "CREATE {unique}INDEX {bare}_index{at} ON {full} {rest};");
        }
        for (at, (column, form)) in &table.statistics {
            let column = self.pick(name, *column);
            if column != "id" && !self.is_unindexable(name, table.statistics[at].0) {
                let kinds = ["", " (ndistinct)", " (dependencies)"][usize::from(*form) % 3];
                let _ = writeln!(
                    sql,
                    "CREATE STATISTICS public.{bare}_stat{at}{kinds} ON id, {column} FROM {full};"
                );
            }
        }
        let _ = match table.security {
            1 | 2 => writeln!(sql, "ALTER TABLE {full} ENABLE ROW LEVEL SECURITY;"),
            3 => writeln!(sql, "ALTER TABLE {full} FORCE ROW LEVEL SECURITY;"),
            4 => writeln!(sql, "ALTER TABLE {full} REPLICA IDENTITY FULL;"),
            _ => Ok(()),
        };
        for (at, (role, form)) in &table.policies {
            let to = if *role < 2 { ROLES[usize::from(*role)] } else { "PUBLIC" };
            let text = match self.predicate(*form) {
                Some(function) => format!("{function}(id)"),
                None => format!("id > {form}"),
            };
            let command = match form % 3 {
                0 => format!("FOR SELECT TO {to} USING ({text})"),
                1 => format!("AS RESTRICTIVE TO {to} USING ({text}) WITH CHECK (id < 1000)"),
                _ => format!("FOR INSERT TO {to} WITH CHECK ({text})"),
            };
            let _ = writeln!(sql, "CREATE POLICY \"P {at}\" ON {full} {command};");
        }
        for (at, (function, form)) in &table.triggers {
            let function = function % 2;
            let when =
                ["BEFORE INSERT", "AFTER UPDATE", "BEFORE UPDATE OF id", "AFTER INSERT OR DELETE"];
            let when = when[usize::from(*form) % 4];
            let condition =
                if *form > 7 && !when.contains("DELETE") { "WHEN (NEW.id > 7) " } else { "" };
            let _ = writeln!(
                sql,
                "CREATE OR REPLACE FUNCTION public.note{function}() RETURNS trigger LANGUAGE plpgsql \
                 AS 'BEGIN RETURN NEW; END';\n\
                 CREATE TRIGGER {bare}_trigger{at} {when} ON {full} FOR EACH ROW {condition}EXECUTE FUNCTION public.note{function}();"
            );
            if *form == 11 && !parted {
                let _ = writeln!(sql, "ALTER TABLE {full} DISABLE TRIGGER {bare}_trigger{at};");
            }
        }
        for (at, form) in &table.rules {
            let _ = writeln!(
                sql,
                "CREATE RULE {bare}_rule{at} AS ON DELETE TO {full} WHERE old.id < -{form} DO INSTEAD NOTHING;"
            );
        }
    }

    fn references(&self, sql: &mut String, name: u8, table: &Table) {
        for (at, (other, form)) in &table.references {
            let Some(target) = self.tables.get(other) else { continue };
            let keyed = match target.key {
                1..=3 => !may_inherit(*other),
                4 => *other < 2,
                _ => false,
            };
            if keyed {
                let action = ["", " ON DELETE CASCADE", " ON UPDATE SET NULL", " DEFERRABLE"];
                let _ = writeln!(
                    sql,
                    "ALTER TABLE {} ADD CONSTRAINT t{name}_fk{at} FOREIGN KEY ({}) REFERENCES {} (id){};",
                    table_name(name),
                    reference(name, *at),
                    table_name(*other),
                    action[usize::from(*form) % 4]
                );
            }
        }
    }

    fn view(&self, sql: &mut String, name: u8, view: &View) {
        let View { materialized, form, of, other, columns, indexes, decor } = view;
        // A table, or a view that comes before.
        let below =
            of.checked_sub(6).filter(|below| *below < name && self.views.contains_key(below));
        let (from, table) = match (below, self.tables.contains_key(of)) {
            (Some(view), _) => (format!("app.v{view}"), None),
            (None, true) => (table_name(*of), Some(*of)),
            (None, false) => ("(VALUES (1), (2)) AS given(id)".to_owned(), None),
        };
        let mut list = vec!["x.id".to_owned()];
        if let Some(table) = table {
            for column in columns {
                let column = self.pick(table, *column);
                let item = match form % 3 {
                    0 => format!("x.{column}"),
                    1 => format!("(x.{column})::text AS shown_{}", list.len()),
                    _ => format!("x.{column} AS other_{}", list.len()),
                };
                if !list.contains(&item) {
                    list.push(item);
                }
            }
        }
        let alias = if from.starts_with('(') {
            from.replace(" AS given(id)", " AS x(id)")
        } else {
            format!("{from} x")
        };
        let list = list.join(", ");
        let mut query = match form {
            6 => format!("SELECT x.id, count(*) AS many FROM {alias} GROUP BY x.id"),
            7 if self.tables.contains_key(other) => {
                format!(
                    "SELECT {list}, y.id AS theirs FROM {alias} LEFT JOIN {} y ON y.id = x.id",
                    table_name(*other)
                )
            }
            5 => format!(
                "SELECT {list} FROM {alias} UNION ALL SELECT {list} FROM {alias} WHERE x.id < 3"
            ),
            _ => format!("SELECT {list} FROM {alias}"),
        };
        if *form == 4 {
            query.push_str(" WHERE x.id > 0 AND (x.id < 100 OR x.id = ANY (ARRAY[200, 300]))");
        }
        let (what, with) = match (materialized, form) {
            (true, _) => ("MATERIALIZED VIEW", ""),
            (false, 3) => ("VIEW", " WITH (security_barrier='true')"),
            (false, _) => ("VIEW", ""),
        };
        let _ = writeln!(sql, "CREATE {what} app.v{name}{with} AS {query};");
        if *materialized {
            for (at, form) in indexes {
                let _ =
                    writeln!(sql, "CREATE INDEX v{name}_index{at} ON app.v{name} ((id + {form}));");
            }
        }
        decorate(sql, decor, what, &format!("app.v{name}"), &["SELECT"]);
    }

    /// Rows for all tables, past their triggers and foreign keys.
    pub fn rows(&self) -> String {
        let mut sql = String::from("SET session_replication_role = replica;\n");
        for (name, table) in &self.tables {
            for row in 1..=3 {
                let (mut columns, mut values) = (vec!["id".to_owned()], vec![row.to_string()]);
                for (at, column) in &table.columns {
                    let definition = self.column(*name, *at, column);
                    if definition.contains(" STORED") {
                        continue;
                    }
                    columns.push(column_name(*name, *at));
                    values.push(value(column.kind, row, self));
                }
                for at in table.references.keys() {
                    columns.push(reference(*name, *at));
                    values.push(row.to_string());
                }
                let _ = writeln!(
                    sql,
                    "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({});",
                    table_name(*name),
                    columns.join(", "),
                    values.join(", ")
                );
            }
        }
        sql
    }

    /// The tables that are in both, without those that inherit from them.
    pub fn common_tables(&self, other: &Self) -> Vec<String> {
        let both = self.tables.keys().filter(|name| other.tables.contains_key(name));
        both.map(|name| {
            let only = if is_partitioned(*name) { "" } else { "ONLY " };
            format!("{only}{}", table_name(*name))
        })
        .collect()
    }
}

/// The column of a foreign key.
fn reference(table: u8, at: u8) -> String {
    if may_inherit(table) { format!("href{at}") } else { format!("ref{at}") }
}

fn decorate(sql: &mut String, decor: &Decor, what: &str, name: &str, rights: &[&str]) {
    let Decor { comment, owner, grants } = decor;
    if let Some(comment) = comment {
        let _ = writeln!(sql, "COMMENT ON {what} {name} IS 'It''s {comment}';");
    }
    if let Some(owner) = owner {
        let _ = writeln!(sql, "ALTER {what} {name} OWNER TO {};", ROLES[usize::from(*owner)]);
    }
    // Privileges on views are those of tables.
    let target = if what.ends_with("VIEW") { "TABLE" } else { what };
    for (role, form) in grants {
        // What an owner grants to himself says nothing.
        if rights.is_empty() || owner.is_some_and(|owner| owner == role % 2) {
            continue;
        }
        let option = if *form == 2 { " WITH GRANT OPTION" } else { "" };
        let _ = writeln!(
            sql,
            "GRANT {} ON {target} {name} TO {}{option};",
            rights[usize::from(*form) % rights.len()],
            ROLES[usize::from(*role) % 2]
        );
    }
}
