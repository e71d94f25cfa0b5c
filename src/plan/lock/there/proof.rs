//! Which columns are known to hold no NULL, so that SET NOT NULL does not read the table
//! (`NotNullImpliedByRelConstraints`).

use pg_query::protobuf::NullTestType;
use serde_json::{Map, Value};

use super::{At, There};
use crate::sql::tree::{self, Class, fields, names, number};

/// The column of `c IS NOT NULL`.
fn column(condition: &Value) -> Option<String> {
    let test = fields(condition, "NullTest")?;
    let of = test.get("arg").and_then(|arg| fields(arg, "ColumnRef"))?;
    let path = names(of.get("fields"))?;
    let is_not = number(test, "nulltesttype") == NullTestType::IsNotNull as i64;
    match path.as_slice() {
        [column] if is_not => Some((*column).to_owned()),
        _ => None,
    }
}

impl There<'_> {
    /// A check is added, as NOT VALID.
    pub(in super::super) fn check(
        &mut self,
        table: At,
        name: &str,
        constraint: &Map<String, Value>,
    ) {
        if let Some(column) = constraint.get("raw_expr").and_then(column) {
            self.not_null.insert((table, name.to_owned()), column);
        }
    }

    /// A constraint is validated.
    pub(in super::super) fn validated(&mut self, table: At, name: &str) {
        let known = self.not_null.get(&(table, name.to_owned())).cloned();
        if let Some(column) = known.or_else(|| self.checked(table, Some(name), None)) {
            self.proven.insert((table, column));
        }
    }

    /// Whether a valid check says that the column holds no NULL.
    pub(in super::super) fn is_proven(&self, table: At, column: &str) -> bool {
        self.proven.contains(&(table, column.to_owned()))
            || self.checked(table, None, Some(column)).is_some()
    }

    /// The column that a check which was there before keeps NULL out of: the check of that name, or a valid one of that
    /// column.
    fn checked(&self, table: At, name: Option<&str>, of: Option<&str>) -> Option<String> {
        let (schema, relation) = &self.relations[table].name;
        let path = [schema.clone(), relation.clone()];
        let all = self.current.objects.iter().filter(|(id, _)| {
            id.path.len() == 3
                && id.path.starts_with(&path)
                && name.is_none_or(|name| id.name() == name)
        });
        all.into_iter().find_map(|(_, object)| {
            let mut found = None;
            object.attrs.each_leaf(&mut |leaf, class, sql| {
                if leaf == "check" && class == Class::Expr {
                    let tree = tree::parse(class, &sql.text).ok();
                    found = tree.and_then(|tree| column(tree.get(0).unwrap_or(&tree)));
                }
            });
            let column = found.filter(|column| of.is_none_or(|of| column == of))?;
            let valid = name.is_some() || object.attrs.json().get("not_valid").is_none();
            valid.then_some(column)
        })
    }
}
