//! Tables: plain, partitioned, partitions and inheriting ones (`CREATE TABLE`, `pg_class`).
//!
//! Columns, constraints and indexes are objects of their own; which index a table is clustered on
//! or replicates by is said of the index.

pub(in crate::kind) mod parents;
mod persistence;
mod rows;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::hazard::Hazard;
use crate::kind::abilities::{Child, Doubtful, HoldsRows, Ordered};
use crate::kind::relation::column::retype;
use crate::kind::relation::copy;
use crate::kind::relation::default;
use crate::kind::relation::index;
use crate::kind::relation::lineage;
use crate::kind::relation::lineage::PartitionOf;
use crate::kind::relation::repartition;
use crate::kind::relation::view;
use crate::kind::{
    About, Alter, Attrs, Beside, Cx, Define, Describe, Id, Inner, Kind, Member, Naming, Obstacle,
    Part, Sides,
};
use crate::leaf::{List, Parameters, Qualified, Sql, is_false};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A table.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Whether it is left out of the write-ahead log (`pg_class.relpersistence`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) unlogged: bool,
    /// The parent and the bound, if it is a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::kind) partition_of: Option<PartitionOf>,
    /// How its rows fall into partitions (`pg_get_partkeydef`).
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_by: Option<Sql>,
    /// The tables it inherits from, in order (`pg_inherits.inhseqno`).
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub(in crate::kind) inherits: List<Qualified>,
    /// Storage parameters; those of its TOAST table begin with `toast.`.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
    /// The access method, if it is not heap.
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    using: Option<String>,
    /// The tablespace, if it is not the database's.
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    tablespace: Option<String>,
    /// Whether policies apply (`pg_class.relrowsecurity`).
    #[serde(default, skip_serializing_if = "is_false")]
    row_level_security: bool,
    /// Whether they apply to the owner too (`pg_class.relforcerowsecurity`).
    #[serde(default, skip_serializing_if = "is_false")]
    force_row_level_security: bool,
    /// `full` or `nothing`; an index says of itself that it is the one (`pg_class.relreplident`).
    #[serde(
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub(in crate::kind) replica_identity: Option<String>,
}

/// The storage parameters of relation `c` and its TOAST relation `tc`.
pub(in crate::kind) const OPTIONS: &str =
    "c.reloptions || ARRAY(SELECT 'toast.' || o FROM unnest(tc.reloptions) o)";

impl Table {
    fn head(&self, id: &Id) -> String {
        let unlogged = if self.unlogged { "UNLOGGED " } else { "" };
        format!("CREATE {unlogged}TABLE {}", qualified(&id.path[0], &id.path[1]))
    }

    /// The clauses behind the column list.
    fn tail(&self) -> String {
        let mut sql = String::new();
        if !self.inherits.is_empty() {
            sql.push_str(&format!(" INHERITS ({})", self.inherits.sql()));
        }
        if let Some(key) = &self.partition_by {
            sql.push_str(&format!(" PARTITION BY {key}"));
        }
        if let Some(using) = &self.using {
            sql.push_str(&format!(" USING {}", ident(using)));
        }
        if !self.with.is_empty() {
            sql.push_str(&format!(" WITH ({})", self.with.sql()));
        }
        if let Some(tablespace) = &self.tablespace {
            sql.push_str(&format!(" TABLESPACE {}", ident(tablespace)));
        }
        sql
    }

    /// Makes a partition alone and attaches it then, so that the indexes of its keys become copies.
    fn create_and_attach(
        &self,
        of: &PartitionOf,
        id: &Id,
        inner: &[String],
        cx: &Sides<'_>,
    ) -> Vec<Step> {
        let parent = of.parent.sql();
        let like = format!(
            "LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED \
             INCLUDING STORAGE INCLUDING COMPRESSION"
        );
        let list = [&[like], inner].concat().join(",\n    ");
        let child = qualified(&id.path[0], &id.path[1]);
        let attach = format!("ALTER TABLE {parent} ATTACH PARTITION {child} {}", of.bound);
        let fresh = Self::default();
        let mut steps = vec![
            Step::new(format!("{} (\n    {list}\n){}", self.head(id), self.tail())).authored(),
            Step::new(attach).authored(),
        ];
        steps.extend(self.security(&fresh, id));
        steps.extend(self.identity(&fresh, id, cx));
        steps
    }

    fn alter_table(id: &Id) -> String {
        format!("ALTER TABLE {}", qualified(&id.path[0], &id.path[1]))
    }

    /// The same without FORCE ROW LEVEL SECURITY.
    fn unforced(&self) -> Self {
        Self { force_row_level_security: false, ..self.clone() }
    }

    fn security(&self, old: &Self, id: &Id) -> Vec<Step> {
        let alter = Self::alter_table(id);
        let mut steps = Vec::new();
        if self.row_level_security != old.row_level_security {
            let word = if self.row_level_security { "ENABLE" } else { "DISABLE" };
            steps.push(Step::new(format!("{alter} {word} ROW LEVEL SECURITY")));
        }
        if self.force_row_level_security != old.force_row_level_security {
            let word = if self.force_row_level_security { "FORCE" } else { "NO FORCE" };
            steps.push(Step::new(format!("{alter} {word} ROW LEVEL SECURITY")));
        }
        steps
    }

    /// Whether policies apply.
    pub(in crate::kind) fn has_row_level_security(&self) -> bool {
        self.row_level_security
    }

    /// Whether policies apply to the owner too.
    pub(in crate::kind) fn forces_row_level_security(&self) -> bool {
        self.force_row_level_security
    }

    fn identity(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Option<Step> {
        if self.replica_identity == old.replica_identity {
            return None;
        }
        let word = match &self.replica_identity {
            Some(identity) => identity.to_uppercase(),
            // An index that takes the part over says so itself.
            None if index::replicates_by_index(id, cx.desired) => {
                return None;
            }
            None => "DEFAULT".to_owned(),
        };
        Some(Step::new(format!("{} REPLICA IDENTITY {word}", Self::alter_table(id))))
    }
}

impl Table {
    /// How it is changed in place; `left` are the statements about what a table keeps of the parent that it leaves,
    /// which is known when all is decided.
    fn change(
        &self,
        old: &Self,
        id: &Id,
        cx: &Sides<'_>,
        left: &dyn Fn(&Id, Option<&Id>) -> copy::left::Around,
    ) -> Alter {
        let Self {
            unlogged,
            partition_of: _,
            partition_by,
            inherits: _,
            with,
            using,
            tablespace,
            row_level_security: _,
            force_row_level_security: _,
            replica_identity: _,
        } = self;
        let name = id.dotted();
        if *partition_by != old.partition_by {
            if let Some(why) = repartition::narrow_key(id, cx) {
                return Alter::Refuse(why.into());
            }
            return match repartition::obstacle(id, cx) {
                None => Alter::Replace,
                Some(why) => Alter::Refuse(Obstacle::with_hint(
                    format!(
                        "PostgreSQL cannot change how the rows of table {name} fall into \
                         partitions, and {why}"
                    ),
                    repartition::BY_HAND,
                )),
            };
        }
        if *using != old.using && cx.major() < 15 {
            let major = cx.major();
            return Alter::Refuse(Obstacle::with_hint(
                format!("PostgreSQL {major} cannot change the access method of table {name}"),
                "make a new table and copy the rows, or upgrade to 15",
            ));
        }
        let alter = Self::alter_table(id);
        let freed = !parents::detach_first(&old.partition_of, &self.partition_of, id).is_empty();
        let (detach, attach) = parents::moved(&old.partition_of, &self.partition_of, id);
        let next = lineage::arrives(old.partition_of.as_ref(), self.partition_of.as_ref());
        let former = old.partition_of.as_ref().filter(|_| parents::leaves(old, self));
        let (mut steps, unwanted) =
            former.map_or_else(Default::default, |of| left(&of.table(), next.as_ref()));
        steps.extend(detach.filter(|_| !freed));
        steps.extend(unwanted);
        let mut retyped = match parents::inherit(&old.inherits, &self.inherits, id, cx) {
            Ok((inherits, retypes)) => {
                steps.extend(inherits);
                retypes
            }
            Err(why) => return Alter::Refuse(why.into()),
        };
        steps.extend(parents::leave(id, cx));
        if self.inherits != old.inherits {
            steps.extend(default::of_new_parents(id, cx));
        }
        if let Some(parent) = next {
            let former = old.partition_of.as_ref().map(PartitionOf::table);
            match parents::fit(id, former.as_ref(), &parent, cx) {
                Ok((fits, retypes)) => {
                    steps.extend(fits);
                    retyped |= retypes;
                }
                Err(why) => return Alter::Refuse(why.into()),
            }
        }
        steps.extend(attach);
        if *unlogged != old.unlogged {
            if partition_by.is_some() {
                return Alter::Refuse(Obstacle::with_hint(
                    "a partitioned table holds no rows",
                    format!("say of the partitions of {name} whether they are unlogged"),
                ));
            }
            if let Some(why) = retype::of_rows(id, cx) {
                return Alter::Refuse(why.into());
            }
            let word = if *unlogged { "UNLOGGED" } else { "LOGGED" };
            let mut step = Step::new(format!("{alter} SET {word}")).rewrites("table");
            if *unlogged {
                step = step.hazard(Hazard::Unlogged, "after a crash the table is empty");
            }
            steps.push(step);
        }
        steps.extend(with.alter(&old.with, &alter).into_iter().map(Step::new));
        if *using != old.using {
            // Of a partitioned table it says what new partitions have, or nothing.
            let usual = if partition_by.is_some() { "DEFAULT" } else { "heap" };
            let method = using.as_deref().map_or_else(|| usual.to_owned(), ident);
            steps.push(Step::new(format!("{alter} SET ACCESS METHOD {method}")).rewrites("table"));
        }
        if *tablespace != old.tablespace {
            let space = ident(tablespace.as_deref().unwrap_or("pg_default"));
            steps.push(
                Step::new(format!("{alter} SET TABLESPACE {space}"))
                    .hazard(Hazard::RewriteTable, "the whole table is copied under a lock"),
            );
        }
        steps.extend(self.security(old, id));
        steps.extend(self.identity(old, id, cx));
        if retyped { Alter::Around(steps) } else { Alter::InPlace(steps) }
    }
}

impl Define for Table {
    const ABOUT: About = About {
        clauses: &[
            clause("unlogged", "unlogged", Shape::Flag),
            clause("of", "of", Shape::Word),
            clause("partition_of", "partition of", Shape::Rest),
            clause("partition_by", "partition by", Shape::Rest),
        ],
        beside: Some(Beside { key: "partition", clause: "partition_of" }),
        catalog: 1259,
        models: Some(("pg_class", "t.relkind IN ('r', 'p')")),
        rights: Some(&grants::TABLE),
        owned: true,
        large: true,
        holds_rows: true,
        extra_keys: &[
            "inherits",
            "with",
            "using",
            "tablespace",
            "row_level_security",
            "force_row_level_security",
            "replica_identity",
        ],
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             pg_get_userbyid(c.relowner)::text AS _owner, c.relacl::text AS _acl, \
             c.relpersistence = 'u' AS unlogged, \
             CASE WHEN c.relispartition THEN (SELECT quote_ident(pn.nspname) || '.' || \
               quote_ident(p.relname) || ' ' || pg_get_expr(c.relpartbound, c.oid) \
               FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent \
               JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid) \
               END AS partition_of, \
             CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by, \
             h.parents AS inherits, {OPTIONS} AS \"with\", \
             quote_ident(NULLIF(m.amname, 'heap')) AS \"using\", quote_ident(s.spcname) AS tablespace, \
             c.relrowsecurity AS row_level_security, \
             c.relforcerowsecurity AS force_row_level_security, \
             CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' END AS replica_identity \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN (SELECT i.inhrelid, string_agg(quote_ident(pn.nspname) || '.' || \
               quote_ident(p.relname), ', ' ORDER BY i.inhseqno) AS parents FROM pg_inherits i \
               JOIN pg_class p ON p.oid = i.inhparent AND p.relkind IN ('r', 'f') \
               JOIN pg_namespace pn ON pn.oid = p.relnamespace GROUP BY i.inhrelid) h \
               ON h.inhrelid = c.oid \
             LEFT JOIN pg_am m ON m.oid = c.relam \
             LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace \
             LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid \
             WHERE c.relkind IN ('r', 'p') AND {USER_SCHEMA} AND {}",
            no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        self.change(old, id, cx, &|_, _| Default::default())
    }

    fn alter_steps(&self, old: &Self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let left = |former: &Id, next: Option<&Id>| copy::left::dropped(id, former, next, cx);
        self.change(old, id, cx, &left).steps()
    }

    fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let (of, rest) = std::mem::take(parts).into_iter().partition(|part| part.key == "of");
        *parts = rest;
        let inner = |part: Part| Inner {
            id: id.as_kind(Kind::TypedTable),
            parts: vec![Part { key: "type".to_owned(), ..part }],
            naming: Naming::Given,
        };
        Ok(Vec::into_iter(of).map(inner).collect())
    }
}

impl Describe for Table {
    fn address(&self, id: &Id) -> String {
        format!("TABLE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step> {
        if let Some(of) = self.partition_of.as_ref().filter(|_| copy::keys_first(id, inner, cx)) {
            return self.create_and_attach(of, id, inner, cx);
        }
        let mut sql = self.head(id);
        let list = if inner.is_empty() {
            String::new()
        } else {
            format!("\n    {}\n", inner.join(",\n    "))
        };
        match &self.partition_of {
            Some(of) => {
                sql.push_str(&format!(" PARTITION OF {}", of.parent.sql()));
                if !inner.is_empty() {
                    sql.push_str(&format!(" ({list})"));
                }
                sql.push_str(&format!(" {}", of.bound));
            }
            None => sql.push_str(&format!(" ({list})")),
        }
        let mut steps = vec![Step::new(sql + &self.tail()).authored()];
        let fresh = Self::default();
        if rows::are_put_aside(id, cx) {
            steps.extend(self.unforced().security(&fresh, id));
        } else {
            steps.extend(self.security(&fresh, id));
        }
        steps.extend(self.identity(&fresh, id, cx));
        steps
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let step = Step::new(format!("DROP {}", self.address(id)));
        if self.keeps_rows(id, cx) {
            return vec![step];
        }
        if self.partition_by.is_some() {
            return vec![step.loses_data("the rows of its partitions are lost")];
        }
        vec![step.loses_data("its rows are lost")]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let names = self.partition_of.iter().map(|of| &of.parent).chain(&self.inherits.0);
        let kinds = [Kind::Table, Kind::ForeignTable];
        let parents = names.flat_map(|name| kinds.map(|kind| Id::new(kind, name.path())));
        parents.chain(self.using.iter().map(|name| Id::new(Kind::AccessMethod, [name]))).collect()
    }

    fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
        parents::unlike(id, cx.desired)
    }

    fn without_choices(&mut self) {
        self.with.sort();
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(of) = &mut self.partition_of {
            visit("partition_of", Class::Bound, &mut of.bound);
        }
        if let Some(key) = &mut self.partition_by {
            visit("partition_by", Class::PartitionKey, key);
        }
    }

    fn resolve(&mut self, _id: &Id, names: &crate::kind::Lookup<'_>) {
        if let Some(of) = &mut self.partition_of {
            names.relation(&mut of.parent);
        }
        for parent in &mut self.inherits.0 {
            names.relation(parent);
        }
        view::spell_out(&mut self.with);
        self.using.take_if(|method| method == "heap");
        self.tablespace.take_if(|space| space == "pg_default");
        if let Some(identity) = &mut self.replica_identity {
            identity.make_ascii_lowercase();
        }
        self.replica_identity.take_if(|identity| identity == "default");
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        // Its rows have a type of its name.
        vec![("relation", id.path.clone()), ("type", id.path.clone())]
    }
}

impl Doubtful for Table {
    fn doubt(&self, id: &Id, _declared: &Catalog) -> Option<(String, &'static str)> {
        (self.force_row_level_security && !self.row_level_security).then(|| {
            let message = format!(
                "force_row_level_security of table {} has no effect: row-level security is off",
                id.dotted()
            );
            (message, "add row_level_security = true to the table")
        })
    }
}

impl Ordered for Table {
    fn changes_after(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        // Where all of them are made again, none takes anything from another.
        if self.keeps_rows(id, cx) {
            return Vec::new();
        }
        let mut others = persistence::before(id, cx);
        others.extend(parents::givers(id, cx));
        others.extend(parents::inherited(id, cx));
        others.extend(parents::leavers(id, cx));
        others
    }

    fn runs_before(&self, old: &Attrs, id: &Id) -> Vec<Step> {
        let Some(old) = Self::downcast(old) else { return Vec::new() };
        parents::detach_first(&old.partition_of, &self.partition_of, id)
    }

    fn has_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        [persistence::in_circles(id, cx), copy::displaced_on(id, cx)].concat()
    }
}

impl HoldsRows for Table {
    fn save(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        rows::save(id, cx)
    }

    fn restore(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        rows::restore(id, cx)
    }

    fn fills(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        lineage::below(id, cx.desired)
    }

    fn keeps_rows(&self, id: &Id, cx: &Sides<'_>) -> bool {
        repartition::is_rebuilt(id, cx) || repartition::is_kept(id, cx)
    }
}

impl Child for Table {
    fn partition_of(&self) -> Option<&PartitionOf> {
        self.partition_of.as_ref()
    }

    fn inherits(&self) -> &[Qualified] {
        &self.inherits.0
    }

    fn partition_key(&self) -> Option<&Sql> {
        self.partition_by.as_ref()
    }

    fn says_replica_identity(&self) -> bool {
        self.replica_identity.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Object};
    use crate::clause::{Value, join, split};
    use serde_json::{Map, Value as Json};

    fn table(text: &str) -> Table {
        let map = split(Table::ABOUT.clauses, text).unwrap().into_iter().map(|found| {
            let value = match found.value {
                Value::Flag(flag) => Json::Bool(flag),
                Value::Text(text) => Json::String(text),
            };
            (found.key.to_owned(), value)
        });
        serde_json::from_value(Json::Object(map.collect::<Map<_, _>>())).unwrap()
    }

    fn short(table: &Table) -> String {
        let json = serde_json::to_value(table).unwrap();
        join(Table::ABOUT.clauses, &|key| match json.get(key)? {
            Json::Bool(flag) => Some(Value::Flag(*flag)),
            Json::String(text) => Some(Value::Text(text.clone())),
            _ => None,
        })
    }

    #[test]
    fn the_short_form_of_a_partition_reads_back() {
        let text = "unlogged partition of s.p FOR VALUES WITH (modulus 4, remainder 1) \
                    partition by LIST (kind)";
        assert_eq!(short(&table(text)), text);
        let text = "partition of \"S\".\"a.b\" DEFAULT";
        assert_eq!(short(&table(text)), text);
    }

    #[test]
    fn a_table_is_made_with_its_columns() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Table, ["s", "t"]);
        let inner = ["a integer".to_owned(), "b text".to_owned()];
        let mut wanted = table("partition by range (a)");
        wanted.row_level_security = true;
        let sql: Vec<String> =
            wanted.create(&id, &cx, &inner).into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            [
                "CREATE TABLE s.t (\n    a integer,\n    b text\n) PARTITION BY range (a)",
                "ALTER TABLE s.t ENABLE ROW LEVEL SECURITY",
            ]
        );
        let part = table("partition of s.t for values from (1) to (2)");
        assert_eq!(
            part.create(&id, &cx, &[])[0].sql,
            "CREATE TABLE s.t PARTITION OF s.t for values from (1) to (2)"
        );
    }

    #[test]
    fn a_change_of_the_bound_detaches_before_all_else_and_attaches() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Table, ["s", "t"]);
        let old = table("partition of s.p for values in (1)");
        let new = table("partition of s.p for values in (2)");
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        let sql = |steps: Vec<Step>| steps.into_iter().map(|step| step.sql).collect::<Vec<_>>();
        assert_eq!(
            sql(new.runs_before(&old.clone().wrap(), &id)),
            ["ALTER TABLE s.p DETACH PARTITION s.t"]
        );
        assert_eq!(sql(steps), ["ALTER TABLE s.p ATTACH PARTITION s.t for values in (2)"]);
    }

    #[test]
    fn another_partition_key_makes_the_table_again_unless_it_has_a_parent() {
        let id = Id::new(Kind::Table, ["s", "t"]);
        let with = |table: &Table| {
            let mut side = Catalog::default();
            side.objects.insert(id.clone(), Object::new(table.clone().wrap()));
            side
        };
        let decide = |old: &Table, new: &Table| {
            let (current, desired) = (with(old), with(new));
            new.alter(old, &id, &Cx::undecided(&current, &desired))
        };
        let (old, new) = (table("partition by list (a)"), table("partition by list (b)"));
        assert!(matches!(decide(&old, &new), Alter::Replace));
        let parent = table("partition of s.p for values in (1)").partition_of;
        let partition = Table { partition_of: parent, ..old };
        assert!(matches!(decide(&partition, &new), Alter::Refuse(_)));
    }
}
