//! Secrets in a script: psql (15) takes them from the environment, and puts them into the literals
//! in which their placeholders stand.

use std::collections::BTreeSet;

use crate::plan::{Plan, PlannedStep};
use crate::sql::scan::{self, Kind};

/// The head of a script: gets every variable, and ends the script if one is not set.
pub(super) fn head(plan: &Plan) -> String {
    let names: BTreeSet<&String> = plan.steps().flat_map(|step| &step.secrets).collect();
    let get = |name: &&String| {
        format!(
            "\\getenv {name} {name}\n\\if :{{?{name}}}\n\\else\n\
             DO $$ BEGIN RAISE 'the environment variable {name} is not set'; END $$;\n\\endif\n"
        )
    };
    names.iter().map(get).collect()
}

/// The statement, with the lines before it that put its secrets into literals.
pub(super) fn statement(step: &PlannedStep) -> (String, String) {
    let (mut lines, mut sql, mut done) = (String::new(), String::new(), 0);
    let Ok(tokens) = scan::tokens(&step.sql) else { return (lines, step.sql.clone()) };
    let mut count = 0;
    for token in tokens.iter().filter(|token| token.kind == Kind::String) {
        let literal = &step.sql[token.start..token.end];
        let inner = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let Some(pieces) = inner.map(|inner| pieces(&inner.replace("''", "'"), &step.secrets))
        else {
            continue;
        };
        if pieces.len() < 2 && !pieces.first().is_some_and(|piece| piece.starts_with(':')) {
            continue;
        }
        count += 1;
        lines.push_str(&format!("\\set plumb_{count} {}\n", pieces.join(" ")));
        sql.push_str(&step.sql[done..token.start]);
        sql.push_str(&format!(":'plumb_{count}'"));
        done = token.end;
    }
    sql.push_str(&step.sql[done..]);
    (lines, sql)
}

/// The text as what `\set` puts together: its own parts quoted, the variables by name.
fn pieces(text: &str, secrets: &BTreeSet<String>) -> Vec<String> {
    let mut pieces = vec![text.to_owned()];
    let mut found = Vec::new();
    for name in secrets {
        let placeholder = format!("${{env:{name}}}");
        pieces = pieces
            .iter()
            .flat_map(|piece| piece.split_inclusive(&placeholder))
            .flat_map(|piece| match piece.strip_suffix(&placeholder) {
                Some(before) => vec![before.to_owned(), placeholder.clone()],
                None => vec![piece.to_owned()],
            })
            .filter(|piece| !piece.is_empty())
            .collect();
        found.push((placeholder, name));
    }
    let write = |piece: String| match found.iter().find(|(placeholder, _)| *placeholder == piece) {
        Some((_, name)) => format!(":{name}"),
        None => format!("'{}'", piece.replace('\\', "\\\\").replace('\'', "\\'")),
    };
    pieces.into_iter().map(write).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_placeholder_becomes_a_variable_of_psql() {
        let sql = "CREATE SUBSCRIPTION s CONNECTION 'host=a password=''${env:PW}''' PUBLICATION p";
        let mut step = sample::step(sql, &[]);
        step.secrets.insert("PW".to_owned());
        assert_eq!(
            statement(&step),
            (
                "\\set plumb_1 'host=a password=\\'' :PW '\\''\n".to_owned(),
                "CREATE SUBSCRIPTION s CONNECTION :'plumb_1' PUBLICATION p".to_owned()
            )
        );
        let mut step = sample::step("OPTIONS (a '${env:NO}', password '${env:PW}')", &[]);
        step.secrets.insert("PW".to_owned());
        assert_eq!(
            statement(&step),
            (
                "\\set plumb_1 :PW\n".to_owned(),
                "OPTIONS (a '${env:NO}', password :'plumb_1')".to_owned()
            )
        );
    }
}
