//! The expressions of GitHub's workflows that `action.yml` uses: literals, contexts, `==`, `!=`, `!`, `&&`, `||`, parentheses, and a few
//! functions ("Evaluate expressions in workflows and actions").

use serde_json::Value;

/// Evaluates an expression over the contexts.
pub(crate) fn evaluate(text: &str, contexts: &Value) -> Value {
    let mut parser = Parser { rest: text.trim(), contexts };
    let value = parser.or();
    assert!(parser.rest.trim().is_empty(), "`{}` is left of `{text}`", parser.rest);
    value
}

/// A text with its `${{ }}` filled in.
pub(crate) fn filled(text: &str, contexts: &Value) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (inside, behind) = after.split_once("}}").expect("an end of the expression");
        out.push_str(before);
        out.push_str(&shown(&evaluate(inside, contexts)));
        rest = behind;
    }
    out + rest
}

/// A value as text: null is empty.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a value counts as true.
pub(crate) fn truth(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && *value != "" && *value != 0
}

struct Parser<'a> {
    rest: &'a str,
    contexts: &'a Value,
}

impl Parser<'_> {
    fn takes(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(token);
        // `!` is no half of `!=`.
        let found = found.filter(|rest| token != "!" || !rest.starts_with('='));
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn or(&mut self) -> Value {
        let mut value = self.and();
        while self.takes("||") {
            let other = self.and();
            value = if truth(&value) { value } else { other };
        }
        value
    }

    fn and(&mut self) -> Value {
        let mut value = self.equal();
        while self.takes("&&") {
            let other = self.equal();
            value = if truth(&value) { other } else { value };
        }
        value
    }

    fn equal(&mut self) -> Value {
        let value = self.not();
        if self.takes("==") {
            return Value::Bool(shown(&value) == shown(&self.not()));
        }
        if self.takes("!=") {
            return Value::Bool(shown(&value) != shown(&self.not()));
        }
        value
    }

    fn not(&mut self) -> Value {
        if self.takes("!") {
            return Value::Bool(!truth(&self.not()));
        }
        self.one()
    }

    fn one(&mut self) -> Value {
        if self.takes("(") {
            let value = self.or();
            assert!(self.takes(")"), "`)` before {}", self.rest);
            return value;
        }
        if self.takes("'") {
            let (text, rest) = self.rest.split_once('\'').expect("the end of a text");
            self.rest = rest;
            return Value::from(text);
        }
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        if self.takes("(") {
            let mut arguments = Vec::new();
            while !self.takes(")") {
                arguments.push(shown(&self.or()));
                self.takes(",");
            }
            return match (name, arguments.as_slice()) {
                ("cancelled", []) => Value::Bool(false),
                ("always", []) => Value::Bool(true),
                ("startsWith", [text, start]) => Value::Bool(text.starts_with(start)),
                other => panic!("unknown function {other:?}"),
            };
        }
        let (context, _) = name.split_once('.').expect("a context");
        assert!(self.contexts.get(context).is_some(), "no context {context} in {name}");
        self.contexts.pointer(&format!("/{}", name.replace('.', "/"))).cloned().unwrap_or_default()
    }
}
