//! From the clauses of the short form to the parts of the long one.

use serde_json::Value as Json;

use super::{setting, signature};
use crate::id::Id;
use crate::kind::{Inner, Part};
use crate::leaf::{Item, Name, literal_text, split_commas};
use crate::source::Origin;
use crate::sql::quote::ident;

/// Makes parts of the long form out of those that only the short form has: `as`, `return`,
/// `begin atomic`, and `set` that comes several times.
pub(in crate::kind) fn expand(
    id: &Id,
    parts: &mut Vec<Part>,
) -> Result<Vec<Inner>, (String, Origin)> {
    let mut set: Option<Part> = None;
    let mut kept: Vec<Part> = Vec::new();
    for mut part in std::mem::take(parts) {
        let at = part.origin.clone();
        let text = part.text().map(str::to_owned);
        match (part.key.as_str(), text) {
            ("as", Some(text)) => kept.append(&mut source(id, &text, &at)?),
            ("return", Some(text)) => kept.push(sql_body(format!("return {text}"), at)),
            ("begin_atomic", Some(text)) => kept.push(sql_body(format!("begin atomic {text}"), at)),
            ("set", Some(text)) => {
                let (name, value) = setting::clause(&text).map_err(|message| (message, at))?;
                part.value = Json::Object(serde_json::Map::new());
                let origin = part.origin.clone();
                if let Json::Object(all) = &mut set.get_or_insert(part).value
                    && all.insert(name.clone(), Json::String(value)).is_some()
                {
                    return Err((format!("`{name}` is set twice"), origin));
                }
            }
            ("language", Some(text)) => {
                let name =
                    literal_text(&text).or_else(|| Name::read(&text).ok().map(|name| name.0));
                let name = name.ok_or_else(|| (format!("`{text}` is no language"), at))?;
                part.value = Json::String(ident(&name));
                kept.push(part);
            }
            _ => kept.push(part),
        }
    }
    kept.extend(set);
    let said = |key: &str| kept.iter().find(|part| part.key == key);
    if let (Some(body), None) = (said("sql_body"), said("language")) {
        let value = Json::String("sql".to_owned());
        let language = Part { key: "language".to_owned(), value, origin: body.origin.clone() };
        kept.push(language);
    }
    if let Some(part) = kept.iter().find(|part| part.key == "arguments") {
        let read = part.text().map(signature::arguments);
        match read {
            Some(Ok(read)) if signature::agree(&read, id) => {}
            Some(Ok(read)) => {
                let inputs = signature::inputs(&read);
                let message = format!(
                    "the key says `({})` and the arguments `({inputs})`",
                    signature::types(id)
                );
                return Err((message, part.origin.clone()));
            }
            Some(Err(message)) => return Err((message, part.origin.clone())),
            None => return Err(("the arguments are a text".to_owned(), part.origin.clone())),
        }
    }
    *parts = kept;
    Ok(Vec::new())
}

fn sql_body(text: String, origin: Origin) -> Part {
    Part { key: "sql_body".to_owned(), value: Json::String(text), origin }
}

/// What stands after AS: a body, or a library and a name in it.
fn source(id: &Id, text: &str, at: &Origin) -> Result<Vec<Part>, (String, Origin)> {
    let literals: Option<Vec<String>> = split_commas(text).into_iter().map(literal_text).collect();
    let part = |key: &str, value: String| Part {
        key: key.to_owned(),
        value: Json::String(value),
        origin: at.clone(),
    };
    match literals.as_deref() {
        Some([body]) => Ok(vec![part("body", body.clone())]),
        Some([file, symbol]) => {
            Ok(vec![part("object_file", file.clone()), part("link_symbol", symbol.clone())])
        }
        _ => {
            let name = signature::name(id);
            Err((
                format!("the body of `{name}` is not one text in quotes, such as $$ ... $$"),
                at.clone(),
            ))
        }
    }
}
