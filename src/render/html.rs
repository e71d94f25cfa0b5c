//! The plan as one page of HTML for a reviewer: no network, no other file. Every text of a user stands in the page through
//! the escaping of the template, and no script runs but the page's own: its policy names a nonce, which is a digest over
//! all that the page says, so that nothing the page says can hold it.

mod timeline;
mod view;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment};
use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::shown;
pub(super) use view::Page;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Writes a plan as HTML.
#[must_use]
pub fn html(plan: &Plan) -> String {
    let page = Page::of(plan);
    let said = serde_json::to_string(&page).unwrap_or_default();
    let digest = Sha256::digest(said.as_bytes());
    let nonce = crate::shown::hex(&digest);
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    let context = Value::from(Serde(Rendered { page, nonce, style: STYLE, script: SCRIPT }));
    // The template is ours, and the test of this module fills all of it in.
    let text = match templates.render_str(TEMPLATE, context) {
        Ok(text) => text + "\n",
        Err(error) => format!("<!doctype html>\n<title>plumb</title>\n<p>{error}</p>\n"),
    };
    shown::printed(&text, shown::Place { colour: false, runner: true }).into_owned()
}

#[derive(serde::Serialize)]
struct Rendered {
    page: Page,
    nonce: String,
    style: &'static str,
    script: &'static str,
}

#[cfg(test)]
mod tests;
