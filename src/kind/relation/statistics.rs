//! Extended statistics (`CREATE STATISTICS`, `pg_statistic_ext`).

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clause::{Shape, clause};
use crate::kind::abilities::Ordered;
use crate::kind::relation::column::Column;
use crate::kind::relation::lineage;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::{Item, List, Name, Qualified, Sql, text_of};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// Statistics on several columns of one table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// What is gathered (`stxkind`); none written is everything.
    #[serde(default, deserialize_with = "kinds", skip_serializing_if = "List::is_empty")]
    kinds: List<Name>,
    /// Of which columns and expressions (`stxkeys`, `stxexprs`); the columns by name, as their
    /// order means nothing.
    #[serde(deserialize_with = "elements")]
    on: List<Element>,
    /// The table (`stxrelid`).
    from: Qualified,
    /// How much of it is looked at (`stxstattarget`); not written: as much as elsewhere.
    #[serde(default, deserialize_with = "target", skip_serializing_if = "Option::is_none")]
    target: Option<i32>,
}

/// A column, or an expression without its parentheses.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Element {
    Column(String),
    Expression(Sql),
}

impl Element {
    /// Columns stand by name before the expressions, which keep their order.
    fn place(&self) -> (bool, String) {
        match self {
            Self::Column(name) => (false, name.clone()),
            Self::Expression(_) => (true, String::new()),
        }
    }
}

impl Item for Element {
    fn read(text: &str) -> Result<Self, String> {
        if let Ok(Name(name)) = Name::read(text) {
            return Ok(Self::Column(name));
        }
        let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let tokens = inner.and_then(|inner| crate::sql::scan::tokens(inner).ok());
        let mut depth = 0_i32;
        let whole = tokens.is_some_and(|tokens| {
            tokens.iter().all(|token| {
                depth += i32::from(token.is("(")) - i32::from(token.is(")"));
                depth >= 0
            })
        });
        Ok(Self::Expression(Sql::new(if whole { inner.unwrap_or(text).trim() } else { text })))
    }

    fn write(&self) -> String {
        match self {
            Self::Column(name) => ident(name),
            Self::Expression(sql) => format!("({sql})"),
        }
    }
}

fn elements<'de, D: Deserializer<'de>>(deserializer: D) -> Result<List<Element>, D::Error> {
    struct Elements;
    impl<'de> Visitor<'de> for Elements {
        type Value = List<Element>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("columns and expressions in parentheses")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<List<Element>, E> {
            let items = crate::leaf::split_commas(text).into_iter().map(Element::read);
            items.collect::<Result<_, _>>().map(List).map_err(E::custom)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<Element>, A::Error> {
            let mut items = Vec::new();
            while let Some(text) = seq.next_element::<String>()? {
                items.push(Element::read(&text).map_err(A::Error::custom)?);
            }
            Ok(List(items))
        }
    }
    let mut list = deserializer.deserialize_any(Elements)?;
    list.0.sort_by_key(Element::place);
    list.0.dedup();
    Ok(list)
}

const KINDS: [&str; 3] = ["ndistinct", "dependencies", "mcv"];

fn kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<List<Name>, D::Error> {
    let written = List::<Name>::deserialize(deserializer)?;
    if let Some(odd) = written.names().find(|kind| !KINDS.contains(kind)) {
        let known = KINDS.join(", ");
        return Err(D::Error::custom(format!(
            "`{odd}` is no kind of statistics: there are {known}"
        )));
    }
    let kept = KINDS.iter().filter(|kind| written.names().any(|name| name == **kind));
    let kept: Vec<_> = kept.map(|kind| Name((*kind).to_owned())).collect();
    Ok(if kept.len() == KINDS.len() { List::default() } else { List(kept) })
}

fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let number: i32 = text_of(deserializer)?.parse().map_err(D::Error::custom)?;
    Ok(Some(number).filter(|number| *number >= 0))
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.write())
    }
}

impl Statistics {
    fn with_target(&self, id: &Id) -> Step {
        let target = self.target.unwrap_or(-1);
        Step::new(format!("ALTER {} SET STATISTICS {target}", self.address(id)))
    }

    fn table(&self) -> Id {
        Id::new(Kind::Table, self.from.path())
    }

    fn foreign_table(&self) -> Id {
        Id::new(Kind::ForeignTable, self.from.path())
    }
}

impl Define for Statistics {
    const ABOUT: About = About {
        clauses: &[
            clause("kinds", "", Shape::Parens),
            clause("on", "on", Shape::Rest),
            clause("from", "from", Shape::Word),
        ],
        catalog: 3381,
        extra_keys: &["target"],
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT s.oid AS _oid, n.nspname::text AS _1, s.stxname::text AS _2, \
             pg_get_userbyid(s.stxowner)::text AS _owner, \
             ARRAY(SELECT CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' ELSE 'mcv' END \
               FROM unnest(s.stxkind) k WHERE k <> 'e') AS kinds, \
             ARRAY(SELECT quote_ident(a.attname) FROM unnest(s.stxkeys) k \
               JOIN pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k) || \
             CASE WHEN s.stxexprs IS NULL THEN '{{}}'::text[] \
               ELSE ARRAY(SELECT '(' || e || ')' FROM unnest(pg_get_statisticsobjdef_expressions(s.oid)) e) \
               END AS \"on\", \
             quote_ident(tn.nspname) || '.' || quote_ident(c.relname) AS \"from\", \
             s.stxstattarget::int4 AS target \
             FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace \
             JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace tn ON tn.oid = c.relnamespace \
             WHERE {USER_SCHEMA} AND {}",
            no_member("pg_statistic_ext", "s.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { kinds, on, from, target } = self;
        if *kinds != old.kinds || *on != old.on || *from != old.from {
            return Alter::Replace;
        }
        let steps = if *target == old.target { Vec::new() } else { vec![self.with_target(id)] };
        Alter::InPlace(steps)
    }
}

impl Describe for Statistics {
    fn address(&self, id: &Id) -> String {
        format!("STATISTICS {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        if !self.kinds.is_empty() {
            sql.push_str(&format!(" ({})", self.kinds.sql()));
        }
        sql.push_str(&format!(" ON {} FROM {}", self.on.sql(), self.from.sql()));
        let mut steps = vec![Step::new(sql).authored()];
        if self.target.is_some() {
            steps.push(self.with_target(id));
        }
        steps
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let table = self.table();
        let columns = self.on.0.iter().filter_map(|element| match element {
            Element::Column(name) => Some(table.child(Kind::Column, name)),
            Element::Expression(_) => None,
        });
        columns.chain([table.clone(), self.foreign_table()]).collect()
    }

    fn dropped_with(&self, _id: &Id) -> Vec<Id> {
        vec![self.table(), self.foreign_table()]
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        for element in &mut self.on.0 {
            if let Element::Expression(sql) = element {
                visit("on", Class::Expr, sql);
            }
        }
    }

    fn resolve(&mut self, _id: &Id, names: &Lookup<'_>) {
        names.relation(&mut self.from);
        // A virtual column (19) is an expression to PostgreSQL (`CreateStatistics` in statscmds.c).
        let columns = lineage::columns(&self.table(), names.declared);
        let is_virtual = |name: &str| {
            let column = columns.get(name).and_then(|column| names.declared.attrs(&column.of));
            column.is_some_and(Column::is_virtual)
        };
        for element in &mut self.on.0 {
            if let Element::Column(name) = element
                && is_virtual(name)
            {
                *element = Element::Expression(Sql::new(ident(name)));
            }
        }
        self.on.0.sort_by_key(Element::place);
        // Statistics on a single expression have no kinds to choose from.
        if let [Element::Expression(_)] = self.on.0.as_slice() {
            self.kinds = List::default();
        }
    }
}

impl Ordered for Statistics {
    fn follows_type(&self, _id: &Id, _cx: &Sides<'_>) -> Option<bool> {
        // PostgreSQL makes it again, and forgets how much of it is looked at.
        Some(self.target.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    #[test]
    fn columns_come_first_and_expressions_keep_their_parentheses() {
        let json = json!({"kinds": "mcv, ndistinct", "on": "(lower(\"B\") || (a)), \"B\", a", "from": "s.t", "target": 100});
        let statistics: Statistics = serde_json::from_value(json).unwrap();
        let id = Id::new(Kind::Statistics, ["public", "st"]);
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let steps: Vec<_> = statistics.create(&id, &cx, &[]).into_iter().map(|s| s.sql).collect();
        assert_eq!(
            steps,
            [
                "CREATE STATISTICS public.st (ndistinct, mcv) ON \"B\", a, (lower(\"B\") || (a)) FROM s.t",
                "ALTER STATISTICS public.st SET STATISTICS 100",
            ]
        );
    }

    #[test]
    fn a_virtual_column_is_an_expression() {
        let mut declared = Catalog::default();
        for (id, json) in [
            ("table:s.t", json!({})),
            ("column:s.t.i", json!({"type": "integer"})),
            ("column:s.t.v", json!({"type": "integer", "generated": "i + 1"})),
            ("column:s.t.w", json!({"type": "integer", "generated": "i + 2", "stored": true})),
        ] {
            let id: Id = id.parse().unwrap();
            let attrs = (id.kind.def().parse)(&json).unwrap();
            declared.objects.insert(id, crate::catalog::Object::new(attrs));
        }
        let json = json!({"on": "v, w, i", "from": "s.t"});
        let mut statistics: Statistics = serde_json::from_value(json).unwrap();
        let names = Lookup { declared: &declared, current: None, path: &[] };
        statistics.resolve(&Id::new(Kind::Statistics, ["s", "st"]), &names);
        assert_eq!(statistics.on.sql(), "i, w, (v)");
    }

    #[test]
    fn all_kinds_are_what_nothing_means() {
        let of = |kinds: &str| -> Statistics {
            serde_json::from_value(json!({"kinds": kinds, "on": "a, b", "from": "s.t"})).unwrap()
        };
        assert!(of("mcv, ndistinct, dependencies").kinds.is_empty());
        assert!(!of("mcv").kinds.is_empty());
    }
}
