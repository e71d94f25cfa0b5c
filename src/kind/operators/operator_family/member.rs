//! What stands in an operator family: operators with their strategy, functions with their number
//! (`pg_amop`, `pg_amproc`).

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::def_list::system;
use crate::kind::operators::operator::read_name;
use crate::kind::routines::callee::{self, Callee};
use crate::kind::routines::routine::find::{called, qualify};
use crate::kind::{Kind, Lookup, type_ids};
use crate::leaf::{Item, Qualified, Sql, split_commas};
use crate::sql::quote::ident;
use crate::sql::scan;
use crate::sql::type_name;

/// What a member is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Act {
    /// An operator; the family is the order of what an ordering operator yields.
    Operator(Qualified, Option<Qualified>),
    /// A support function.
    Function(Callee),
}

/// One member.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Member {
    /// The strategy or the number of the support function.
    number: u32,
    /// The types it is for; not said: those of the class.
    pub(crate) types: Option<[String; 2]>,
    /// What it is.
    act: Act,
}

impl Member {
    /// As it stands behind AS or ADD.
    fn sql(&self) -> String {
        let types = self.types.as_ref().map(|[left, right]| format!("({left}, {right})"));
        let types = types.unwrap_or_default();
        let number = self.number;
        match &self.act {
            Act::Operator(name, by) => {
                let schema = name.schema.as_ref().map(|schema| ident(schema) + ".");
                let by = by.as_ref().map(|by| format!(" for order by {}", by.sql()));
                let (schema, by) = (schema.unwrap_or_default(), by.unwrap_or_default());
                let space = if types.is_empty() { "" } else { " " };
                format!("operator {number} {schema}{}{space}{types}{by}", name.name)
            }
            Act::Function(function) if types.is_empty() => {
                format!("function {number} {}", function.sql())
            }
            Act::Function(function) => format!("function {number} {types} {}", function.sql()),
        }
    }

    /// As it stands behind ALTER OPERATOR FAMILY ... DROP.
    pub(crate) fn slot(&self) -> String {
        let word = if matches!(self.act, Act::Operator(..)) { "OPERATOR" } else { "FUNCTION" };
        let [left, right] = self.types.clone().unwrap_or_default();
        format!("{word} {} ({left}, {right})", self.number)
    }

    /// Fills in what PostgreSQL would (`processTypesSpec`, `assignProcTypes` of opclasscmds.c).
    fn resolve(&mut self, method: &str, class: Option<&str>, there: &Members, names: &Lookup<'_>) {
        for of in self.types.iter_mut().flatten() {
            let mut name = Sql::new(of.clone());
            names.type_name(&mut name);
            of.clone_from(&name.text);
        }
        let like = |other: &&Self| {
            other.number == self.number
                && std::mem::discriminant(&other.act) == std::mem::discriminant(&self.act)
        };
        let theirs = there.0.iter().find(like).map(|other| &other.act);
        match &mut self.act {
            Act::Operator(name, by) => {
                let there =
                    if let Some(Act::Operator(name, _)) = theirs { Some(name) } else { None };
                qualify(Kind::Operator, name, there, names);
                if let Some(by) = by {
                    let key = format!("{} using btree", by.name);
                    let mut key = Qualified { name: key, ..by.clone() };
                    names.named(&[Kind::OperatorFamily], &mut key, None);
                    by.schema = key.schema;
                }
            }
            Act::Function(function) => {
                let there =
                    if let Some(Act::Function(there)) = theirs { Some(there) } else { None };
                function.resolve(there, names);
                if self.types.is_none() {
                    let taken = function.types.as_deref().map(split_commas).unwrap_or_default();
                    let pair = |left: &str, right: &str| Some([left.to_owned(), right.to_owned()]);
                    self.types = match (method, self.number, taken.as_slice()) {
                        ("btree", 1, [left, right]) => pair(left, right),
                        ("hash", 1 | 2, [of, ..]) => pair(of, of),
                        _ => None,
                    };
                }
            }
        }
        if let (None, Some(class)) = (&self.types, class) {
            self.types = Some([class.to_owned(), class.to_owned()]);
        }
    }

    fn references(&self) -> Vec<Id> {
        let types = self.types.iter().flatten().flat_map(|of| type_ids(of));
        let act = match &self.act {
            Act::Function(function) => function.id(),
            Act::Operator(_, by) => by.as_ref().and_then(|by| {
                let key = format!("{} using btree", by.name);
                Some(Id::new(Kind::OperatorFamily, [by.schema.as_ref()?, &key]))
            }),
        };
        types.chain(act).collect()
    }

    fn needs(&self, catalog: &Catalog) -> Vec<Id> {
        let Act::Operator(name, _) = &self.act else { return Vec::new() };
        let all = called(Kind::Operator, name, catalog);
        let Some([left, right]) = &self.types else { return all };
        let exact = format!("({left}, {right})");
        match all.iter().find(|id| id.name().ends_with(&exact)) {
            Some(one) => vec![one.clone()],
            None => all,
        }
    }
}

impl Item for Member {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no member: write `operator 1 <` or `function 1 f(integer, integer)`"
            )
        };
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let [word, number, rest @ ..] = tokens.as_slice() else { return Err(wrong()) };
        let first = rest.first().ok_or_else(wrong)?;
        let value = number.word.parse().map_err(|_| wrong())?;
        let group = |from: usize| {
            let open = rest[from..].iter().position(|token| token.is("("))? + from;
            let close = rest[open..].iter().position(|token| token.is(")"))? + open;
            Some((open, close))
        };
        let pair = |open: usize, close: usize| -> Result<[String; 2], String> {
            let inside = split_commas(&text[rest[open].end..rest[close].start]);
            let read = |of: &str| -> Result<String, String> {
                Ok(type_name::canonical(of).map_err(|error| error.to_string())?.base().to_string())
            };
            match inside.as_slice() {
                [of] => Ok([read(of)?, read(of)?]),
                [left, right] => Ok([read(left)?, read(right)?]),
                _ => Err(wrong()),
            }
        };
        if word.is_word("function") {
            let types = match group(0) {
                Some((0, close)) => Some((pair(0, close)?, close)),
                _ => None,
            };
            let start = types.as_ref().map_or(Some(first.start), |(_, close)| {
                rest.get(close + 1).map(|token| token.start)
            });
            let function = Callee::read(&text[start.ok_or_else(wrong)?..])?;
            let types = types.map(|(types, _)| types);
            return Ok(Self { number: value, types, act: Act::Function(function) });
        }
        if !word.is_word("operator") {
            return Err(wrong());
        }
        let purpose = rest.iter().position(|token| token.is_word("for")).unwrap_or(rest.len());
        let types = group(0).filter(|(open, _)| *open < purpose);
        let end = types.map_or(purpose, |(open, _)| open);
        let last = end.checked_sub(1).and_then(|at| rest.get(at)).ok_or_else(wrong)?;
        let name = system(read_name(&text[first.start..last.end])?);
        let by = match &rest[purpose..] {
            [] => None,
            [_, search] if search.is_word("search") => None,
            [_, order, by, family, ..] if order.is_word("order") && by.is_word("by") => {
                Some(system(Qualified::read(&text[family.start..])?))
            }
            _ => return Err(wrong()),
        };
        let types = types.map(|(open, close)| pair(open, close)).transpose()?;
        Ok(Self { number: value, types, act: Act::Operator(name, by) })
    }

    fn write(&self) -> String {
        self.sql()
    }
}

/// Members in the order in which they came into the family. They are a set: nothing depends on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(pub(crate) Vec<Member>);

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.without(other).is_empty()
    }
}

impl Members {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The list as SQL.
    pub(crate) fn sql(&self) -> String {
        self.0.iter().map(Member::sql).collect::<Vec<_>>().join(", ")
    }

    /// Brings them into an order of their own, to be compared as a text.
    pub(crate) fn sort(&mut self) {
        self.0.sort_by_cached_key(Member::sql);
    }

    /// Those that `other` does not have.
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|member| !other.0.contains(member)).cloned().collect())
    }

    /// See [`crate::kind::Describe::resolve`]; `class` is the type of the class.
    pub(crate) fn resolve(
        &mut self,
        method: &str,
        class: Option<&str>,
        there: Option<&Self>,
        names: &Lookup<'_>,
    ) {
        let none = Self::default();
        for member in &mut self.0 {
            member.resolve(method, class, there.unwrap_or(&none), names);
        }
    }

    /// See [`crate::kind::Describe::references`].
    pub(crate) fn references(&self) -> Vec<Id> {
        self.0.iter().flat_map(Member::references).collect()
    }

    /// See [`crate::kind::Describe::needs`].
    pub(crate) fn needs(&self, catalog: &Catalog) -> Vec<Id> {
        self.0.iter().flat_map(|member| member.needs(catalog)).collect()
    }

    /// `ALTER OPERATOR FAMILY ... DROP`, without the first words.
    pub(crate) fn removal(&self) -> String {
        format!("DROP {}", self.0.iter().map(Member::slot).collect::<Vec<_>>().join(", "))
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = crate::leaf::List::<Sql>::deserialize(deserializer)?;
        let read = list.0.iter().map(|item| Member::read(&item.text)).collect::<Result<_, _>>();
        read.map(Self).map_err(D::Error::custom)
    }
}

/// The members of family `f` as an array, those that `operators` and `functions` let through:
/// conditions on `ao` of `pg_amop` and `ap` of `pg_amproc`.
pub(crate) fn query(operators: &str, functions: &str) -> String {
    let name = |schema: &str, name: &str| {
        format!(
            "CASE WHEN {schema}.nspname <> 'pg_catalog' THEN quote_ident({schema}.nspname) || '.' \
             ELSE '' END || {name}"
        )
    };
    format!(
        "ARRAY((SELECT 'operator ' || ao.amopstrategy || ' ' || {operator} || ' (' \
           || format_type(ao.amoplefttype, NULL) || ', ' || format_type(ao.amoprighttype, NULL) || ')' \
           || CASE WHEN ao.amoppurpose = 'o' THEN (SELECT ' for order by ' || {family} \
             FROM pg_opfamily sf JOIN pg_namespace sn ON sn.oid = sf.opfnamespace \
             WHERE sf.oid = ao.amopsortfamily) ELSE '' END \
         FROM pg_amop ao JOIN pg_operator po ON po.oid = ao.amopopr \
         JOIN pg_namespace pn ON pn.oid = po.oprnamespace \
         WHERE ao.amopfamily = f.oid AND {operators} ORDER BY ao.oid) \
         UNION ALL (SELECT 'function ' || ap.amprocnum || ' (' \
           || format_type(ap.amproclefttype, NULL) || ', ' || format_type(ap.amprocrighttype, NULL) \
           || ') ' || {function} \
         FROM pg_amproc ap WHERE ap.amprocfamily = f.oid AND {functions} ORDER BY ap.oid))",
        operator = name("pn", "po.oprname"),
        family = name("sn", "quote_ident(sf.opfname)"),
        function = callee::query("ap.amproc"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_a_set_in_the_order_that_is_there() {
        let of = |list: &str| -> Members { serde_json::from_value(list.into()).unwrap() };
        let there = of("operator 5 > (int8, int4), operator 1 < (int4, int8)");
        assert_eq!(there, of("operator 1 < (int4, int8), operator 5 > (int8, int4)"));
        assert_ne!(there, of("operator 5 > (int8, int4)"));
        let sql = "operator 5 > (bigint, integer), operator 1 < (integer, bigint)";
        assert_eq!(there.sql(), sql);
    }

    #[test]
    fn a_member_reads_back_as_it_is_written() {
        for (written, canonical) in [
            ("OPERATOR 1 <", "operator 1 <"),
            ("operator 3 s.=(int, int8) for search", "operator 3 s.= (integer, bigint)"),
            (
                "operator 15 <-> (oid,oid) for order by pg_catalog.integer_ops",
                "operator 15 <-> (oid, oid) for order by integer_ops",
            ),
            (
                "function 1 (int4) s.f(int4,int4)",
                "function 1 (integer, integer) s.f(integer, integer)",
            ),
            ("function 2 f(internal)", "function 2 f(internal)"),
        ] {
            assert_eq!(Member::read(written).unwrap().sql(), canonical);
            assert_eq!(Member::read(canonical).unwrap().sql(), canonical);
        }
        for wrong in ["operator <", "function 1", "procedure 1 f", "operator 1"] {
            assert!(Member::read(wrong).is_err(), "{wrong}");
        }
    }
}
