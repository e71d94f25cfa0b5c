//! Rows for a copy: values by type, in the order of foreign keys, as far as they can be made up. A
//! table for which no row can be made is named.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::{Error, Row};

use crate::execute::Session;
use crate::introspect::server_message;
use crate::oracle::Room;
use crate::sql::own::USER_SCHEMA;
use crate::sql::quote::literal;

/// A column to be filled.
struct Column {
    name: String,
    number: i16,
    /// The type, as SQL.
    of: String,
    /// An expression over `i` that makes a value of it, if there is one for such types.
    value: Option<String>,
    not_null: bool,
    has_default: bool,
    /// The texts that a check compares it with.
    choices: Vec<String>,
}

/// A foreign key: the columns here, the table there and its columns.
struct Link {
    columns: Vec<i16>,
    table: u32,
    address: String,
    targets: Vec<String>,
}

struct Table {
    address: String,
    columns: Vec<Column>,
    links: Vec<Link>,
}

/// Puts rows into every table; says for which it could not.
pub(super) async fn fill(room: &Room<'_>, rows: u32) -> Result<Vec<String>, Error> {
    let mut tables = tables(room).await?;
    links(room, &mut tables).await?;
    let mut notes = Vec::new();
    let mut done: BTreeSet<u32> = BTreeSet::new();
    while done.len() < tables.len() {
        let free = |(oid, table): &(&u32, &Table)| {
            !done.contains(*oid)
                && table.links.iter().all(|link| link.table == **oid || done.contains(&link.table))
        };
        // In a circle of foreign keys, the first table has to do without.
        let next = tables.iter().find(free).or_else(|| tables.iter().find(|t| !done.contains(t.0)));
        let Some((oid, table)) = next else { break };
        let mut refused = String::new();
        for attempt in attempts(*oid, table, rows) {
            match room.run(&attempt, false).await {
                Ok(()) => {
                    refused.clear();
                    break;
                }
                Err(error) => refused = server_message(&error),
            }
        }
        if !refused.is_empty() {
            notes.push(format!("no rows could be made for {}: {refused}", table.address));
        }
        done.insert(*oid);
    }
    Ok(notes)
}

/// What is tried: all columns, those that must be, and then a single row of each.
fn attempts(oid: u32, table: &Table, rows: u32) -> Vec<String> {
    let all = |_: &Column| true;
    let needed = |column: &Column| column.not_null && !column.has_default;
    let mut attempts = Vec::new();
    for count in [rows, 1] {
        attempts.push(insert(oid, table, count, &all));
        attempts.push(insert(oid, table, count, &needed));
    }
    attempts
}

fn insert(oid: u32, table: &Table, rows: u32, wanted: &dyn Fn(&Column) -> bool) -> String {
    let (mut names, mut values, mut from) = (Vec::new(), Vec::new(), String::new());
    for (at, link) in table.links.iter().enumerate().filter(|(_, link)| link.table != oid) {
        from.push_str(&format!(
            " LEFT JOIN (SELECT *, row_number() OVER () AS plumb_n, count(*) OVER () AS plumb_c \
             FROM {}) l{at} ON l{at}.plumb_n = 1 + (i - 1) % l{at}.plumb_c",
            link.address
        ));
    }
    for column in &table.columns {
        let linked = table.links.iter().enumerate().find_map(|(at, link)| {
            let place = link.columns.iter().position(|number| *number == column.number)?;
            Some((at, link, place))
        });
        let value = match linked {
            // Of rows that point to their own table, each points to itself or to none.
            Some((_, link, _)) if link.table == oid && !column.not_null => "NULL".to_owned(),
            Some((at, link, place)) if link.table != oid => {
                format!("l{at}.{}", link.targets[place])
            }
            _ if !wanted(column) => continue,
            _ if column.choices.is_empty() => match &column.value {
                Some(value) => format!("({value})::{}", column.of),
                None => continue,
            },
            _ => {
                let choices: Vec<_> = column.choices.iter().map(|text| literal(text)).collect();
                let count = choices.len();
                format!("(ARRAY[{}])[1 + (i - 1) % {count}]::{}", choices.join(", "), column.of)
            }
        };
        names.push(column.name.clone());
        values.push(value);
    }
    if names.is_empty() {
        return format!("INSERT INTO {} DEFAULT VALUES", table.address);
    }
    format!(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM generate_series(1, {rows}) AS i{from}",
        table.address,
        names.join(", "),
        values.join(", ")
    )
}

/// An expression over `i` for a type, by its name and its sort.
fn value(base: &str, sort: &str, length: i32, element: Option<&str>) -> Option<String> {
    if let Some(element) = element {
        return value(element, "b", -1, None).map(|value| format!("ARRAY[{value}]"));
    }
    Some(match (base, sort) {
        (name, "e") => format!(
            "(enum_range(NULL::{name}))[1 + (i - 1) % array_length(enum_range(NULL::{name}), 1)]"
        ),
        ("int2", _) => "i % 30000".to_owned(),
        ("int4" | "int8" | "float4" | "float8" | "oid" | "money", _) => "i".to_owned(),
        // Precision and scale leave room for few digits.
        ("numeric", _) => "i % 9 + 1".to_owned(),
        ("text" | "varchar" | "bpchar" | "name" | "citext", _) if (0..9).contains(&length) => {
            format!("right('00000000' || i, {length})")
        }
        ("text" | "varchar" | "bpchar" | "name" | "citext", _) => "'v' || i".to_owned(),
        ("bool", _) => "i % 2 = 0".to_owned(),
        ("date", _) => "date '2020-01-01' + i".to_owned(),
        ("timestamp" | "timestamptz", _) => {
            "timestamp '2020-01-01' + i * interval '1 hour'".to_owned()
        }
        ("time" | "timetz", _) => "time '00:00' + i * interval '1 second'".to_owned(),
        ("interval", _) => "i * interval '1 hour'".to_owned(),
        ("uuid", _) => "md5(i::text)".to_owned(),
        ("json" | "jsonb", _) => "'{\"n\": ' || i || '}'".to_owned(),
        ("bytea", _) => "decode(md5(i::text), 'hex')".to_owned(),
        ("inet" | "cidr", _) => "'10.0.' || i / 256 % 256 || '.' || i % 256".to_owned(),
        ("int4range" | "int8range" | "numrange", _) => "'[' || i || ',' || i + 1 || ')'".to_owned(),
        ("tsvector", _) => "to_tsvector('simple', 'v' || i)".to_owned(),
        ("xml", _) => "'<n>' || i || '</n>'".to_owned(),
        ("point", _) => "point(i, i)".to_owned(),
        _ => return None,
    })
}

fn column(row: &Row) -> Column {
    let (base, sort): (String, String) = (row.get(6), row.get(7));
    let element: Option<String> = row.get(9);
    Column {
        name: row.get(2),
        number: row.get(3),
        of: row.get(4),
        value: value(&base, &sort, row.get(8), element.as_deref()),
        not_null: row.get(5),
        has_default: row.get(10),
        choices: row.get(11),
    }
}

async fn tables(room: &Room<'_>) -> Result<BTreeMap<u32, Table>, Error> {
    // A domain is filled as its base type is; an enum is named in full.
    let sql = format!(
        "SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(a.attname), \
         a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull OR t.typnotnull, \
         CASE b.typtype WHEN 'e' THEN format_type(b.oid, NULL) ELSE b.typname::text END, \
         b.typtype::text, CASE WHEN a.atttypmod > 4 AND b.typname IN ('varchar', 'bpchar') \
           THEN a.atttypmod - 4 ELSE -1 END, e.typname::text, a.atthasdef OR a.attidentity <> '', \
         ARRAY(SELECT m.s[1] FROM pg_catalog.pg_constraint k, \
           regexp_matches(pg_get_constraintdef(k.oid), '''([^'']*)''::', 'g') AS m(s) \
           WHERE k.contype = 'c' AND (k.conrelid = c.oid AND k.conkey = ARRAY[a.attnum] \
             OR k.contypid = a.atttypid) AND pg_get_constraintdef(k.oid) ~ ' = ') \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
           AND NOT a.attisdropped AND a.attgenerated = '' \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END \
         LEFT JOIN pg_catalog.pg_type e ON e.oid = b.typelem AND b.typlen = -1 AND b.typtype = 'b' \
           AND b.typcategory = 'A' \
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {USER_SCHEMA} \
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid \
             AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e') \
         ORDER BY 1, 4"
    );
    let mut tables = BTreeMap::new();
    for row in room.query(&sql).await? {
        let empty = || Table { address: row.get(1), columns: Vec::new(), links: Vec::new() };
        tables.entry(row.get(0)).or_insert_with(empty).columns.push(column(&row));
    }
    Ok(tables)
}

async fn links(room: &Room<'_>, tables: &mut BTreeMap<u32, Table>) -> Result<(), Error> {
    let sql = "SELECT k.conrelid, k.conkey, k.confrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), \
        ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.confkey) WITH ORDINALITY AS f(num, at) \
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = f.num ORDER BY f.at) \
        FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.confrelid \
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.oid";
    for row in room.query(sql).await? {
        let link = Link {
            columns: row.get(1),
            table: row.get(2),
            address: row.get(3),
            targets: row.get(4),
        };
        // Only tables that are filled can be waited for.
        if tables.contains_key(&link.table)
            && let Some(table) = tables.get_mut(&row.get::<_, u32>(0))
        {
            table.links.push(link);
        }
    }
    Ok(())
}
