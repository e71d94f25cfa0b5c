//! Indexes of tables and materialized views that belong to no constraint (`CREATE INDEX`,
//! `pg_index`). A partition's copy of its parent's index is not read: see `attached`.

mod online;
mod partition;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::hazard::Hazard;
use crate::kind::abilities::{Ordered, Outliving};
use crate::kind::relation::attached::Attached;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::copy::{self, INCOMPLETE, column_of};
use crate::kind::relation::helper;
use crate::kind::relation::lineage::{self, overlooked};
use crate::kind::relation::view;
use crate::kind::{About, Alter, Attrs, Cx, Define, Describe, Id, Kind, Member, Sides};
use crate::leaf::{Item, List, Name, Parameters, Sql, is_false};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// An index.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Whether it forbids equal keys.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) unique: bool,
    /// The access method (`pg_class.relam`).
    #[serde(default = "btree", with = "crate::leaf::bare", skip_serializing_if = "is_btree")]
    using: String,
    /// The elements of the key: a column or expression, and what of collation, operator class
    /// and order is not the default.
    pub(in crate::kind) columns: List<Sql>,
    /// Columns that are stored and no part of the key.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    include: List<Name>,
    /// Whether NULLs are equal to each other (`pg_index.indnullsnotdistinct`, 15).
    #[serde(default, skip_serializing_if = "is_false")]
    nulls_not_distinct: bool,
    /// Storage parameters.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
    /// The tablespace, if it is not the database's.
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    tablespace: Option<String>,
    /// Which rows it holds (`pg_index.indpred`).
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub(in crate::kind) predicate: Option<Sql>,
    /// The statistics target of an expression, by the number of the element
    /// (`pg_attribute.attstattarget`).
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    statistics: Parameters,
    /// Whether the table is clustered on it (`pg_index.indisclustered`).
    #[serde(default, skip_serializing_if = "is_false")]
    cluster: bool,
    /// Whether logical replication finds rows by it (`pg_index.indisreplident`).
    #[serde(default, skip_serializing_if = "is_false")]
    replica_identity: bool,
    /// Whether not every partition has a copy of it (`CREATE INDEX ... ON ONLY`).
    #[serde(default, skip_serializing_if = "is_false")]
    only: bool,
    /// What a failed CREATE INDEX CONCURRENTLY leaves behind; never wanted.
    #[serde(default, skip_serializing_if = "is_false")]
    invalid: bool,
}

fn btree() -> String {
    "btree".to_owned()
}
fn is_btree(method: &String) -> bool {
    method == "btree"
}

/// Whether operator class `oc` is one of GiST (783) for inet or cidr: the default is of the extension btree_gist up to 18,
/// and of the server since 19, so that an index without a name for it would not tell which it has.
pub(in crate::kind) const MOVED_DEFAULT: &str =
    "oc.opcmethod = 783 AND oc.opcintype IN ('inet'::regtype, 'cidr'::regtype)";

/// The keys of every index: one row for each of its columns, with the text of the element.
/// `k.keys` and `k.included` are arrays by `k.indexrelid`; `condition` restricts `i`.
/// `pg_get_indexdef` opens the index, which `pg_get_expr` does not; but it knows when an expression
/// needs no parentheses. The commonest of these, the only expression of the index and a call
/// (`looks_like_function` in ruleutils.c), is told from its node here.
pub(in crate::kind) fn keys(condition: &str) -> String {
    format!(
        "(SELECT i.indexrelid, \
          array_agg(CASE WHEN i.num <> 0 THEN quote_ident(ta.attname) \
            WHEN i.call THEN pg_get_expr(i.indexprs, i.indrelid) \
            ELSE pg_get_indexdef(i.indexrelid, i.ord::int4, false) END || \
          CASE WHEN i.coll NOT IN (0, COALESCE(ta.attcollation, 100), COALESCE(ta.attcollation, ty.typcollation)) \
            THEN ' COLLATE ' || CASE WHEN cn.nspname = 'pg_catalog' THEN '' \
              ELSE quote_ident(cn.nspname) || '.' END || quote_ident(co.collname) ELSE '' END || \
          CASE WHEN NOT oc.opcdefault OR {MOVED_DEFAULT} OR i.attoptions IS NOT NULL \
            THEN ' ' || CASE WHEN oq.nspname = 'pg_catalog' THEN '' \
              ELSE quote_ident(oq.nspname) || '.' END || quote_ident(oc.opcname) ELSE '' END || \
          COALESCE((SELECT ' (' || string_agg(quote_ident(split_part(o, '=', 1)) || '=' || \
            quote_literal(substr(o, strpos(o, '=') + 1)), ', ') || ')' \
            FROM unnest(i.attoptions) o), '') || \
          CASE WHEN am.amname <> 'btree' THEN '' \
            WHEN i.opt & 1 = 1 THEN ' DESC' || CASE WHEN i.opt & 2 = 0 THEN ' NULLS LAST' ELSE '' END \
            WHEN i.opt & 2 = 2 THEN ' NULLS FIRST' ELSE '' END \
          ORDER BY i.ord) FILTER (WHERE i.ord <= i.indnkeyatts) AS keys, \
          array_agg(ta.attname::text ORDER BY i.ord) FILTER (WHERE i.ord > i.indnkeyatts) AS included, \
          array_agg(i.ord || '=' || i.attstattarget ORDER BY i.ord) \
            FILTER (WHERE i.ord <= i.indnkeyatts AND i.attstattarget >= 0) AS targets \
          FROM (SELECT i.*, ia.attnum AS ord, ia.atttypid, ia.attstattarget, ia.attoptions, \
            i.indkey[ia.attnum - 1] AS num, i.indcollation[ia.attnum - 1] AS coll, \
            i.indclass[ia.attnum - 1] AS class, i.indoption[ia.attnum - 1] AS opt, \
            i.indnatts = 1 + cardinality(array_remove(i.indkey::int2[], 0::int2)) \
            AND i.indexprs::text ~ '^\\({{FUNCEXPR [^{{]*:funcformat [03] ' AS call \
            FROM pg_index i JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum > 0 \
            WHERE i.indexrelid >= 16384 AND {condition}) i \
          JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam \
          JOIN pg_type ty ON ty.oid = i.atttypid \
          LEFT JOIN pg_attribute ta ON ta.attrelid = i.indrelid AND ta.attnum = i.num AND i.num <> 0 \
          LEFT JOIN pg_opclass oc ON oc.oid = i.class LEFT JOIN pg_namespace oq ON oq.oid = oc.opcnamespace \
          LEFT JOIN pg_collation co ON co.oid = i.coll LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace \
          GROUP BY i.indexrelid)"
    )
}

/// Of each of a table's indexes, keys and copies: whether the table is clustered on it, and whether it is
/// the table's replica identity.
fn uses<'a>(table: &'a Id, catalog: &'a Catalog) -> impl Iterator<Item = (bool, bool)> + 'a {
    let of = |attrs: &Attrs| {
        let index = Index::downcast(attrs).map(|index| (index.cluster, index.replica_identity));
        let key = || Constraint::downcast(attrs).map(|key| (key.cluster, key.replica_identity));
        let copy = || Attached::downcast(attrs).map(|copy| (copy.cluster, copy.replica_identity));
        index.or_else(key).or_else(copy)
    };
    let kinds = [Kind::Index, Kind::Constraint, Kind::Attached].into_iter();
    let all = kinds.flat_map(|kind| catalog.below(kind, &table.path));
    all.filter_map(move |(_, object)| of(&object.attrs))
}

/// Whether an index of the table is its replica identity.
pub(in crate::kind) fn replicates_by_index(table: &Id, catalog: &Catalog) -> bool {
    uses(table, catalog).any(|(_, replica_identity)| replica_identity)
}

/// Whether the table is clustered on one of its indexes.
fn is_clustered(table: &Id, catalog: &Catalog) -> bool {
    uses(table, catalog).any(|(cluster, _)| cluster)
}

/// The storage parameters and the tablespace of an index.
pub(in crate::kind) type Storage<'a> = (&'a Parameters, Option<&'a str>);

/// The statements that take an index from the one storage to the other.
pub(in crate::kind) fn storage_steps(new: Storage<'_>, old: Storage<'_>, index: &Id) -> Vec<Step> {
    let alter = format!("ALTER INDEX {}", qualified(&index.path[0], index.name()));
    let mut steps: Vec<Step> = new.0.alter(old.0, &alter).into_iter().map(Step::new).collect();
    let (from, to) = (old.1.unwrap_or(USUAL_SPACE), new.1.unwrap_or(USUAL_SPACE));
    if from != to {
        steps.push(
            Step::new(format!("{alter} SET TABLESPACE {}", ident(to)))
                .hazard(Hazard::RewriteTable, "the whole index is copied under a lock"),
        );
    }
    steps
}

/// Where an index is of which nothing else is said.
const USUAL_SPACE: &str = "pg_default";

/// Whether logical replication uses an index of that column, which has to be NOT NULL then.
pub(in crate::kind) fn identifies(column: &Id, catalog: &Catalog) -> bool {
    let table = column.ancestor(Kind::Table, 2);
    let is = |element| column_of(element).as_deref() == Some(column.name());
    let index = |id: &Id| {
        let index = catalog.attrs::<Index>(id);
        index.is_some_and(|index| index.replica_identity && index.columns.0.iter().any(is))
    };
    let key = |id: &Id| {
        let key = catalog.attrs::<Constraint>(id);
        key.is_some_and(|key| key.replica_identity && key.names().contains(&column.name()))
    };
    catalog.below(Kind::Index, &table.path).any(|(id, _)| index(id))
        || catalog.below(Kind::Constraint, &table.path).any(|(id, _)| key(id))
}

/// What makes an index the one that CLUSTER or logical replication uses, or ends that.
pub(in crate::kind) fn use_steps(
    id: &Id,
    cluster: (bool, bool),
    replica: (bool, bool),
    cx: &Sides<'_>,
) -> Vec<Step> {
    let table = id.ancestor(Kind::Table, 2);
    let alter = format!("ALTER TABLE {}", qualified(&id.path[0], &id.path[1]));
    let name = ident(id.name());
    let mut steps = Vec::new();
    match cluster {
        (false, true) => steps.push(Step::new(format!("{alter} CLUSTER ON {name}"))),
        (true, false) if !is_clustered(&table, cx.desired) => {
            steps.push(Step::new(format!("{alter} SET WITHOUT CLUSTER")));
        }
        _ => {}
    }
    let elsewhere = || lineage::says_replica_identity(&table, cx.desired);
    match replica {
        (false, true) => {
            steps.push(Step::new(format!("{alter} REPLICA IDENTITY USING INDEX {name}")));
        }
        (true, false) if !replicates_by_index(&table, cx.desired) && !elsewhere() => {
            steps.push(Step::new(format!("{alter} REPLICA IDENTITY DEFAULT")));
        }
        _ => {}
    }
    steps
}

impl Index {
    /// The statements that take the statistics targets of its expressions from `old`.
    pub(in crate::kind) fn statistics_steps(
        new: &Parameters,
        old: &Parameters,
        id: &Id,
        cx: &Sides<'_>,
    ) -> Vec<Step> {
        let index = qualified(&id.path[0], id.name());
        // ALTER INDEX would set those of its copies too.
        let alter = if copy::is_partitioned(id, cx) { "TABLE ONLY" } else { "INDEX" };
        let set = |(number, target): (&String, &String)| {
            Step::new(format!(
                "ALTER {alter} {index} ALTER COLUMN {number} SET STATISTICS {target}"
            ))
        };
        let gone = old.0.keys().filter(|number| !new.0.contains_key(*number));
        let changed = new.0.iter().filter(|(n, target)| old.0.get(*n) != Some(target));
        changed.map(set).chain(gone.map(|number| set((number, &"-1".to_owned())))).collect()
    }

    /// Its access method.
    pub(in crate::kind) fn method(&self) -> &str {
        &self.using
    }

    /// The columns that it holds beside its key.
    pub(in crate::kind) fn included(&self) -> impl Iterator<Item = &str> {
        self.include.names()
    }

    /// Its storage parameters and its tablespace.
    pub(in crate::kind) fn storage(&self) -> Storage<'_> {
        (&self.with, self.tablespace.as_deref())
    }

    /// Whether not every partition has a copy of it.
    pub(in crate::kind) fn is_only(&self) -> bool {
        self.only
    }

    /// CREATE INDEX; `how`: the words before the name, and those before the table.
    fn statement(&self, table: &Id, name: &str, how: (&str, &str)) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        let (concurrently, only) = how;
        let table = qualified(&table.path[0], &table.path[1]);
        let mut sql =
            format!("CREATE {unique}INDEX {concurrently}{} ON {only}{table}", ident(name));
        if !is_btree(&self.using) {
            sql.push_str(&format!(" USING {}", ident(&self.using)));
        }
        sql.push_str(&format!(" ({})", self.columns.sql()));
        if !self.include.is_empty() {
            sql.push_str(&format!(" INCLUDE ({})", self.include.sql()));
        }
        if self.nulls_not_distinct {
            sql.push_str(" NULLS NOT DISTINCT");
        }
        if !self.with.is_empty() {
            sql.push_str(&format!(" WITH ({})", self.with.sql()));
        }
        if let Some(tablespace) = &self.tablespace {
            sql.push_str(&format!(" TABLESPACE {}", ident(tablespace)));
        }
        if let Some(predicate) = &self.predicate {
            sql.push_str(&format!(" WHERE {predicate}"));
        }
        sql
    }

    /// Whether a unique index of exactly these columns, which a foreign key may refer to.
    pub(in crate::kind) fn is_key_of(&self, columns: &[&str]) -> bool {
        let own: Option<Vec<String>> = self.columns.0.iter().map(column_of).collect();
        let Some(mut own) = own else { return false };
        let mut wanted: Vec<&str> = columns.to_vec();
        own.sort();
        wanted.sort_unstable();
        self.unique && self.predicate.is_none() && own == wanted
    }
}

impl Define for Index {
    const ABOUT: About = About {
        clauses: &[
            clause("unique", "unique", Shape::Flag),
            clause("using", "using", Shape::Word),
            clause("columns", "", Shape::Parens),
            clause("include", "include", Shape::Parens),
            clause("nulls_not_distinct", "nulls not distinct", Shape::Flag),
            clause("nulls_not_distinct", "nulls distinct", Shape::Off),
            clause("with", "with", Shape::Parens),
            clause("tablespace", "tablespace", Shape::Word),
            clause("where", "where", Shape::Tail),
        ],
        catalog: 1259,
        numerous: true,
        follows_type: true,
        extra_keys: &["statistics", "cluster", "replica_identity", "only"],
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let distinct = if major >= 15 { "i.indnullsnotdistinct" } else { "NULL::bool" };
        let own = "NOT EXISTS (SELECT FROM pg_constraint x WHERE x.conindid = i.indexrelid \
             AND x.contype IN ('p', 'u', 'x') AND x.conrelid = i.indrelid) AND NOT EXISTS (SELECT \
             FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)";
        format!(
            "SELECT i.indexrelid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             ic.relname::text AS _3, i.indisunique AS \"unique\", quote_ident(am.amname) AS \"using\", \
             k.keys AS columns, k.included AS include, {distinct} AS nulls_not_distinct, \
             ic.reloptions AS \"with\", quote_ident(s.spcname) AS tablespace, \
             pg_get_expr(i.indpred, i.indrelid) AS \"where\", k.targets AS statistics, \
             i.indisclustered AS cluster, i.indisreplident AS replica_identity, \
             {INCOMPLETE} AS only, NOT i.indisvalid AND ic.relkind = 'i' AS invalid \
             FROM {keys} k JOIN pg_index i ON i.indexrelid = k.indexrelid \
             JOIN pg_class ic ON ic.oid = i.indexrelid \
             JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_am am ON am.oid = ic.relam \
             LEFT JOIN pg_tablespace s ON s.oid = ic.reltablespace \
             WHERE c.relkind IN ('r', 'p', 'm') AND {USER_SCHEMA} \
             AND {member}",
            member = no_member("pg_class", "c.oid"),
            keys = keys(own),
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self {
            unique,
            using,
            columns,
            include,
            nulls_not_distinct,
            with: _,
            tablespace: _,
            predicate,
            statistics: _,
            cluster,
            replica_identity,
            only,
            invalid,
        } = self;
        if *unique != old.unique
            || *using != old.using
            || *columns != old.columns
            || *include != old.include
            || *nulls_not_distinct != old.nulls_not_distinct
            || *predicate != old.predicate
            || *invalid != old.invalid
            || (*only && !old.only)
            || (self.storage() != old.storage() && copy::is_partitioned(id, cx))
        {
            let steps = self.replace(old, id, cx);
            return steps.map_or(Alter::Replace, Alter::InPlace);
        }
        let mut steps = storage_steps(self.storage(), old.storage(), id);
        steps.extend(Self::statistics_steps(&self.statistics, &old.statistics, id, cx));
        if old.only && !only {
            steps.extend(self.complete(id, cx));
        }
        let replica = (old.replica_identity, *replica_identity);
        steps.extend(use_steps(id, (old.cluster, *cluster), replica, cx));
        Alter::InPlace(steps)
    }
}

impl Describe for Index {
    fn address(&self, id: &Id) -> String {
        format!("INDEX {}", qualified(&id.path[0], id.name()))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        // The copy of a parent's index stays when the partition is detached.
        let table = id.ancestor(Kind::Table, 2);
        if let Some(original) = copy::detached(id, cx, &|old| {
            cx.current.attrs::<Self>(old).is_some_and(|old| self.is_copy_of(old))
        }) {
            let mut steps = copy::rename_detached(id, &original, self.usual_name(&table), cx);
            steps.extend(use_steps(id, (false, self.cluster), (false, self.replica_identity), cx));
            return steps;
        }
        let mut steps = match (cx.is_staged(id), copy::is_partitioned(id, cx)) {
            (true, false) => vec![self.build(&table, id.name())],
            (true, true) if !self.only => self.spread(id, cx),
            _ => {
                let only = if self.only { "ONLY " } else { "" };
                vec![Step::new(self.statement(&table, id.name(), ("", only))).authored()]
            }
        };
        steps.extend(Self::statistics_steps(&self.statistics, &Parameters::default(), id, cx));
        steps.extend(use_steps(id, (false, self.cluster), (false, self.replica_identity), cx));
        steps
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        if let Some(original) = copy::adopted(id, cx) {
            let usual = self.usual_name(&id.ancestor(Kind::Table, 2));
            return copy::rename_adopted(id, &original, usual, cx);
        }
        let usual = self.likely_name(&id.ancestor(Kind::Table, 2));
        if let Some(steps) = copy::make_room(id, usual, cx) {
            return steps;
        }
        if self.becomes_key(id, cx) {
            return Vec::new();
        }
        if cx.is_staged(id) && !lineage::is_partitioned(&id.ancestor(Kind::Table, 2), cx.current) {
            return vec![Self::vanish(id)];
        }
        // The keys of partitions that are copies of it can only go with it.
        let keys = copy::keys_of(id, cx.current);
        let cascade = if keys.is_empty() { "" } else { " CASCADE" };
        vec![Step::new(format!("DROP {}{cascade}", self.address(id)))]
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        vec![Step::new(format!("ALTER {} RENAME TO {}", self.address(old), ident(new.name())))]
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let plain = self.columns.0.iter().filter_map(|element| Name::read(element.written()).ok());
        let columns = self.include.names().map(str::to_owned).chain(plain.map(|name| name.0));
        columns.map(|name| id.ancestor(Kind::Table, 2).child(Kind::Column, &name)).collect()
    }

    fn without_choices(&mut self) {
        self.with.sort();
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        for column in &mut self.columns.0 {
            visit("columns", Class::IndexElement, column);
        }
        if let Some(predicate) = &mut self.predicate {
            visit("where", Class::Expr, predicate);
        }
    }

    fn resolve(&mut self, _id: &Id, _names: &crate::kind::Lookup<'_>) {
        self.tablespace.take_if(|space| space == "pg_default");
        view::spell_out(&mut self.with);
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let table = id.ancestor(Kind::Table, 2);
        let mut needs = copy::keys_of(id, catalog);
        if self.only {
            needs.extend(copy::partitions(&table, catalog));
        }
        needs
    }

    fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
        overlooked(&id.ancestor(Kind::Table, 2), cx.desired, |column| self.overlooks(column))
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        (self.nulls_not_distinct && major < 15).then_some(("NULLS NOT DISTINCT", 15))
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("relation", vec![id.path[0].clone(), id.name().to_owned()])]
    }
}

impl Outliving for Index {
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
        copy::adopted(id, cx).is_some()
    }
}

impl Ordered for Index {
    fn cascades_to(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        copy::keys_of(id, catalog)
    }

    /// The parent's comes first, which would take it for its copy otherwise.
    fn changes_after(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        copy::rival(id, cx).into_iter().collect()
    }

    fn has_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        copy::displaced_by(id, cx)
    }

    fn needs_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        copy::displaced_by(id, cx)
    }

    fn waits_for(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        [copy::copied(id, cx), copy::displaced_by(id, cx)].concat()
    }

    /// What an apply that was interrupted has left under the names that replacing it takes.
    fn waits_to_change_for(&self, id: &Id) -> Vec<Id> {
        vec![helper::next(id), helper::former(id)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clause::{Value, join, split};
    use serde_json::{Map, Value as Json};

    fn index(text: &str) -> Index {
        let map = split(Index::ABOUT.clauses, text).unwrap().into_iter().map(|found| {
            let value = match found.value {
                Value::Flag(flag) => Json::Bool(flag),
                Value::Text(text) => Json::String(text),
            };
            (found.key.to_owned(), value)
        });
        serde_json::from_value(Json::Object(map.collect::<Map<_, _>>())).unwrap()
    }

    #[test]
    fn the_short_form_reads_back() {
        for text in [
            "unique using gist (a, lower(b) COLLATE \"C\" DESC NULLS LAST) include (c, \"D\") \
             nulls not distinct with (fillfactor=70) tablespace fast where ((a > 0) AND b IS NOT NULL)",
            "(a text_pattern_ops)",
            "using gin (a public.gin_trgm_ops)",
        ] {
            let json = serde_json::to_value(index(text)).unwrap();
            let short = join(Index::ABOUT.clauses, &|key| match json.get(key)? {
                Json::Bool(flag) => Some(Value::Flag(*flag)),
                Json::String(text) => Some(Value::Text(text.clone())),
                _ => None,
            });
            assert_eq!(short, text);
        }
    }

    #[test]
    fn an_index_is_made_and_then_used() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Index, ["s", "t", "I"]);
        let wanted = Index { cluster: true, ..index("unique (a) where (b)") };
        let sql: Vec<String> =
            wanted.create(&id, &cx, &[]).into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            ["CREATE UNIQUE INDEX \"I\" ON s.t (a) WHERE (b)", "ALTER TABLE s.t CLUSTER ON \"I\"",]
        );
    }

    #[test]
    fn a_key_may_be_in_any_order() {
        let columns = ["b", "A"];
        assert!(index("unique (\"A\" desc nulls last, b collate \"C\")").is_key_of(&columns));
        assert!(!index("unique (\"A\", lower(b))").is_key_of(&columns));
        assert!(!index("unique (\"A\", b) where b > ''").is_key_of(&columns));
    }

    #[test]
    fn storage_changes_in_place_and_keys_do_not() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Index, ["s", "t", "i"]);
        let (old, new) = (index("(a) with (fillfactor=70)"), index("(a)"));
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        assert_eq!(steps[0].sql, "ALTER INDEX s.i RESET (fillfactor)");
        assert_eq!(index("(b)").alter(&new, &id, &cx), Alter::Replace);
    }
}
