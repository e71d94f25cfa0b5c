//! Walks the trees of the two sides together and proves that they are the same.
//!
//! What the server prints, read again, gives the expression that it stores; so it is enough to
//! show that the author's text gives it too. Trees that are alike do. Where they are alike in all
//! but casts that the server added, [`infer`] and [`operator`] must say that it adds just these.

use serde_json::{Map, Value, json};

use super::constant;
use super::fold::{Side, UNRESOLVED, kind};
use super::infer::{self, Type};
use super::names::Names;
use super::operator;
use super::tree::{self, fields, list, number, text};
use super::type_name::{self, Origin};

/// The walk over the two trees.
pub(super) struct Walk<'a> {
    /// What the author's names mean.
    pub names: &'a dyn Names,
}

type Fields = Map<String, Value>;

impl Walk<'_> {
    /// The first is what the server stores for the second, which stands where nothing gives a
    /// type to a literal.
    pub(super) fn equal(&self, current: &Value, desired: &Value) -> bool {
        match (tree::node(current), tree::node(desired)) {
            (Some(("TypeCast", c)), Some(("TypeCast", d))) => {
                c.get("type_name") == d.get("type_name") && self.fields(c, d, &[])
                    || self.vanished_cast(current, d)
            }
            (Some((one, c)), Some((other, d))) if one == other => self.node(one, c, d),
            (_, Some(("TypeCast", d))) => self.vanished_cast(current, d),
            (None, None) => match (current, desired) {
                (Value::Array(c), Value::Array(d)) => self.lists(c, d),
                (Value::Object(c), Value::Object(d)) => self.fields(c, d, &[]),
                (c, d) => c == d,
            },
            _ => false,
        }
    }

    fn lists(&self, current: &[Value], desired: &[Value]) -> bool {
        current.len() == desired.len() && current.iter().zip(desired).all(|(c, d)| self.equal(c, d))
    }

    /// All fields but those named are the same.
    fn fields(&self, current: &Fields, desired: &Fields, except: &[&str]) -> bool {
        let others = |map: &Fields| map.keys().filter(|k| !except.contains(&k.as_str())).count();
        others(current) == others(desired)
            && current
                .iter()
                .filter(|(key, _)| !except.contains(&key.as_str()))
                .all(|(key, c)| desired.get(key).is_some_and(|d| self.equal(c, d)))
    }

    fn node(&self, kind: &str, current: &Fields, desired: &Fields) -> bool {
        match kind {
            "ColumnRef" => current.get("fields") == desired.get("fields"),
            "AExpr" => self.expression(current, desired),
            "FuncCall" => self.call(current, desired),
            "CoalesceExpr" | "MinMaxExpr" => {
                self.fields(current, desired, &["args"]) && self.alike(current, desired, "args")
            }
            "AArrayExpr" => !desired.contains_key("in") && self.alike(current, desired, "elements"),
            "CaseExpr" => self.case(current, desired),
            "SelectStmt" => self.query(current, desired, false),
            // The columns of the table give its literals their types.
            "InsertStmt" => match (current.get("select_stmt"), desired.get("select_stmt")) {
                (Some(c), Some(d)) => {
                    self.fields(current, desired, &["select_stmt"]) && self.arm(c, d)
                }
                _ => self.fields(current, desired, &[]),
            },
            "FunctionParameter" => self.parameter(current, desired),
            _ => self.fields(current, desired, &[]),
        }
    }

    /// The first is what the server stores for the second after it has converted it to a type.
    fn converted(&self, current: &Value, desired: &Value, to: &str) -> bool {
        match infer::type_of(desired, self.names) {
            Type::Literal => *current == self.constant(desired, to),
            Type::Known(of) if of != to => match fields(current, "TypeCast") {
                Some(cast) if type_is(cast, to) => {
                    cast.get("arg").is_some_and(|c| self.equal(c, desired))
                }
                _ => false,
            },
            _ => self.equal(current, desired),
        }
    }

    /// The constant that a literal becomes.
    fn constant(&self, literal: &Value, of: &str) -> Value {
        match constant::as_string(literal) {
            Some(text) => constant::of_type(text, of, Side::Desired(self.names)),
            None => json!({"TypeCast": {"arg": literal, "type_name": {"type": of}}}),
        }
    }

    /// A default: the server hides the conversion of the whole to the type of the column
    /// (`cookDefault` makes it implicit, and `pg_get_expr` does not show it).
    pub(super) fn assigned(&self, current: &Value, desired: &Value, target: &str) -> bool {
        if !infer::is_literal(desired) || constant::is_null(desired) {
            return self.equal(current, desired);
        }
        let Ok(mut target) = type_name::canonical(target) else { return false };
        if target.origin == Origin::User {
            let Some(schema) = target.schema.as_deref() else { return false };
            let base = self.names.domain_base(schema, &target.name).filter(|_| !target.array);
            match base.map(type_name::canonical) {
                // The constant is of the base type of a domain (`coerce_type`).
                Some(Ok(base)) if base.origin == Origin::BuiltIn => target = base,
                None if self.names.is_enum(schema, &target.name) => {}
                _ => return false,
            }
        }
        // Only the input function of interval is given the modifier.
        let of = if target.name == "interval" { target } else { target.base() };
        *current == self.constant(desired, &of.to_string())
    }

    fn parameter(&self, current: &Fields, desired: &Fields) -> bool {
        let target =
            desired.get("arg_type").and_then(Value::as_object).map_or("", |t| text(t, "type"));
        match (current.get("defexpr"), desired.get("defexpr")) {
            (Some(c), Some(d)) => {
                self.fields(current, desired, &["defexpr"]) && self.assigned(c, d, target)
            }
            _ => self.fields(current, desired, &[]),
        }
    }

    /// A cast of the author's that is no conversion leaves no trace.
    fn vanished_cast(&self, current: &Value, desired: &Fields) -> bool {
        let (Some(of), Some(arg)) = (desired.get("type_name"), desired.get("arg")) else {
            return false;
        };
        let of = of.as_object().map_or("", |of| text(of, "type"));
        if let (Some(c), Some(d)) = (fields(current, "AArrayExpr"), fields(arg, "AArrayExpr")) {
            return self.typed_array(c, d, of);
        }
        self.is_plainly(arg, of) && self.equal(current, arg)
    }

    /// The expression is of the type and cannot carry a modifier, which a cast to the bare type
    /// would take away, visibly (`coerce_type_typmod`).
    fn is_plainly(&self, expr: &Value, of: &str) -> bool {
        const BARE: [&str; 12] = [
            "text",
            "name",
            "boolean",
            "smallint",
            "integer",
            "bigint",
            "real",
            "double precision",
            "date",
            "uuid",
            "json",
            "jsonb",
        ];
        let is_call = match tree::node(expr) {
            Some(("FuncCall", _)) => true,
            Some(("AExpr", map)) => number(map, "kind") == kind::OP,
            _ => false,
        };
        infer::type_of(expr, self.names) == Type::Known(of.to_owned())
            && (is_call || BARE.contains(&of))
    }

    /// `ARRAY['a']::t[]` makes its elements of the type at once (`transformArrayExpr`).
    fn typed_array(&self, current: &Fields, desired: &Fields, of: &str) -> bool {
        let (c, d) = (list(current, "elements"), list(desired, "elements"));
        let Some(element) = of.strip_suffix("[]") else { return false };
        c.len() == d.len()
            && !d.is_empty()
            && !element.contains('(')
            && c.iter().zip(d).all(|(c, d)| match infer::type_of(d, self.names) {
                Type::Literal => *c == self.constant(d, element),
                _ => self.is_plainly(d, element) && self.equal(c, d),
            })
    }

    fn expression(&self, current: &Fields, desired: &Fields) -> bool {
        let form = number(desired, "kind");
        if number(current, "kind") != form {
            return false;
        }
        if matches!(form, kind::OP_ANY | kind::OP_ALL) {
            return self.any_or_all(current, desired);
        }
        let operands = (
            current.get("lexpr"),
            current.get("rexpr"),
            desired.get("lexpr"),
            desired.get("rexpr"),
        );
        let (Some(cl), Some(cr), Some(dl), Some(dr)) = operands else {
            return self.fields(current, desired, &[]);
        };
        // IS DISTINCT FROM NULL becomes a test for NULL.
        let has_null = form == kind::DISTINCT && [dl, dr].into_iter().any(constant::is_null);
        let resolved = matches!(form, kind::OP | kind::DISTINCT | kind::NULLIF)
            .then(|| operator::of_expression(desired, self.names).filter(|_| !has_null))
            .flatten();
        match resolved {
            Some(to) if is_operator(current, desired, to.exact) => {
                self.converted(cl, dl, &to.left) && self.converted(cr, dr, &to.right)
            }
            _ => self.fields(current, desired, &[]),
        }
    }

    /// `x = ANY (array)` and, folded to it, `x IN (list)` (`make_scalar_array_op`).
    fn any_or_all(&self, current: &Fields, desired: &Fields) -> bool {
        let operands = (
            current.get("lexpr"),
            current.get("rexpr"),
            desired.get("lexpr"),
            desired.get("rexpr"),
        );
        let (Some(cl), Some(cr), Some(dl), Some(dr)) = operands else { return false };
        let left = infer::type_of(dl, self.names);
        let array = fields(dr, "AArrayExpr");
        let items = array.map_or(&[][..], |array| list(array, "elements"));
        let mut types: Vec<Type> = items.iter().map(|i| infer::type_of(i, self.names)).collect();
        let is_list = array.is_some_and(|array| array.contains_key("in"));
        if is_list {
            types.insert(0, left.clone());
        }
        let element = match array {
            Some(_) => infer::common(&types, self.names),
            None => match infer::type_of(dr, self.names) {
                Type::Known(of) => {
                    of.strip_suffix("[]").map_or(Type::Unclear, |e| Type::Known(e.to_owned()))
                }
                _ => Type::Unclear,
            },
        };
        let op = tree::names(desired.get("name")).unwrap_or_default();
        let to = op.last().and_then(|op| operator::resolve(op, &left, &element, self.names));
        let (Type::Known(element), Some(to)) = (element, to) else {
            return !is_list && self.fields(current, desired, &[]);
        };
        if !is_operator(current, desired, to.exact) || !self.converted(cl, dl, &to.left) {
            return false;
        }
        // The array as a whole is converted if its elements are not of the operator's type.
        let whole = if element == to.right {
            Some(cr)
        } else {
            let wanted = format!("{}[]", to.right);
            fields(cr, "TypeCast").filter(|cast| type_is(cast, &wanted)).and_then(|c| c.get("arg"))
        };
        match (whole, array) {
            (Some(c), Some(_)) => {
                let found = fields(c, "AArrayExpr").map_or(&[][..], |c| list(c, "elements"));
                found.len() == items.len()
                    && found.iter().zip(items).all(|(c, d)| self.converted(c, d, &element))
            }
            (Some(c), None) => self.equal(c, dr),
            _ => false,
        }
    }

    fn call(&self, current: &Fields, desired: &Fields) -> bool {
        let (c, d) = (list(current, "args"), list(desired, "args"));
        if c.len() != d.len()
            || !self.is_function(current, desired)
            || !self.fields(current, desired, &["funcname", "args"])
        {
            return false;
        }
        let wants = infer::function(desired, self.names).map_or(Vec::new(), |(wants, _)| wants);
        c.iter().zip(d).enumerate().all(|(at, (c, d))| {
            match (wants.get(at), infer::type_of(d, self.names)) {
                // Calls in SQL syntax, as `POSITION(a IN b)`, are printed without these casts.
                (Some(Some(want)), Type::Known(of))
                    if of != *want && !fields(c, "TypeCast").is_some_and(|c| type_is(c, want)) =>
                {
                    self.equal(c, d)
                }
                // The field of EXTRACT is printed as a word.
                (Some(Some(_)), Type::Literal) if c == d => true,
                (Some(Some(want)), _) => self.converted(c, d, want),
                _ => self.equal(c, d),
            }
        })
    }

    /// Both sides name the same function. Where other schemas have one of that name too, the call
    /// means that of `pg_catalog` if it meets the argument types exactly: `pg_catalog` is searched
    /// first (`func_get_detail`).
    fn is_function(&self, current: &Fields, desired: &Fields) -> bool {
        let names = (tree::names(current.get("funcname")), tree::names(desired.get("funcname")));
        let (Some(c), Some(d)) = names else { return false };
        if c == d {
            return true;
        }
        let (["pg_catalog", one], [UNRESOLVED, other]) = (c.as_slice(), d.as_slice()) else {
            return false;
        };
        let args = list(desired, "args");
        if one != other || args.is_empty() {
            return one == other && infer::is_nullary(one);
        }
        let mut as_built_in = desired.clone();
        as_built_in.insert("funcname".to_owned(), current["funcname"].clone());
        let wants =
            infer::function(&as_built_in, self.names).map_or(Vec::new(), |(wants, _)| wants);
        wants.len() == args.len()
            && wants.into_iter().zip(args).all(|(want, arg)| {
                want.is_some_and(|want| infer::type_of(arg, self.names) == Type::Known(want))
            })
    }

    /// Expressions that are converted to the type they have in common.
    fn alike(&self, current: &Fields, desired: &Fields, key: &str) -> bool {
        let (c, d) = (list(current, key), list(desired, key));
        let types: Vec<Type> = d.iter().map(|d| infer::type_of(d, self.names)).collect();
        match infer::common(&types, self.names) {
            Type::Known(of) if !d.is_empty() => {
                c.len() == d.len() && c.iter().zip(d).all(|(c, d)| self.converted(c, d, &of))
            }
            _ => self.lists(c, d),
        }
    }

    fn case(&self, current: &Fields, desired: &Fields) -> bool {
        let (c, d) = (list(current, "args"), list(desired, "args"));
        let subject = |map: &Fields| map.get("arg").cloned().unwrap_or_default();
        if c.len() != d.len() || !self.equal(&subject(current), &subject(desired)) {
            return false;
        }
        let results = infer::common(&infer::case_results(desired, self.names), self.names);
        let result = |c: &Value, d: &Value| match &results {
            Type::Known(of) => self.converted(c, d, of),
            _ => self.equal(c, d),
        };
        let null = json!({"AConst": {"isnull": true}});
        let whens = c.iter().zip(d).all(|(c, d)| {
            let (Some(c), Some(d)) = (fields(c, "CaseWhen"), fields(d, "CaseWhen")) else {
                return false;
            };
            let (Some(ce), Some(de)) = (c.get("expr"), d.get("expr")) else { return false };
            let (Some(cr), Some(dr)) = (c.get("result"), d.get("result")) else { return false };
            self.when(ce, de, desired.get("arg")) && result(cr, dr)
        });
        whens
            && result(
                current.get("defresult").unwrap_or(&null),
                desired.get("defresult").unwrap_or(&null),
            )
    }

    /// In `CASE x WHEN v`, `v` is compared with `x`, which must not be converted for it.
    fn when(&self, current: &Value, desired: &Value, subject: Option<&Value>) -> bool {
        let Some(subject) = subject else { return self.equal(current, desired) };
        let of_subject = infer::type_of(subject, self.names);
        let of_value = infer::type_of(desired, self.names);
        match (operator::resolve("=", &of_subject, &of_value, self.names), of_subject) {
            (Some(to), Type::Known(of)) if to.exact && to.left == of => {
                self.converted(current, desired, &to.right)
            }
            _ => self.equal(current, desired),
        }
    }

    fn query(&self, current: &Fields, desired: &Fields, is_arm: bool) -> bool {
        const PLAIN: i64 = 1;
        if number(current, "op") != number(desired, "op") {
            return false;
        }
        if number(current, "op") != PLAIN {
            let arms = ["larg", "rarg"];
            return self.fields(current, desired, &arms)
                && arms.iter().all(|arm| match (current.get(*arm), desired.get(*arm)) {
                    (Some(c), Some(d)) => self.arm(c, d),
                    _ => false,
                });
        }
        let (c, d) = (list(current, "target_list"), list(desired, "target_list"));
        c.len() == d.len()
            && c.iter().zip(d).all(|(c, d)| self.target(c, d, is_arm))
            && self.fields(current, desired, &["target_list"])
    }

    /// In a set operation the other arms have a say in the type of a literal.
    fn arm(&self, current: &Value, desired: &Value) -> bool {
        match (fields(current, "SelectStmt"), fields(desired, "SelectStmt")) {
            (Some(c), Some(d)) => self.query(c, d, true),
            _ => false,
        }
    }

    /// A literal that is a column of a query's result is text (`resolveTargetListUnknowns`).
    fn target(&self, current: &Value, desired: &Value, is_arm: bool) -> bool {
        let (Some(c), Some(d)) = (fields(current, "ResTarget"), fields(desired, "ResTarget"))
        else {
            return false;
        };
        match (c.get("val"), d.get("val")) {
            (Some(ce), Some(de)) if !is_arm && infer::is_literal(de) => {
                self.fields(c, d, &["val"]) && self.converted(ce, de, "text")
            }
            _ => self.fields(c, d, &[]),
        }
    }
}

fn type_is(cast: &Fields, of: &str) -> bool {
    cast.get("type_name").is_some_and(|found| *found == json!({"type": of}))
}

/// Both sides name the same operator. One that other schemas have too is that of `pg_catalog`
/// where that meets the operand types exactly.
fn is_operator(current: &Fields, desired: &Fields, exact: bool) -> bool {
    let (Some(c), Some(d)) = (tree::names(current.get("name")), tree::names(desired.get("name")))
    else {
        return false;
    };
    c.first() == Some(&"pg_catalog")
        && (c == d || exact && d.first() == Some(&UNRESOLVED) && c.last() == d.last())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::sql::fold::fold;
    use crate::sql::names::KnownNames;
    use crate::sql::tree::{Class, parse_owned, with_stack};

    const QUERIES: &[&str] = &[
        "select distinct on (a) a, b as c from s.t where x > 1 order by a desc nulls last, b using < limit 5 offset 2",
        "select all a from only t as u (k, l) tablesample bernoulli (10) repeatable (3)",
        "select count(*), sum(distinct a order by b) filter (where c), max(a) over (partition by b order by c rows between 1 preceding and current row exclude ties) from t group by rollup (a), cube (b, c), grouping sets ((a), ()) having count(*) > 1",
        "select a from t group by distinct a, grouping(b)",
        "select rank() over w from t window w as (x partition by a range between interval '1 day' preceding and 2 following), x as ()",
        "select percentile_cont(0.5) within group (order by a) from t",
        "with recursive w (a) as materialized (select 1 union all select a + 1 from w) search depth first by a set b cycle a set c to 'y' default 'n' using d select * from w",
        "with w as not materialized (insert into t (a) values (1) on conflict (a) where b do update set a = excluded.a where c returning a) select a from w",
        "with w as (update t set (a, b) = (1, 2), c = default from u where d returning *) table w",
        "with w as (delete from t using u where a returning b) select 1",
        "(select a from t except all select b from u) intersect select c from v for update of t nowait",
        "select a from t for share of u skip locked",
        "select * from a join b using (x, y) as j natural left join c cross join d full join e on f",
        "select * from lateral (select 1) s (a), lateral f(1) with ordinality g (h), rows from (f(1), g(2) as (x int, y text collate \"C\")) r",
        "select * from xmltable(xmlnamespaces('n' as x, default 'd'), '/r' passing a columns b int path 'p' default 1 not null, c for ordinality) t",
        "select * from json_table(a, '$.x' as p passing b as c columns (d int path '$' with wrapper keep quotes default 1 on empty error on error, e for ordinality, nested path '$.y' as q columns (g text exists path '$')) error on error) t",
        "values (1, 'a'), (default, null)",
        "select (select a), array(select b), exists (select c), d in (select e), f > all (select g), (h, i) = (select 1, 2), (j, k) < any (select 1, 2)",
        "select a[1], b[1:2], c[:], (d).e, (f).*, g.h[i].j, row(a, b), (a, b), row()",
        "select array[1, 2], array[[1], [2]], '{1}'::int[], cast(a as numeric(8, 2)), b::text[], date '2020-01-01', interval '1' year, interval(3) '1'",
        "select case when a then 1 when b then 2 else 3 end, case x when y then z end",
        "select coalesce(a, b), greatest(a, b), least(a, b), nullif(a, b), a is null, b is not null, c is true, d is not false, e is unknown",
        "select a and b or not c, a is distinct from b, a is not distinct from b, a between 1 and 2, a not between symmetric b and c",
        "select a like b escape c, a not ilike b, a similar to b, a ~ b, a in (b, 2), a not in (b, c), a = any (b), a <> all (c), a operator(s.+) b, - a, @ b",
        "select extract(year from a), substring(a from 1 for 2), substring(a similar b escape c), position(a in b), overlay(a placing b from 1 for 2), trim(both a from b), trim(leading from c), trim(trailing d from e)",
        "select a at time zone b, a at local, a collate \"x\", collation for (b), normalize(a, nfd), a is nfc normalized",
        "select current_date, current_time(2), localtimestamp, current_user, session_user, current_catalog, current_schema, system_user",
        "select xmlelement(name a, xmlattributes(b as c), d), xmlforest(e as f), xmlconcat(g, h), xmlparse(document i preserve whitespace), xmlpi(name j, k), xmlroot(l, version '1.0', standalone yes), xmlserialize(content m as text indent), n is document, xmlexists(o passing by ref p)",
        "select json_object('a': b, 'c' value d format json null on null with unique keys returning jsonb), json_array(a, b absent on null), json_array(select 1), json_objectagg(a: b), json_arrayagg(a order by b null on null) filter (where c), a is json object with unique keys, json_scalar(a), json_serialize(b returning text), json(c format json)",
        "select json_value(a, '$.b' passing c as d returning int default 1 on empty null on error), json_query(a, '$' with conditional wrapper omit quotes), json_exists(a, '$.x' true on error)",
        "select f(), g(1, 'a', null), h(a => 1, b := 2), i(variadic array[1]), s.j(distinct a), k(all b), l(*)",
        "select s.f(1, -2, 1.5, 1e10, 3000000000, 'text', E'a\\n', b'101', x'ff', true, false, null, $1)",
        "merge into t using s on a when matched and b then update set c = 1 when not matched then insert (d) values (2) when not matched by source then delete when matched then do nothing returning merge_action(), t.*",
        "insert into s.t as u (a, b[1], c.d) overriding system value select 1, 2, 3 on conflict on constraint k do nothing",
        "insert into t default values returning a as b, old.c, new.d",
        "update only t as u set a = b from v where current of w",
        "delete from t * using a, b where c returning with (old as o, new as n) o.x",
        "create index concurrently if not exists i on only s.t using gin (a collate \"C\" s.ops (p = 1) desc nulls first, lower(b)) include (c) nulls not distinct with (fillfactor = 70) tablespace x where d",
        "create table t (a int storage plain compression lz4 collate \"C\" default 1 not null constraint c check (a > 0) no inherit references u (b) match full on delete set null (a) on update cascade deferrable initially deferred, d int generated always as (a + 1) stored, e int generated by default as identity (start 5)) inherits (p) partition by list (a) with (x = 1) on commit drop tablespace y",
        "create table p partition of t (a with options default 2) for values with (modulus 4, remainder 1)",
        "alter table t add constraint c exclude using gist (a with &&, (b + 1) with operator(s.=)) where (d) deferrable, add foreign key (a) references u not valid, alter column a type text using a::text, drop column if exists b cascade",
        "create function f(a int, out b text, inout c int default 1, variadic d text[]) returns setof t.x%type language sql immutable strict security definer parallel safe cost 5 rows 2 leakproof window support s.g set x = 1 as 'a', 'b'",
        "create function f() returns table (a int, b text) begin atomic select 1; return 2; end",
        "create trigger g instead of insert or update of a, b on t referencing old table as o new table as n for each row when (old.a <> new.a) execute function f('x', 1)",
        "create policy p on t as restrictive for update to a, current_user using (b) with check (c)",
        "create view v (a, b) with (security_barrier) as select 1, 2 with local check option",
        "create materialized view if not exists m using heap as select 1 with no data",
        "create type c as (a int, b text collate \"C\")",
        "create type e as enum ('a', 'b')",
        "create type r as range (subtype = int, collation = \"C\")",
        "create domain d as text collate \"C\" default 'x' constraint k check (value <> '') not null",
        "create aggregate s.g (int order by text) (sfunc = f, stype = int, initcond = '0', hypothetical)",
        "create operator s.+ (leftarg = int, rightarg = text, function = f, commutator = operator(s.+), merges)",
        "create rule r as on update to t where a do instead (select 1; notify x, 'y')",
        "create statistics s (mcv, ndistinct) on a, lower(b) from t",
        "create publication p for table t (a, b) where (c), tables in schema s with (publish = 'insert')",
        "create sequence s as bigint increment by 2 minvalue 1 no maxvalue start 5 cache 3 cycle owned by t.a",
        "create foreign table f (a int options (x 'y')) server s options (z 'w')",
        "grant select (a, b), update on t, u to public, r with grant option granted by q",
        "alter default privileges for role a in schema s revoke all on tables from b cascade",
        "comment on function s.f(int, text[]) is 'x'",
        "do language plpgsql $$ begin end $$",
        "explain (analyze, format json) select 1",
        "copy (select 1) to stdout with (format csv, header)",
    ];

    /// Changes the leaves of a tree one after the other.
    fn each_change(tree: &mut Value, at: &str, found: &mut Vec<(String, Value)>) {
        match tree {
            Value::Array(items) => {
                for (i, item) in items.iter_mut().enumerate() {
                    each_change(item, &format!("{at}/{i}"), found);
                }
            }
            Value::Object(map) => {
                for (key, inner) in map.iter_mut() {
                    each_change(inner, &format!("{at}/{key}"), found);
                }
            }
            Value::String(text) => found.push((at.to_owned(), Value::from(format!("{text}~")))),
            Value::Bool(set) => found.push((at.to_owned(), Value::from(!*set))),
            Value::Number(number) => {
                let other = number.as_i64().unwrap_or(0) + 1000;
                found.push((at.to_owned(), Value::from(other)));
            }
            Value::Null => {}
        }
    }

    #[test]
    fn no_leaf_of_any_statement_is_overlooked() {
        let names = KnownNames::default();
        let walk = Walk { names: &names };
        let mut changes = 0;
        for text in QUERIES {
            with_stack(&[&text.repeat(9)], || {
                let tree =
                    parse_owned(Class::Statements, text).unwrap_or_else(|e| panic!("{text}: {e}"));
                let tree = fold(tree, Side::Current);
                assert!(walk.equal(&tree, &tree), "{text}");
                let mut found = Vec::new();
                each_change(&mut tree.clone(), "", &mut found);
                changes += found.len();
                for (at, changed) in found {
                    let mut other = tree.clone();
                    // This mark is the fold's own, and the server never prints such a list.
                    if at.ends_with("/AArrayExpr/in") {
                        continue;
                    }
                    *other.pointer_mut(&at).expect("the leaf is there") = changed;
                    assert!(!walk.equal(&other, &tree), "{at} of {text}");
                    assert!(!walk.equal(&tree, &other), "{at} of {text}");
                }
            });
        }
        assert!(changes > 1500, "{changes}");
    }

    #[test]
    fn no_part_of_any_statement_can_go_missing() {
        let names = KnownNames::default();
        let walk = Walk { names: &names };
        for text in QUERIES {
            with_stack(&[&text.repeat(9)], || {
                let tree = parse_owned(Class::Statements, text).expect(text);
                let tree = fold(tree, Side::Current);
                let mut lists = Vec::new();
                list_places(&tree, "", &mut lists);
                for at in lists {
                    let mut other = tree.clone();
                    let list = other.pointer_mut(&at).and_then(Value::as_array_mut);
                    list.expect("the list is there").pop();
                    assert!(!walk.equal(&other, &tree), "{at} of {text}");
                    assert!(!walk.equal(&tree, &other), "{at} of {text}");
                }
            });
        }
    }

    /// The fields that a fold may hide, each as `Node/field`, and why that is sound.
    const HIDDEN: &[(&str, &str)] = &[
        ("FuncCall/funcformat", "`extract(year from a)` is a call of `extract('year', a)`"),
        ("Integer/ival", "PostgreSQL forgets the bounds of `int[3]`"),
        ("RowExpr/row_format", "`(a, b)` is `row(a, b)`"),
        (
            "String/sval",
            "the name of an operator that has a word of its own, `BETWEEN`, says nothing more",
        ),
    ];

    /// `AExpr/kind` of `/0/SelectStmt/where_clause/AExpr/kind`.
    fn field(at: &str) -> String {
        let parts: Vec<&str> =
            at.split('/').filter(|part| part.parse::<usize>().is_err()).collect();
        let node = parts.iter().rposition(|part| part.starts_with(|c: char| c.is_uppercase()));
        parts[node.unwrap_or(0)..].join("/")
    }

    #[test]
    fn folds_hide_nothing_but_what_is_listed() {
        let names = KnownNames::default();
        let walk = Walk { names: &names };
        let mut hidden = BTreeMap::new();
        for text in QUERIES {
            with_stack(&[&text.repeat(9)], || {
                let tree = parse_owned(Class::Statements, text).expect(text);
                let folded = fold(tree.clone(), Side::Current);
                let mut found = Vec::new();
                each_change(&mut tree.clone(), "", &mut found);
                for (at, changed) in found {
                    let mut other = tree.clone();
                    *other.pointer_mut(&at).expect("the leaf is there") = changed;
                    if walk.equal(&fold(other, Side::Current), &folded) {
                        hidden.entry(field(&at)).or_insert_with(|| format!("{at} of {text}"));
                    }
                }
            });
        }
        let known: Vec<&str> = HIDDEN.iter().map(|(field, _)| *field).collect();
        let found: Vec<&str> = hidden.keys().map(String::as_str).collect();
        assert_eq!(found, known, "{hidden:#?}");
    }

    /// The nodes that the grammar makes of expressions and queries (`a_expr`, `SelectStmt`, `PreparableStmt`,
    /// `partition_key` and `index_params` in gram.y). What the analyser makes, `OpExpr` say, is in no text.
    const NODES: &[&str] = &[
        "AArrayExpr",
        "AConst",
        "AExpr",
        "AIndices",
        "AIndirection",
        "AStar",
        "Boolval",
        "Bsval",
        "BoolExpr",
        "BooleanTest",
        "CaseExpr",
        "CaseWhen",
        "CoalesceExpr",
        "CollateClause",
        "ColumnDef",
        "ColumnRef",
        "CommonTableExpr",
        "CurrentOfExpr",
        "DefElem",
        "DeleteStmt",
        "FuncCall",
        "GroupingFunc",
        "GroupingSet",
        "IndexElem",
        "InsertStmt",
        "Integer",
        "JoinExpr",
        "JsonArgument",
        "JsonArrayAgg",
        "JsonArrayConstructor",
        "JsonArrayQueryConstructor",
        "JsonFuncExpr",
        "JsonIsPredicate",
        "JsonKeyValue",
        "JsonObjectAgg",
        "JsonObjectConstructor",
        "JsonParseExpr",
        "JsonScalarExpr",
        "JsonSerializeExpr",
        "JsonTable",
        "JsonTableColumn",
        "JsonValueExpr",
        "List",
        "LockingClause",
        "MergeStmt",
        "MergeSupportFunc",
        "MergeWhenClause",
        "MinMaxExpr",
        "MultiAssignRef",
        "NamedArgExpr",
        "NullTest",
        "ParamRef",
        "PartitionElem",
        "RangeFunction",
        "RangeSubselect",
        "RangeTableFunc",
        "RangeTableFuncCol",
        "RangeTableSample",
        "RangeVar",
        "ResTarget",
        "RowExpr",
        "SelectStmt",
        "SetToDefault",
        "SortBy",
        "SqlvalueFunction",
        "String",
        "SubLink",
        "TypeCast",
        "UpdateStmt",
        "WindowDef",
        "XmlExpr",
        "XmlSerialize",
    ];

    #[test]
    fn every_node_of_expressions_and_queries_is_among_them() {
        let mut found = BTreeSet::new();
        for text in QUERIES {
            with_stack(&[&text.repeat(9)], || {
                nodes(&parse_owned(Class::Statements, text).expect(text), &mut found);
            });
        }
        let missing: Vec<&&str> = NODES.iter().filter(|node| !found.contains(**node)).collect();
        assert!(missing.is_empty(), "{missing:?} of {found:?}");
    }

    fn nodes(tree: &Value, found: &mut BTreeSet<String>) {
        match tree {
            Value::Array(items) => items.iter().for_each(|item| nodes(item, found)),
            Value::Object(map) => {
                for (key, inner) in map {
                    if key.starts_with(|c: char| c.is_uppercase()) {
                        found.insert(key.clone());
                    }
                    nodes(inner, found);
                }
            }
            _ => {}
        }
    }

    fn list_places(tree: &Value, at: &str, found: &mut Vec<String>) {
        match tree {
            Value::Array(items) => {
                if !items.is_empty() {
                    found.push(at.to_owned());
                }
                for (i, item) in items.iter().enumerate() {
                    list_places(item, &format!("{at}/{i}"), found);
                }
            }
            Value::Object(map) => {
                for (key, inner) in map {
                    list_places(inner, &format!("{at}/{key}"), found);
                }
            }
            _ => {}
        }
    }
}
