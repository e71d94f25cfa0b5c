//! A plan through the user's own template (minijinja, which reads Jinja's language), over the same view as the page.
//!
//! What is escaped follows from the name of the template: `.md` gives markdown, `.html` gives HTML, `.txt` gives text. The variables,
//! all of which are plain data, are listed in `docs/template.md`. A template can do nothing but write text: it ends with an error
//! when its fuel is used up, and the caller decides which files it may include.

use std::io;

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, HtmlEscape, Output, State, UndefinedBehavior,
};

use super::html::Page;
use super::markdown::{element, fenced, prose_anywhere};
use crate::plan::Plan;
use crate::shown;

/// How many instructions a template may take: a plan of ten thousand statements takes about one in twenty of them.
const FUEL: u64 = 20_000_000;

/// How many bytes a template may write.
const LONGEST: usize = 64 << 20;

/// The name of the escaping of markdown.
const MARKDOWN: &str = "markdown";

/// What a template is told beside the plan.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The name of the environment, where there is one.
    pub environment: Option<String>,
}

/// Why a template has not been filled in.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The name does not say what is to be escaped.
    #[error(
        "the name {0} does not say what is escaped; end it in .md, .html or .txt, and .j2 behind that"
    )]
    Name(String),
    /// What minijinja says, with file and line.
    #[error("{0}")]
    Template(String),
}

/// What a template writes, by its name: `comment.md`, `comment.md.j2`.
fn form(name: &str) -> Option<AutoEscape> {
    let name =
        [".j2", ".jinja", ".jinja2"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    match name.rsplit_once('.')?.1 {
        "md" | "markdown" => Some(AutoEscape::Custom(MARKDOWN.into())),
        "html" | "htm" => Some(AutoEscape::Html),
        "txt" | "text" => Some(AutoEscape::None),
        _ => None,
    }
}

/// Fills a template in. `load` gives the text of a template by its name, `None` if there is none: first of `name` itself, then of
/// what that includes.
///
/// # Errors
/// If the name does not say what is escaped, `load` fails, the template is no template or asks for what does not exist, or it
/// takes too many steps or writes too much.
pub fn template(
    plan: &Plan,
    about: &About,
    name: &str,
    load: impl Fn(&str) -> Result<Option<String>, String> + Send + Sync + 'static,
) -> Result<String, TemplateError> {
    if form(name).is_none() {
        return Err(TemplateError::Name(name.to_owned()));
    }
    let mut environment = Environment::new();
    // What is included is escaped by its own name, or else as the template that includes it.
    let usual = form(name).unwrap_or(AutoEscape::Html);
    environment.set_auto_escape_callback(move |name| form(name).unwrap_or_else(|| usual.clone()));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(formatted);
    environment.add_filter("code", |state: &State, text: &str| span(state.auto_escape(), text));
    environment.add_filter("fenced", |state: &State, text: &str, language: Option<&str>| {
        block(state.auto_escape(), text, language.unwrap_or_default())
    });
    environment.set_loader(move |name| load(name).map_err(unread));
    let context = Value::from(Serde(Context {
        version: env!("CARGO_PKG_VERSION"),
        environment: about.environment.as_deref().map(|name| shown::line(name).into_owned()),
        page: Page::of(plan),
    }));
    let mut written = Bounded(Vec::new());
    let filled = environment
        .get_template(name)
        .and_then(|template| template.render_captured_to(context, &mut written).map(|_| ()));
    filled.map_err(|error| TemplateError::Template(said(&error)))?;
    let text = String::from_utf8_lossy(&written.0);
    Ok(shown::printed(&text, shown::Place { colour: false, runner: true }).into_owned())
}

#[derive(serde::Serialize)]
struct Context {
    version: &'static str,
    environment: Option<String>,
    #[serde(flatten)]
    page: Page,
}

/// Writes a value as it may stand in the text: nothing of it is markup there.
fn formatted(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Ok(());
    }
    match value.as_str() {
        Some(text) if !value.is_safe() => {
            let text = if is_markdown(state.auto_escape()) {
                Value::from_safe_string(prose_anywhere(text))
            } else {
                Value::from(shown::lines(text).into_owned())
            };
            minijinja::escape_formatter(out, state, &text)
        }
        // Of a list or a map the texts are quoted as in JSON, which escapes nothing of markdown.
        None if is_markdown(state.auto_escape()) && !is_plain(value) => {
            out.write_str(&prose_anywhere(&value.to_string())).map_err(Error::from)
        }
        _ if is_markdown(state.auto_escape()) => {
            out.write_str(&value.to_string()).map_err(Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// Whether a value is a number or a truth value.
fn is_plain(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Number | ValueKind::Bool)
}

fn is_markdown(form: &AutoEscape) -> bool {
    matches!(form, AutoEscape::Custom(name) if name == MARKDOWN)
}

/// The text on one line as code.
fn span(form: &AutoEscape, text: &str) -> Value {
    let text = shown::line(text);
    match form {
        AutoEscape::None => Value::from(text.into_owned()),
        AutoEscape::Html => Value::from_safe_string(format!("<code>{}</code>", HtmlEscape(&text))),
        _ => Value::from_safe_string(element(&text)),
    }
}

/// The text as a block of code that nothing in it can end.
fn block(form: &AutoEscape, text: &str, language: &str) -> Value {
    let text = shown::lines(text);
    match form {
        AutoEscape::None => Value::from(text.into_owned()),
        AutoEscape::Html => {
            Value::from_safe_string(format!("<pre><code>{}</code></pre>", HtmlEscape(&text)))
        }
        _ => {
            let language: String = language.chars().filter(char::is_ascii_alphanumeric).collect();
            // An empty line ends a block of HTML, in which a fence would be no fence.
            Value::from_safe_string(format!("\n\n{}", fenced(&language, &text)))
        }
    }
}

fn unread(why: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

/// An error with what caused it.
fn said(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    text
}

/// Takes so many bytes and no more.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other(format!("it writes more than {} MB", LONGEST >> 20)));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
