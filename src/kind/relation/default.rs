//! Defaults of columns (`ALTER TABLE ... SET DEFAULT`, `pg_attrdef`). The expression of a generated
//! column stands in the same catalog and belongs to the column.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::abilities::{Counted, Inline, Ordered, Outliving, Typed, Unsaid};
use crate::kind::relation::column::Column;
use crate::kind::relation::lineage;
use crate::kind::routines::function::Function;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::Sql;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::pg_catalog;
use crate::sql::quote::{ident, qualified};
use crate::sql::refs;
use crate::sql::tree::{self, Class};
use crate::sql::type_name::{self, TypeName};
use crate::step::Step;

/// The default of a column.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Default {
    /// The expression; NULL takes an inherited default away.
    expr: Sql,
}

/// A null as it is written.
enum Null {
    Bare,
    Cast(TypeName),
}

/// The default of the same column in the first parent that has the column.
pub(in crate::kind) const PARENT_DEFAULT: &str = "LEFT JOIN LATERAL (\
      SELECT pa.*, pd.adbin FROM pg_inherits h \
      JOIN pg_attribute pa ON pa.attrelid = h.inhparent AND pa.attname = a.attname \
        AND NOT pa.attisdropped \
      LEFT JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum \
      WHERE h.inhrelid = a.attrelid ORDER BY h.inhseqno LIMIT 1) p ON true";

impl Default {
    fn table(id: &Id) -> String {
        qualified(&id.path[0], &id.path[1])
    }
}

impl Default {
    fn set(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        // An author's `DEFAULT NULL` is no row of pg_attrdef, but takes an inherited one away.
        let table = Self::table(id);
        let column = ident(id.name());
        let inherited = cx.desired.attrs::<Column>(&id.as_kind(Kind::Column));
        if self.is_null() && inherited.is_some_and(Column::is_override) {
            return vec![Step::new(format!(
                "ALTER TABLE ONLY {table} ALTER COLUMN {column} DROP DEFAULT"
            ))];
        }
        on_children(id, cx, &format!("ALTER COLUMN {column} SET DEFAULT {}", self.expr))
    }
}

impl Default {
    /// Whether it may be another value for each row, so that adding a column with it writes all of them
    /// (`contain_volatile_functions`). What is not known is taken for it.
    pub(in crate::kind) fn is_volatile(&self, cx: &Sides<'_>) -> bool {
        let Ok(tree) = tree::parse(Class::Expr, &self.expr.text) else { return true };
        let mut called = Vec::new();
        calls(&tree, &mut called);
        called.into_iter().any(|path| match path.as_slice() {
            [name] => pg_catalog::is_volatile(name) || is_own_volatile(None, name, cx),
            [schema, name] if schema == "pg_catalog" => pg_catalog::is_volatile(name),
            [schema, name] => is_own_volatile(Some(schema), name, cx),
            _ => true,
        })
    }
}

/// The functions that an expression calls.
fn calls(value: &Value, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| calls(item, found)),
        Value::Object(map) => {
            if let Some(call) = map.get("FuncCall").and_then(Value::as_object) {
                let path = tree::names(call.get("funcname")).unwrap_or_default();
                found.push(path.into_iter().map(str::to_owned).collect());
            }
            map.values().for_each(|value| calls(value, found));
        }
        _ => {}
    }
}

/// Whether a function that is not PostgreSQL's own may be called by a name and is volatile.
fn is_own_volatile(schema: Option<&str>, name: &str, cx: &Sides<'_>) -> bool {
    let named = |id: &Id| id.bare_name() == name && schema.is_none_or(|of| id.schema() == Some(of));
    let mut known = schema.is_none() && pg_catalog::signatures(name).is_some();
    for side in [cx.current, cx.desired] {
        for (id, _) in side.of_kind(Kind::Function).filter(|(id, _)| named(id)) {
            known = true;
            if side.attrs::<Function>(id).is_some_and(Function::is_volatile) {
                return true;
            }
        }
    }
    !known
}

impl Define for Default {
    const ABOUT: About = About {
        clauses: &[clause("expr", "", Shape::Tail)],
        catalog: 2604,
        numerous: true,
        renames: false,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        // No relation is opened by pg_get_expr for oid 0, and a default has no columns in it.
        format!(
            "SELECT d.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             a.attname::text AS _3, pg_get_expr(d.adbin, 0) AS expr \
             FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
             JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'f') AND {USER_SCHEMA} \
             AND a.attislocal AND a.attgenerated = '' AND NOT a.attisdropped AND {member} \
             UNION ALL \
             SELECT d.oid, n.nspname, c.relname, a.attname, \
             COALESCE(pg_get_expr(d.adbin, 0), 'NULL') \
             FROM pg_attribute a \
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             {PARENT_DEFAULT} \
             WHERE c.relkind IN ('r', 'p', 'f') AND {USER_SCHEMA} \
             AND NOT a.attislocal AND a.attinhcount > 0 AND a.attnum > 0 AND NOT a.attisdropped \
             AND a.attgenerated = '' AND {member} \
             AND pg_get_expr(d.adbin, 0) IS DISTINCT FROM pg_get_expr(p.adbin, 0)",
            member = no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { expr } = self;
        Alter::InPlace(if *expr == old.expr { Vec::new() } else { self.set(id, cx) })
    }
}

impl Describe for Default {
    fn address(&self, id: &Id) -> String {
        format!("COLUMN {}.{}", Self::table(id), ident(id.name()))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        self.set(id, cx)
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let (table, column) = (Self::table(id), ident(id.name()));
        if lineage::becomes_partition(&id.ancestor(Kind::Table, 2), cx) {
            return Vec::new();
        }
        // One that is made again must be gone in between, whatever the parent has.
        let goes = cx.desired.get(id).is_none();
        if let Some((of, inherited)) = inherited_default(id, cx).filter(|_| goes) {
            // That of a parent goes to all that have none of their own.
            if cx.current.get(&of).map(|there| &there.attrs)
                != cx.desired.get(&of).map(|o| &o.attrs)
            {
                return Vec::new();
            }
            // As the server prints it: what goes has no place in a file, whose namespace an author's text would need.
            let printed = cx.current.attrs::<Self>(&of).map_or(inherited, |it| it.expr.clone());
            let sql =
                format!("ALTER TABLE ONLY {table} ALTER COLUMN {column} SET DEFAULT {printed}");
            return vec![Step::new(sql)];
        }
        on_children(id, cx, &format!("ALTER COLUMN {column} DROP DEFAULT"))
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        visit("expr", Class::Expr, &mut self.expr);
    }
}

impl Ordered for Default {
    /// Who gets the table as a parent gets the default from it.
    fn changes_after(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        let table = id.ancestor(Kind::Table, 2);
        // Of those that are there: in a new database, where everything is made, none.
        let there = cx.current.below(Kind::Table, &[]).map(|(child, _)| child);
        let arrive = |child: &&Id| {
            lineage::parents(child, cx.desired).contains(&table)
                && !lineage::parents(child, cx.current).contains(&table)
                && lineage::is_partition(child, cx.desired) == Some(false)
        };
        there.filter(arrive).cloned().collect()
    }
}

impl Outliving for Default {
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
        lineage::becomes_partition(&id.ancestor(Kind::Table, 2), cx)
    }
}

impl Unsaid for Default {
    /// A bare null is no row of `pg_attrdef`. One that has to be coerced is: to a domain, which may
    /// have a default of its own, or to the length of a type.
    fn is_nothing(&self, id: &Id, names: &Lookup<'_>) -> bool {
        let Some(null) = self.null() else { return false };
        let column = names.declared.attrs::<Column>(&id.as_kind(Kind::Column));
        let Some(of) = column.and_then(Typed::type_text) else { return false };
        let Ok(of) = type_name::canonical(&of) else { return false };
        let domain = of.schema.as_ref().is_some_and(|schema| {
            !of.array && names.exists(&Id::new(Kind::Domain, [schema.as_str(), &of.name]))
        });
        let as_column = |cast: TypeName| {
            let schema = cast.is_unresolved().then(|| names.schema_of_type(&cast.name));
            let schema = schema.flatten().or_else(|| cast.schema.clone());
            TypeName { schema, ..cast } == of
        };
        let uncast = match null {
            Null::Bare => true,
            Null::Cast(cast) => as_column(cast),
        };
        !domain && of.base() == of && uncast
    }
}

impl Inline for Default {
    fn clause(&self, id: &Id, cx: &Sides<'_>, _inner: &[String]) -> Option<String> {
        // On a table that is there it is set for that table alone, or for its children too.
        let column = cx.desired.attrs::<Column>(&id.as_kind(Kind::Column));
        let there = cx.current.get(&id.ancestor(Kind::Table, 2)).is_some();
        let set = there && column.is_some_and(Column::is_override);
        (!set).then(|| format!("DEFAULT {}", self.expr))
    }
}

impl Counted for Default {
    fn calls(&self, id: &Id, name: Option<&str>, side: &Catalog) -> Option<Id> {
        let text = &self.expr.text;
        let plain = name.filter(|name| !name.contains(['"', '\'', '\\']));
        if plain.is_some_and(|name| !text.contains(name)) {
            return None;
        }
        let tree = tree::parse(Class::Expr, text).ok()?;
        let called = tree::names(tree::fields(&tree, "FuncCall")?.get("funcname"))?;
        if called.last() != Some(&"nextval") {
            return None;
        }
        let (schema, name) = refs::references(Class::Expr, text).ok()?.sequences.pop_first()?;
        let path: Vec<&str> = match &schema {
            Some(schema) => vec![schema],
            None => side.get(id)?.namespace.as_deref().into_iter().chain(["public"]).collect(),
        };
        let known = |schema: &str| Id::new(Kind::Sequence, [schema, name.as_str()]);
        path.into_iter().map(known).find(|id| side.get(id).is_some())
    }
}

/// Changes the default of a column and of those who inherit it: by one statement, or, where a child table
/// has a default of its own that must stay, by one for each other.
fn on_children(id: &Id, cx: &Sides<'_>, action: &str) -> Vec<Step> {
    let table = id.ancestor(Kind::Table, 2);
    let (mut child_tables, mut keeps_own) = (Vec::new(), false);
    let mut open = vec![table.clone()];
    while let Some(parent) = open.pop() {
        for child in lineage::children(cx.desired) {
            if !lineage::parents(&child, cx.desired).contains(&parent) {
                continue;
            }
            let column = cx.desired.attrs::<Column>(&child.child(Kind::Column, id.name()));
            let says = cx.desired.get(&child.child(Kind::Default, id.name())).is_some();
            // A column of the child's own has no default where none is said.
            if says || column.is_some_and(|column| !column.is_override()) {
                keeps_own = true;
            } else if !child_tables.contains(&child) {
                child_tables.push(child.clone());
                open.push(child.clone());
            }
        }
    }
    let step = |only: &str, table: &Id| {
        let name = qualified(&table.path[0], &table.path[1]);
        Step::new(format!("ALTER TABLE {only}{name} {action}")).authored()
    };
    if !keeps_own {
        return vec![step("", &table)];
    }
    let there = child_tables.iter().filter(|child| cx.current.get(child).is_some());
    std::iter::once(&table).chain(there).map(|table| step("ONLY ", table)).collect()
}

/// What a table's column has of its parent's, whose partition it is.
pub(in crate::kind) fn inherited<'a>(
    id: &Id,
    parent: &Id,
    side: &'a Catalog,
) -> Option<&'a Default> {
    let mut line = lineage::line(parent, side);
    line.find_map(|above| side.attrs::<Default>(&above.child(Kind::Default, id.name())))
}

/// The statements by which a table that gets other parents falls back to their defaults, where it has none
/// of its own: PostgreSQL leaves it those of the former ones.
pub(in crate::kind) fn of_new_parents(table: &Id, cx: &Sides<'_>) -> Vec<Step> {
    let (old, new) = (lineage::parents(table, cx.current), lineage::parents(table, cx.desired));
    let find = |id: &Id, parents: &[Id], side| {
        parents.iter().find_map(|parent| inherited(id, parent, side)).map(|of| of.expr.clone())
    };
    let mut steps = Vec::new();
    for name in lineage::columns(table, cx.desired).into_keys() {
        let own = table.child(Kind::Default, &name);
        let column = own.as_kind(Kind::Column);
        let local = [cx.current, cx.desired].iter().any(|side| {
            let is_local = side.attrs::<Column>(&column).is_some_and(|c| !c.is_override());
            is_local || side.get(&own).is_some()
        });
        let (was, is) = (find(&own, &old, cx.current), find(&own, &new, cx.desired));
        if local || was == is {
            continue;
        }
        // What the parents have only after this comes to their child tables too.
        let there = find(&own, &new, cx.current) == is;
        let action = match is.filter(|_| there) {
            Some(expr) => format!("SET DEFAULT {expr}"),
            None => "DROP DEFAULT".to_owned(),
        };
        let alter = format!("ALTER TABLE {}", qualified(&table.path[0], &table.path[1]));
        steps.push(Step::new(format!("{alter} ALTER COLUMN {} {action}", ident(&name))).authored());
    }
    steps
}

/// Whether a column of a table that is detached keeps the default of its former parent, and none is
/// declared.
pub(in crate::kind) fn is_left(column: &Id, former: &Id, cx: &Sides<'_>) -> bool {
    let id = column.as_kind(Kind::Default);
    cx.desired.get(&id).is_none()
        && cx.current.get(&id).is_none()
        && inherited(column, former, cx.current).is_some()
}

impl Default {
    /// The expression, unless it takes an inherited default away.
    pub(in crate::kind) fn expr(&self) -> Option<&Sql> {
        (!self.is_null()).then_some(&self.expr)
    }

    fn is_null(&self) -> bool {
        self.expr.text.eq_ignore_ascii_case("null")
    }

    /// The null that the expression is, if it is one.
    fn null(&self) -> Option<Null> {
        let text = &self.expr.text;
        if !text.to_ascii_lowercase().contains("null") {
            return None;
        }
        let tree = tree::parse(Class::Expr, text).ok()?;
        let cast = tree::fields(&tree, "TypeCast");
        let value = cast.map_or(Some(&*tree), |cast| cast.get("arg"))?;
        tree::fields(value, "AConst")?.get("isnull")?;
        Some(match cast {
            Some(cast) => {
                let of = cast.get("type_name")?.as_object()?;
                Null::Cast(type_name::from_tree(of, text).ok()?)
            }
            None => Null::Bare,
        })
    }
}

/// What a column that overrode its parent's default falls back to.
fn inherited_default(id: &Id, cx: &Sides<'_>) -> Option<(Id, Sql)> {
    let column = id.as_kind(Kind::Column);
    let old = cx.current.attrs::<Column>(&column)?;
    if !old.is_override() {
        return None;
    }
    let table = id.ancestor(Kind::Table, 2);
    lineage::parents(&table, cx.desired).into_iter().find_map(|parent| {
        let of = parent.child(Kind::Default, id.name());
        let default = cx.desired.attrs::<Default>(&of)?;
        Some((of, default.expr.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    #[test]
    fn a_default_is_set_without_touching_partitions() {
        let default = Default { expr: Sql::new("now()") };
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Default, ["s", "t", "a b"]);
        let steps = default.create(&id, &cx, &[]);
        assert_eq!(steps[0].sql, "ALTER TABLE s.t ALTER COLUMN \"a b\" SET DEFAULT now()");
        assert_eq!(default.clause(&id, &cx, &[]).unwrap(), "DEFAULT now()");
    }
}
