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
            "TypeCast" => self.cast(current, desired),
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
        infer::type_of(arg, self.names) == Type::Known(of.to_owned()) && self.equal(current, arg)
    }

    /// `ARRAY['a']::t[]` makes its elements of the type at once (`transformArrayExpr`).
    fn typed_array(&self, current: &Fields, desired: &Fields, of: &str) -> bool {
        let (c, d) = (list(current, "elements"), list(desired, "elements"));
        let Some(element) = of.strip_suffix("[]").filter(|_| !d.is_empty()) else { return false };
        c.len() == d.len()
            && c.iter().zip(d).all(|(c, d)| match infer::type_of(d, self.names) {
                Type::Literal => *c == self.constant(d, element),
                Type::Known(found) => found == element && self.equal(c, d),
                Type::Unclear => false,
            })
    }

    fn cast(&self, current: &Fields, desired: &Fields) -> bool {
        let (Some(c), Some(d)) = (current.get("arg"), desired.get("arg")) else { return false };
        if current.get("type_name") == desired.get("type_name") && self.equal(c, d) {
            return true;
        }
        // The cast of the current side may belong to what the author's vanished cast holds.
        self.vanished_cast(&json!({"TypeCast": current}), desired)
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
            match wants.get(at) {
                Some(Some(want)) if self.converted(c, d, want) => true,
                // Calls in SQL syntax, as `POSITION(a IN b)`, are printed without these casts.
                Some(Some(want)) if infer::type_of(d, self.names) == Type::Known(want.clone()) => {
                    false
                }
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
