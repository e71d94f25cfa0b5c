//! Secrets: what stands in an option that nobody but the server may know (`password`).
//!
//! A file, a plan and a snapshot hold a placeholder, `${env:NAME}`, and never the value. The value
//! is in the environment variable of that name, and reaches a statement only when it is executed.

use std::collections::BTreeSet;
use std::fmt;

use crate::id::Id;
use crate::sql::quote::literal;

/// A value that is never written: only the name of the environment variable that holds it.
#[derive(Clone, Default)]
pub struct Secret {
    variable: String,
    value: Option<String>,
}

impl Secret {
    /// What was written: a placeholder and nothing else.
    ///
    /// # Errors
    /// A text that says what to write; the value is not in it.
    pub fn placeholder(text: &str, option: &str) -> Result<Self, String> {
        let name = text.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix('}'));
        match name.filter(|name| is_variable(name)) {
            Some(name) => Ok(Self { variable: name.to_owned(), value: None }),
            None => Err(format!(
                "`{option}` {REFUSED}: write '${{env:NAME}}', and put the value into the \
                 environment variable NAME"
            )),
        }
    }

    /// A value that was read from a server.
    pub fn known(value: &str) -> Self {
        Self { variable: "SECRET".to_owned(), value: Some(value.to_owned()) }
    }

    /// Calls the variable of a value that was read from a server after the object and the option.
    pub fn call(&mut self, id: &Id, option: &str) {
        if self.value.is_some() {
            let words = id.path.iter().map(String::as_str).chain([option]);
            let name: String = words.collect::<Vec<_>>().join("_").to_uppercase();
            let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
            self.variable = format!("PLUMB_{}", name.chars().map(plain).collect::<String>());
        }
    }

    /// The name of the variable.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// The value, if anybody knows it.
    pub(crate) fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Learns the value, if anybody knows it.
    pub fn reveal(&mut self, env: &dyn Fn(&str) -> Option<String>) {
        self.value = env(&self.variable);
    }

    /// What one side does not know is not compared.
    pub fn settle(&mut self, there: &Self) {
        if self.value.is_none() || there.value.is_none() {
            self.value.clone_from(&there.value);
        }
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    /// Writes the placeholder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{}}}", self.variable)
    }
}

/// The value of an option or a setting: shown, or a secret.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// It is shown.
    Plain(String),
    /// It is not.
    Secret(Secret),
}

impl Value {
    /// The constant of SQL.
    pub(crate) fn sql(&self) -> String {
        match self {
            Self::Plain(text) => literal(text),
            Self::Secret(secret) => format!("'{secret}'"),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(one), Self::Plain(other)) => one == other,
            (Self::Secret(one), Self::Secret(other)) => one == other,
            // An author may write what is shown of no server, and hide what is. What one side does
            // not know is not compared.
            (Self::Plain(text), Self::Secret(secret))
            | (Self::Secret(secret), Self::Plain(text)) => {
                secret.value().is_none_or(|value| value == text)
            }
        }
    }
}
impl Eq for Value {}

impl fmt::Display for Value {
    /// Writes the text, or the placeholder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Secret(secret) => secret.fmt(f),
        }
    }
}

/// Whether a text is a placeholder and nothing else.
pub fn is_placeholder(text: &str) -> bool {
    let name = text.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(is_variable)
}

/// Whether a password stands inside a text: in a URL, or as a parameter of a connection string.
pub fn carries_secret(text: &str) -> bool {
    let in_url = text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.contains('@') || rest.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    let names = text.split('=').filter_map(|part| {
        part.trim_end().rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()
    });
    let before_values = text.matches('=').count();
    in_url || names.take(before_values).any(is_secret)
}

const OPEN: &str = "${env:";
/// What is said of a secret that stands in a file: where this is said, no excerpt is shown.
pub const REFUSED: &str = "is a secret, which does not stand in a file";

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether an option of that name holds a secret.
pub fn is_secret(option: &str) -> bool {
    let option = option.to_lowercase();
    let word =
        ["password", "passwd", "passphrase", "passfile", "pwd", "secret", "token", "credential"];
    let key =
        ["private_key", "access_key", "api_key", "apikey", "scram_client_key", "scram_server_key"];
    word.iter().chain(&key).any(|word| option.contains(word)) && !option.ends_with("_required")
}

/// How many placeholders a text seems to hold.
pub(crate) fn opened(text: &str) -> usize {
    text.matches(OPEN).count()
}

/// The statement as it is executed: with the values of those variables in the place of their
/// placeholders, which stand in literals and nowhere else. Inside a connection string, where the
/// quotes around one are doubled, the value is quoted for that as well.
///
/// # Errors
/// The first variable that is not set.
pub fn reveal(
    sql: &str,
    variables: &BTreeSet<String>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find(OPEN) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let name = after[OPEN.len()..].split('}').next().unwrap_or_default();
        let whole = OPEN.len() + name.len() + 1;
        if !variables.contains(name) {
            out.push_str(OPEN);
            rest = &after[OPEN.len()..];
            continue;
        }
        let value = env(name).ok_or_else(|| name.to_owned())?;
        let value = if before.ends_with("''") {
            value.replace('\\', "\\\\").replace('\'', "\\'")
        } else {
            value
        };
        out.push_str(&value.replace('\'', "''"));
        rest = after.get(whole..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// The same text for every placeholder, since the variable is the author's choice.
pub fn anonymous(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        let (before, after) = rest.split_at(at + OPEN.len());
        out.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        (name == "PW").then(|| "it's \\x".to_owned())
    }

    #[test]
    fn only_a_placeholder_may_be_written() {
        assert_eq!(Secret::placeholder("${env:PW}", "password").unwrap().variable(), "PW");
        let wrong = Secret::placeholder("hunter2", "password").unwrap_err();
        assert!(!wrong.contains("hunter2"));
        assert!(Secret::placeholder("${env:a b}", "password").is_err());
    }

    #[test]
    fn a_value_is_never_shown() {
        let mut secret = Secret::known("hunter2");
        secret.call(&"server:app srv".parse().expect("an id"), "password");
        assert_eq!(
            format!("{secret:?} {secret}"),
            "${env:PLUMB_APP_SRV_PASSWORD} ${env:PLUMB_APP_SRV_PASSWORD}"
        );
    }

    #[test]
    fn what_one_side_does_not_know_is_equal() {
        let there = Secret::known("a");
        let mut wanted = Secret::placeholder("${env:PW}", "password").unwrap();
        assert_ne!(wanted, there);
        wanted.settle(&there);
        assert_eq!(wanted, there);
        wanted.reveal(&env);
        wanted.settle(&there);
        assert_ne!(wanted, there);
    }

    #[test]
    fn a_value_is_quoted_for_where_it_stands() {
        let variables = BTreeSet::from(["PW".to_owned()]);
        assert_eq!(
            reveal("OPTIONS (password '${env:PW}', x '${env:OTHER}')", &variables, &env).unwrap(),
            "OPTIONS (password 'it''s \\x', x '${env:OTHER}')"
        );
        assert_eq!(
            reveal("CONNECTION 'password=''${env:PW}'''", &variables, &env).unwrap(),
            "CONNECTION 'password=''it\\''s \\\\x'''"
        );
        assert_eq!(reveal("'${env:PW}'", &variables, &|_| None).unwrap_err(), "PW");
        assert_eq!(anonymous("a ${env:X} b"), "a ${env:} b");
    }

    #[test]
    fn a_password_inside_a_value_is_found() {
        for text in ["postgres://u:x@h/d", "http://:x@h", "a password = 'x'", "dbname=a;PWD=x"] {
            assert!(carries_secret(text), "{text}");
        }
        for text in ["db.example.com", "http://h/d", "a@b", "-c work_mem=1", "password", "a://b c"]
        {
            assert!(!carries_secret(text), "{text}");
        }
        assert!(is_placeholder("${env:PW}") && !is_placeholder("x${env:PW}"));
    }

    #[test]
    fn an_option_is_a_secret_by_its_name() {
        assert!(is_secret("sslpassword") && is_secret("passfile"));
        assert!(!is_secret("password_required") && !is_secret("user"));
    }
}
