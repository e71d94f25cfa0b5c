//! Operators (`CREATE OPERATOR`, `pg_operator`). A shell, which stands for a commutator that nobody
//! has made yet, is not read.

mod definition;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use definition::Definition;

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::hint::Hint;
use crate::kind::routines::routine::find::{best, called, qualify};
use crate::kind::routines::routine::signature::{arguments, resolve_type, split};
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides, def_list,
};
use crate::leaf::{Qualified, split_commas};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, split_qualified};
use crate::sql::type_name::TypeName;
use crate::step::Step;

/// An operator.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// What it does.
    options: Definition,
    /// The shells that stand for what it names and nobody has defined, as SQL writes them.
    #[serde(default, skip_serializing)]
    shells: Hint<Vec<String>>,
}

/// Reads `>`, `s.>` or `operator(s.>)`.
///
/// # Errors
/// A schema that is no name.
pub(in crate::kind) fn read_name(text: &str) -> Result<Qualified, String> {
    let inner = match text.get(..8) {
        Some(word) if word.eq_ignore_ascii_case("operator") => {
            text[8..].trim().trim_start_matches('(').trim_end_matches(')').trim()
        }
        _ => text.trim(),
    };
    let Some((schema, name)) = inner.rsplit_once('.') else {
        return Ok(Qualified { schema: None, name: symbol(inner)?.to_owned() });
    };
    let schema = split_qualified(schema).map_err(|error| error.to_string())?;
    Ok(Qualified { schema: schema.into_iter().next(), name: symbol(name.trim())?.to_owned() })
}

/// Checks that a text is the name of an operator (manual, "Operators"), which is written as it is.
fn symbol(text: &str) -> Result<&str, String> {
    let known = |c: char| "+-*/<>=~!@#%^&|`?".contains(c);
    let comments = text.contains("--") || text.contains("/*");
    if text.is_empty() || comments || !text.chars().all(known) {
        return Err(format!("`{text}` is no name of an operator"));
    }
    Ok(text)
}

/// Writes what [`read_name`] reads.
pub(in crate::kind) fn write_name(name: &Qualified) -> String {
    match &name.schema {
        Some(schema) => format!("operator({}.{})", ident(schema), name.name),
        None => name.name.clone(),
    }
}

/// A function in a column of `o`, as its name.
fn function(column: &str) -> String {
    format!(
        "(SELECT CASE WHEN fn.nspname <> 'pg_catalog' THEN quote_ident(fn.nspname) || '.' ELSE '' END \
         || quote_ident(f.proname) FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace \
         WHERE f.oid = o.{column}::oid)"
    )
}

/// An operator in a column of `o`, as its name.
fn operator(column: &str) -> String {
    format!(
        "(SELECT CASE WHEN xn.nspname = 'pg_catalog' THEN x.oprname::text \
         ELSE 'operator(' || quote_ident(xn.nspname) || '.' || x.oprname || ')' END \
         FROM pg_operator x JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = o.{column})"
    )
}

/// The symbol and the operands, left first; `none` is a missing left one.
fn parts(id: &Id) -> (String, [String; 2]) {
    let Some((name, inside)) = split(id.name()) else {
        return (id.name().to_owned(), ["none".to_owned(), "none".to_owned()]);
    };
    let mut types = split_commas(inside).into_iter().map(str::to_owned);
    let mut next = || types.next().unwrap_or_else(|| "none".to_owned());
    (name, [next(), next()])
}

/// The types of the operands, read.
fn operands(inside: &str) -> Result<[Option<TypeName>; 2], String> {
    let types = split_commas(inside);
    let read = |text: &str| -> Result<Option<TypeName>, String> {
        if text.eq_ignore_ascii_case("none") {
            return Ok(None);
        }
        Ok(arguments(text)?.into_iter().next().map(|argument| argument.of.base()))
    };
    match types.as_slice() {
        [right] => Ok([None, read(right)?]),
        [left, right] => Ok([read(left)?, read(right)?]),
        _ => Err("an operator has one operand or two: `~<<(text, text)`".to_owned()),
    }
}

fn print(name: &str, operands: &[Option<TypeName>; 2]) -> String {
    let [left, right] =
        operands.each_ref().map(|of| of.as_ref().map_or("none".to_owned(), ToString::to_string));
    format!("{name}({left}, {right})")
}

impl Operator {
    /// The operands as arguments of its function.
    fn call(id: &Id) -> String {
        let (_, operands) = parts(id);
        operands.into_iter().filter(|of| of != "none").collect::<Vec<_>>().join(", ")
    }

    /// A declared operator that names this one, so that PostgreSQL makes it mutual
    /// (`OperatorUpd`, pg_operator.c).
    fn mutual(
        id: &Id,
        names: &Lookup<'_>,
        swapped: bool,
        named: fn(&Definition) -> Option<&Qualified>,
    ) -> Option<Qualified> {
        let (symbol, [left, right]) = parts(id);
        let wanted = if swapped { [right, left] } else { [left, right] };
        names.declared.objects.iter().find_map(|(other, object)| {
            let attrs = <Self as crate::kind::Member>::downcast(&object.attrs)?;
            let of = named(&attrs.options)?;
            let (theirs, operands) = parts(other);
            let schema = of.schema.as_deref().unwrap_or_else(|| other.first());
            (of.name == symbol && schema == id.first() && operands == wanted)
                .then(|| Qualified::new(other.first(), &theirs))
        })
    }
}

impl Define for Operator {
    const ABOUT: About = About {
        clauses: &[clause("options", "", Shape::Parens)],
        catalog: 2617,
        extra_keys: &["function", "commutator", "negator", "restrict", "join", "hashes", "merges"],
        plain_key: false,
        models: Some(("pg_operator", "true")),
        owned: true,
        renames: false,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT o.oid AS _oid, n.nspname::text AS _1, o.oprname || '(' \
             || CASE WHEN o.oprleft = 0 THEN 'none' ELSE format_type(o.oprleft, -1) END || ', ' \
             || format_type(o.oprright, -1) || ')' AS _2, \
             pg_get_userbyid(o.oprowner)::text AS _owner, \
             json_strip_nulls(json_build_object('function', {}, 'restrict', {}, 'join', {}, \
               'commutator', {}, 'negator', {}, 'hashes', NULLIF(o.oprcanhash, false), \
               'merges', NULLIF(o.oprcanmerge, false))) AS options, \
             (SELECT array_agg(quote_ident(xn.nspname) || '.' || x.oprname || ' (' \
               || CASE WHEN x.oprleft = 0 THEN 'NONE' ELSE format_type(x.oprleft, -1) END || ', ' \
               || format_type(x.oprright, -1) || ')' ORDER BY x.oid) FROM pg_operator x \
               JOIN pg_namespace xn ON xn.oid = x.oprnamespace \
               WHERE x.oid IN (o.oprcom, o.oprnegate) AND x.oprcode = 0) AS shells \
             FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace \
             WHERE o.oprcode::oid <> 0 AND {USER_SCHEMA} AND {}",
            function("oprcode"),
            function("oprrest"),
            function("oprjoin"),
            operator("oprcom"),
            operator("oprnegate"),
            no_member("pg_operator", "o.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Definition { function, commutator, negator, restrict, join, hashes, merges } =
            &self.options;
        let was = &old.options;
        let mut set = Vec::new();
        for (name, new, old) in [("RESTRICT", restrict, &was.restrict), ("JOIN", join, &was.join)] {
            if new != old {
                let value = new.as_ref().map_or_else(|| "NONE".to_owned(), Qualified::sql);
                set.push(format!("{name} = {value}"));
            }
        }
        // Since PostgreSQL 17, what is not said yet can be said.
        let mut replace = *function != was.function;
        let may_set = cx.major() >= 17;
        for (name, new, old) in
            [("COMMUTATOR", commutator, &was.commutator), ("NEGATOR", negator, &was.negator)]
        {
            match (old, new) {
                (None, Some(new)) if may_set => set.push(format!("{name} = {}", write_name(new))),
                _ => replace |= new != old,
            }
        }
        for (name, new, old) in [("HASHES", *hashes, was.hashes), ("MERGES", *merges, was.merges)] {
            if new && !old && may_set {
                set.push(name.to_owned());
            } else {
                replace |= new != old;
            }
        }
        if replace {
            return Alter::Replace;
        }
        let sql = format!("ALTER {} SET ({})", self.address(id), set.join(", "));
        Alter::InPlace(if set.is_empty() { Vec::new() } else { vec![Step::new(sql).authored()] })
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        // What the key says of the operands is no option.
        parts.retain(|part| part.key != "arguments");
        def_list::gather(Self::ABOUT.extra_keys, parts)
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let (name, inside) = split(id.name())?;
        let resolved = operands(inside).ok()?.map(|of| of.map(|of| resolve_type(of, names)));
        let mut path = id.path.clone();
        *path.last_mut()? = print(&name, &resolved);
        Some(Id { kind: id.kind, path })
    }

    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        let Some((name, inside)) = split(key) else {
            return Err(format!(
                "the types of the operands are missing: write `{key}(text, text)`"
            ));
        };
        Ok((print(symbol(name.trim())?, &operands(inside)?), None))
    }
}

impl Describe for Operator {
    fn address(&self, id: &Id) -> String {
        let (symbol, [left, right]) = parts(id);
        format!("OPERATOR {}.{symbol} ({left}, {right})", ident(id.first()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let (symbol, [left, right]) = parts(id);
        let mut items = self.options.items();
        let operands = [("leftarg", left), ("rightarg", right)];
        let said = operands.into_iter().filter(|(_, of)| of != "none");
        items.splice(1..1, said.map(|(name, of)| format!("{name} = {of}")));
        let sql = format!("CREATE OPERATOR {}.{symbol} ({})", ident(id.first()), items.join(", "));
        vec![Step::new(sql).authored()]
    }

    /// With it goes what only it has left a shell of.
    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let mut steps = vec![Step::new(format!("DROP {}", self.address(id)))];
        if cx.desired.get(id).is_none() {
            let staying = |shell: &String| {
                cx.current.of_kind(Kind::Operator).any(|(other, _)| {
                    let names = cx.current.attrs::<Self>(other);
                    cx.desired.get(other).is_some()
                        && names.is_some_and(|o| o.shells.0.contains(shell))
                })
            };
            let gone = self.shells.0.iter().filter(|shell| !staying(shell));
            steps.extend(gone.map(|shell| Step::new(format!("DROP OPERATOR IF EXISTS {shell}"))));
        }
        steps
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let Some((_, inside)) = split(id.name()) else { return Vec::new() };
        let user = operands(inside).into_iter().flatten().flatten();
        user.filter_map(|of| Some((of.schema?, of.name)))
            .flat_map(|(schema, name)| {
                Kind::TYPES.iter().map(move |kind| Id::new(*kind, [schema.clone(), name.clone()]))
            })
            .collect()
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let options = &self.options;
        let code = best(Kind::Function, &options.function, Some(&Self::call(id)), catalog);
        let estimates = options.restrict.iter().chain(&options.join);
        code.into_iter()
            .chain(estimates.flat_map(|of| called(Kind::Function, of, catalog)))
            .collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let id = Self::resolve_key(id, names).unwrap_or_else(|| id.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(&id));
        let theirs = there.map(|there| &there.options.function);
        for function in self.options.functions_mut() {
            qualify(Kind::Function, function, theirs, names);
        }
        let (symbol, _) = parts(&id);
        for of in [&mut self.options.commutator, &mut self.options.negator].into_iter().flatten() {
            if of.schema.is_none() && of.name == symbol {
                of.schema = Some(id.first().to_owned());
            }
            qualify(Kind::Operator, of, None, names);
        }
        if self.options.commutator.is_none() {
            self.options.commutator = Self::mutual(&id, names, true, |of| of.commutator.as_ref());
        }
        if self.options.negator.is_none() {
            self.options.negator = Self::mutual(&id, names, false, |of| of.negator.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn made(options: &str) -> Operator {
        serde_json::from_value(json!({ "options": options })).unwrap()
    }

    #[test]
    fn a_key_is_the_symbol_and_the_operands() {
        assert_eq!(Operator::key("~<<(varchar,int)").unwrap().0, "~<<(character varying, integer)");
        assert_eq!(Operator::key("!!(text)").unwrap().0, "!!(none, text)");
        assert!(Operator::key("~<<").is_err());
    }

    #[test]
    fn an_operator_is_made_with_its_operands() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Operator, ["s", "!!(none, text)"]);
        let steps = made("function = s.f, restrict = eqsel").create(&id, &cx, &[]);
        assert_eq!(
            steps[0].sql,
            "CREATE OPERATOR s.!! (function = s.f, rightarg = text, restrict = eqsel)"
        );
    }

    #[test]
    fn an_estimate_changes_in_place_and_a_function_does_not() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Operator, ["s", "~~~(text, text)"]);
        let old = made("function = s.f, restrict = eqsel");
        let Alter::InPlace(steps) = made("function = s.f").alter(&old, &id, &cx) else { panic!() };
        assert_eq!(steps[0].sql, "ALTER OPERATOR s.~~~ (text, text) SET (RESTRICT = NONE)");
        assert_eq!(made("function = s.g").alter(&old, &id, &cx), Alter::Replace);
    }
}
