//! What a statement does beside what it says: the locks it takes, the files it writes anew, the rows
//! and values it leaves.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::{Error, Row};

use crate::oracle::Room;
use crate::plan::{Lock, LockMode, Relation, TableEvidence};
use crate::sql::own::USER_SCHEMA;
use crate::sql::quote::ident;

/// The relations of users, by oid.
pub(super) type Names = BTreeMap<u32, Relation>;

/// What every relation is called now.
pub(super) async fn names(room: &Room<'_>) -> Result<Names, Error> {
    let sql = format!(
        "SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {USER_SCHEMA}"
    );
    let rows = room.query(&sql).await?;
    let name = |row: &Row| Relation::new(row.get::<_, String>(1), row.get::<_, String>(2));
    Ok(rows.iter().map(|row| (row.get(0), name(row))).collect())
}

/// The locks on relations that were there before and that are held now and were not.
pub(super) async fn locks(
    room: &Room<'_>,
    there: &Names,
    held: &mut BTreeSet<(u32, LockMode)>,
) -> Result<Vec<Lock>, Error> {
    let sql = "SELECT relation, mode FROM pg_catalog.pg_locks \
        WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation'";
    let rows = room.query(sql).await?;
    let now =
        rows.iter().filter_map(|row| Some((row.get::<_, u32>(0), LockMode::named(row.get(1))?)));
    let mut fresh: Vec<Lock> = now
        .filter(|lock| held.insert(*lock))
        .filter_map(|(oid, mode)| Some(Lock { relation: there.get(&oid)?.clone(), mode }))
        .collect();
    fresh.sort();
    Ok(fresh)
}

/// The file of each relation that has one (`pg_class.relfilenode`).
pub(super) struct Files(BTreeMap<u32, u32>);

impl Files {
    pub(super) async fn read(room: &Room<'_>) -> Result<Self, Error> {
        let sql = format!(
            "SELECT c.oid, c.relfilenode FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'm', 'i') AND {USER_SCHEMA}"
        );
        let rows = room.query(&sql).await?;
        Ok(Self(rows.iter().map(|row| (row.get(0), row.get(1))).collect()))
    }

    /// The relations that have another file than before.
    pub(super) fn rewritten(&self, before: &Self, there: &Names) -> Vec<Relation> {
        let other = |(oid, file): &(&u32, &u32)| before.0.get(oid).is_some_and(|was| was != *file);
        let names = self.0.iter().filter(other).filter_map(|(oid, _)| there.get(oid).cloned());
        let names: BTreeSet<Relation> = names.collect();
        names.into_iter().collect()
    }
}

/// One table: its name, how many rows it has, and for each column by its number its name, its type
/// and a sum over its values.
struct Table {
    name: Relation,
    rows: i64,
    columns: BTreeMap<i16, (String, String, Option<String>)>,
}

/// The rows and values of every table, by oid, so that a new name does not matter; a partitioned one has
/// those of its partitions.
pub(super) struct Contents(BTreeMap<u32, Table>);

impl Contents {
    pub(super) async fn read(room: &Room<'_>) -> Result<Self, Error> {
        let sql = format!(
            "SELECT c.oid, CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END \
               || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), \
             n.nspname, c.relname, a.attnum, a.attname::text, \
             pg_catalog.format_type(a.atttypid, a.atttypmod) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
               AND NOT a.attisdropped AND a.attgenerated = '' \
             WHERE (c.relkind = 'r' OR c.relkind = 'p' AND NOT c.relispartition) AND {USER_SCHEMA} \
             ORDER BY 1, 5"
        );
        let mut tables: BTreeMap<u32, (String, Table)> = BTreeMap::new();
        for row in room.query(&sql).await? {
            let name = || Relation::new(row.get::<_, String>(2), row.get::<_, String>(3));
            let empty = || Table { name: name(), rows: 0, columns: BTreeMap::new() };
            let table = tables.entry(row.get(0)).or_insert_with(|| (row.get(1), empty()));
            if let Some(number) = row.get::<_, Option<i16>>(4) {
                table.1.columns.insert(number, (row.get(5), row.get(6), None));
            }
        }
        for (address, table) in tables.values_mut() {
            let sums = table.columns.values().map(|(name, ..)| {
                // The order of rows means nothing.
                format!(", sum(pg_catalog.hashtext({}::text)::bigint)::text", ident(name))
            });
            let sql = format!("SELECT count(*){} FROM {address}", sums.collect::<String>());
            let Ok(rows) = room.query(&sql).await else { continue };
            let Some(row) = rows.first() else { continue };
            table.rows = row.get(0);
            for (at, column) in table.columns.values_mut().enumerate() {
                column.2 = row.get(at + 1);
            }
        }
        Ok(Self(tables.into_iter().map(|(oid, (_, table))| (oid, table)).collect()))
    }

    /// What became of each table that had rows. A column that has another type now is not compared,
    /// nor is one that is gone: the plan says so itself.
    pub(super) fn compare(&self, after: &Self) -> Vec<TableEvidence> {
        let one = |(oid, before): (&u32, &Table)| {
            // One that was made again has its name, and so have its columns.
            let again = || after.0.values().find(|now| now.name == before.name);
            let (there, now) = (after.0.get(oid), after.0.get(oid).or_else(again));
            let changed = before.columns.iter().filter_map(|(number, (column, of, sum))| {
                let (name, now_of, now_sum) = match there {
                    Some(there) => there.columns.get(number)?,
                    None => now?.columns.values().find(|(name, ..)| name == column)?,
                };
                (of == now_of && sum != now_sum).then(|| name.clone())
            });
            TableEvidence {
                table: before.name.clone(),
                before: before.rows,
                after: now.map(|now| now.rows),
                changed: changed.collect(),
            }
        };
        self.0.iter().filter(|(_, table)| table.rows > 0).map(one).collect()
    }
}
