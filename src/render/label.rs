//! Objects, changes and places in words: `column public.client.email`, `client.toml:12`.

use crate::id::Id;
use crate::plan::{Action, At, Cause, Change, Plan, PlannedStep};

use super::group::{Node, fold};
use super::ink;

/// The object by kind and qualified name: `table public.client`.
pub(super) fn object(id: &Id) -> String {
    with_word(id, &id.dotted())
}

/// The object as its parent's child: `column email`.
pub(super) fn child(id: &Id) -> String {
    with_word(id, id.name())
}

fn with_word(id: &Id, name: &str) -> String {
    let def = id.kind.def();
    let of = if def.single { " of" } else { "" };
    format!("{}{of} {}", id.kind.noun(), ink::line(name))
}

/// What is done to an object, as the head of its line.
pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Alter => "change",
        Action::Replace => "replace",
        Action::Rebuild => "rebuild",
        Action::Rename => "rename",
        Action::Drop => "drop",
    }
}

/// `client.toml:12`.
pub(super) fn place(at: &At) -> String {
    format!("{}:{}", ink::line(&at.file), at.line)
}

/// What must be said of a change beside its mark.
pub(super) fn why(node: &Node<'_>) -> Option<String> {
    let change = node.change;
    let cause = match &change.because_of {
        Some(Cause::Undecided(why)) => return Some(ink::line(why).into_owned()),
        Some(Cause::Object(cause)) => Some(object(cause)),
        None => None,
    };
    match (change.action, cause, &change.from) {
        (Action::Rebuild, Some(cause), _) => Some(format!("rebuilt because {cause} changes")),
        (Action::Rebuild, None, _) => Some("rebuilt".to_owned()),
        (Action::Replace, Some(cause), _) => Some(format!("replaced because {cause} changes")),
        (Action::Replace, None, _) => Some("replaced: it cannot change in place".to_owned()),
        (Action::Alter, Some(cause), _) => Some(format!("taken over because {cause} changes")),
        (Action::Rename, _, Some(from)) => Some(format!("renamed from {}", old_name(node, from))),
        (Action::Drop, _, _) if change.undeclared => Some("not in the declaration".to_owned()),
        _ => None,
    }
}

fn old_name(node: &Node<'_>, from: &Id) -> String {
    let name = if node.is_child() { from.name().to_owned() } else { from.dotted() };
    ink::line(&name).into_owned()
}

/// What a step is for, a line for each change: `create table public.client with 3 columns`.
pub(super) fn reasons(plan: &Plan, step: &PlannedStep) -> Vec<String> {
    if step.changes.is_empty() {
        return vec![
            "the connected role acts for another role, in this transaction only".to_owned(),
        ];
    }
    let changes = step.changes.iter().filter_map(|at| plan.changes.get(*at));
    fold(changes).iter().map(reason).collect()
}

fn reason(node: &Node<'_>) -> String {
    let change = node.change;
    let verb = match change.action {
        Action::Create => "create",
        Action::Alter => "alter",
        Action::Replace => "replace",
        Action::Rebuild => "rebuild",
        Action::Rename => "rename",
        Action::Drop => "drop",
    };
    let mut out = match &change.from {
        Some(from) => format!("{verb} {} to {}", object(from), bare_name(change)),
        None => format!("{verb} {}", object(&change.object)),
    };
    if let Some(cause) = change.because_of.as_ref().and_then(Cause::object) {
        out.push_str(&format!(", because {} changes", object(cause)));
    }
    if let Some(with) = node.with() {
        out.push_str(&format!(" {with}"));
    }
    if change.undeclared {
        out.push_str(", not in the declaration");
    }
    if let Some(at) = &change.at {
        out.push_str(&format!(" ({})", place(at)));
    }
    out
}

fn bare_name(change: &Change) -> String {
    let id = &change.object;
    if id.parents().is_empty() {
        ink::line(&id.dotted()).into_owned()
    } else {
        ink::line(id.name()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn an_object_is_named_as_its_declaration_names_it() {
        let object = |id: &str| object(&id.parse().unwrap());
        assert_eq!(object("table:public.client"), "table public.client");
        assert_eq!(object("default:public.client.born"), "default of public.client.born");
        assert_eq!(object("materialized_view:public.m"), "materialized view public.m");
        assert_eq!(object("domain_constraint:public.zip.ok"), "constraint public.zip.ok");
        assert_eq!(object("table:public.two\nlines"), "table public.two\\nlines");
    }

    #[test]
    fn numbers_agree_with_their_nouns() {
        let all = [(1, "index"), (2, "index"), (3, "policy"), (2, "column"), (2, "statistics")];
        assert_eq!(
            all.map(|(count, noun)| crate::shown::counted(count, noun)),
            ["1 index", "2 indexes", "3 policies", "2 columns", "2 statistics"]
        );
    }

    #[test]
    fn a_step_says_what_it_is_for() {
        let plan = sample::clinic();
        let said: Vec<_> = plan.steps().flat_map(|step| reasons(&plan, step)).collect();
        assert_eq!(
            said,
            [
                "create enum public.visit_state (types.toml:4)",
                "create table public.visit with 5 columns, 2 constraints, 1 policy \
                 (clinical/visit.toml:3)",
                "create index public.visit.visit_client_idx (clinical/visit.toml:21)",
                "rebuild view public.owners, because column public.client.number changes \
                 (views.toml:7)",
                "alter column public.client.number (clinical/client.toml:9)",
                "rename column public.client.mail to email (clinical/client.toml:12)",
                "drop column public.client.fax",
                "rebuild view public.owners, because column public.client.number changes \
                 (views.toml:7)",
                "create index public.client.client_email_idx (clinical/client.toml:31)",
            ]
        );
    }
}
