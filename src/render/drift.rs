//! What moved in the database since it was declared: for the nightly job and for programs.
//!
//! Each object stands under a word: missing, extra, changed, renamed.

use serde::Serialize;

use crate::catalog::Unmodelled;
use crate::drift::{Drift, Verdict};
use crate::id::Id;
use crate::kind::Kind;
use crate::plan::{Action, At, Field, Proof};

use super::group::{Node, fold};
use super::ink::{self, Ink, Style};
use super::json::pretty;
use super::{label, side_by_side};

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// How the database stands to the declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Declared, and not there.
    Missing,
    /// There, and not declared.
    Extra,
    /// There, and otherwise than declared.
    Changed,
    /// There under another name.
    Renamed,
}

impl State {
    fn of(action: Action) -> Option<Self> {
        match action {
            Action::Create => Some(Self::Missing),
            Action::Drop => Some(Self::Extra),
            Action::Alter | Action::Replace => Some(Self::Changed),
            Action::Rename => Some(Self::Renamed),
            Action::Rebuild => None,
        }
    }

    fn word(self) -> (&'static str, Ink) {
        match self {
            Self::Missing => ("missing", Ink::Red),
            Self::Extra => ("extra", Ink::Magenta),
            Self::Changed => ("changed", Ink::Yellow),
            Self::Renamed => ("renamed", Ink::Cyan),
        }
    }
}

/// What moved, each under its word.
pub(super) fn states(drift: &Drift) -> Vec<(&'static str, Node<'_>)> {
    let moved = fold(drift.all()).into_iter();
    moved.filter_map(|node| Some((State::of(node.change.action)?.word().0, node))).collect()
}

/// `no drift`, or how many objects drifted, and of how many that is not known.
#[must_use]
pub fn drift_verdict(drift: &Drift) -> String {
    let unproved = fold(&drift.unproved).len();
    let verb = if unproved == 1 { "it differs" } else { "they differ" };
    let unproved = (unproved > 0).then(|| {
        format!("{}: cannot tell whether {verb}", crate::shown::counted(unproved, "object"))
    });
    let drifted = match fold(drift.all()).len() {
        0 => unproved.is_none().then(|| "no drift".to_owned()),
        count => Some(format!("{} drifted", crate::shown::counted(count, "object"))),
    };
    drifted.into_iter().chain(unproved).collect::<Vec<_>>().join("; ")
}

/// Writes what moved, a line an object; the last line counts the objects. Nothing where nothing moved and all is
/// proved, unless `aside` asks for the verdict and for the objects that no declaration can have moved: those that
/// are not declared or not modelled.
#[must_use]
pub fn drift_text(drift: &Drift, aside: bool, style: Style) -> String {
    let mut out = String::new();
    if !aside && drift.verdict() == Verdict::None {
        return out;
    }
    for node in fold(drift.all()) {
        if let Some(state) = State::of(node.change.action) {
            let (word, ink) = state.word();
            out.push_str(&object_line(word, ink, &node, style));
        }
    }
    for node in fold(&drift.unproved) {
        out.push_str(&object_line("unproved", Ink::Dim, &node, style));
    }
    for found in drift.undeclared.iter().filter(|_| aside) {
        let word = style.paint(Ink::Dim, "undeclared");
        out.push_str(&format!("{word} {}\n", ink::line(&found.object.to_string())));
    }
    for found in drift.unmodelled.iter().filter(|_| aside) {
        let word = style.paint(Ink::Dim, "unmodelled");
        let (kind, identity) = (ink::line(&found.kind), ink::line(&found.identity));
        out.push_str(&format!("{word} {kind} {identity}\n"));
    }
    out.push_str(&style.paint(Ink::Bold, &drift_verdict(drift)));
    out.push('\n');
    out
}

/// `changed column:public.client.age: type now integer, declared bigint (client.toml:12)`.
fn object_line(word: &str, ink: Ink, node: &Node<'_>, style: Style) -> String {
    let change = node.change;
    let mut said: Vec<String> = Vec::new();
    if let Some(from) = &change.from {
        said.push(format!("now {}", ink::line(&from.to_string())));
    }
    said.extend(change.fields.iter().map(difference));
    let with = node.with().map(|with| format!(" {with}")).unwrap_or_default();
    let said = if said.is_empty() { String::new() } else { format!(": {}", said.join("; ")) };
    let place = change.at.as_ref().map(|at| format!(" ({})", label::place(at)));
    let place = style.paint(Ink::Dim, &place.unwrap_or_default());
    let object = style.paint(Ink::Bold, &ink::line(&change.object.to_string()));
    format!("{} {object}{with}{said}{place}\n", style.paint(ink, word))
}

fn difference(field: &Field) -> String {
    let name = ink::line(&field.name);
    match (field.old.as_deref(), field.new.as_deref()) {
        (Some(now), Some(declared)) if now.contains('\n') && declared.contains('\n') => {
            let (more, fewer) = side_by_side::moved_lines(now, declared);
            let more =
                format!("has {} not in the declaration", crate::shown::counted(more, "line"));
            format!("{name} {more} and lacks {}", crate::shown::counted(fewer, "line"))
        }
        (now, declared) => format!("{name} now {}, declared {}", short(now), short(declared)),
    }
}

/// A value in a list of values.
fn short(text: Option<&str>) -> String {
    match text.map(|text| text.lines().count()).unwrap_or_default() {
        0 | 1 => {
            let value = side_by_side::value(text);
            if value.contains([' ', ',', ';']) { format!("\"{value}\"") } else { value }
        }
        lines => crate::shown::counted(lines, "line"),
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    format: u32,
    database: &'a str,
    /// `None`: not known.
    drift: Option<bool>,
    /// Why it is not known whether something moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    objects: Vec<Entry<'a>>,
    unproved: Vec<Entry<'a>>,
    undeclared: Vec<&'a Id>,
    unmodelled: &'a [Unmodelled],
}

#[derive(Serialize)]
struct Entry<'a> {
    object: &'a Id,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a Id>,
    /// What is missing or extra with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    with: Vec<&'a Id>,
    fields: Vec<Difference<'a>>,
    at: Option<&'a At>,
}

#[derive(Serialize)]
struct Difference<'a> {
    name: &'a str,
    now: Option<&'a str>,
    declared: Option<&'a str>,
    proof: Proof,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cosmetic: bool,
}

impl<'a> Entry<'a> {
    fn new(node: &Node<'a>, state: Option<State>) -> Self {
        let change = node.change;
        let fields = change.fields.iter().map(|field| Difference {
            name: &field.name,
            now: field.old.as_deref(),
            declared: field.new.as_deref(),
            proof: field.proof,
            cosmetic: field.cosmetic,
        });
        Self {
            object: &change.object,
            kind: change.object.kind,
            state,
            from: change.from.as_ref(),
            with: node.inside(),
            fields: fields.collect(),
            at: change.at.as_ref(),
        }
    }
}

/// Writes what moved as JSON; `now` is what the database has, `declared` what it should have.
#[must_use]
pub fn drift_json(drift: &Drift) -> String {
    let objects: Vec<_> = fold(drift.all())
        .iter()
        .map(|node| Entry::new(node, State::of(node.change.action)))
        .collect();
    pretty(&Answer {
        format: FORMAT,
        database: &drift.database,
        drift: Some(!objects.is_empty()),
        error: None,
        objects,
        unproved: fold(&drift.unproved).iter().map(|node| Entry::new(node, None)).collect(),
        undeclared: drift.undeclared.iter().map(|found| &found.object).collect(),
        unmodelled: &drift.unmodelled,
    })
}

/// The document of a run that could not read or compare the database.
#[must_use]
pub fn drift_error_json(database: &str, message: &str) -> String {
    pretty(&Answer {
        format: FORMAT,
        database,
        drift: None,
        error: Some(message),
        objects: Vec::new(),
        unproved: Vec::new(),
        undeclared: Vec::new(),
        unmodelled: &[],
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, change, field};
    use super::*;
    use crate::plan::Plan;

    const PLAIN: Style = Style { colour: false, width: 80 };

    fn night() -> Drift {
        let plan = sample::clinic();
        let mut changes: Vec<_> = plan.changes.into_iter().skip(11).collect();
        changes.retain(|change| change.action != Action::Rebuild);
        sample::moved(Plan { changes, ..plan })
    }

    #[test]
    fn a_quiet_night_is_silent_unless_asked() {
        let plan =
            sample::moved(Plan { undeclared: sample::clinic().undeclared, ..sample::empty() });
        assert_eq!(drift_text(&plan, false, PLAIN), "");
        let said = "undeclared table:public.scratchpad\nno drift\n";
        assert_eq!(drift_text(&plan, true, PLAIN), said);
    }

    #[test]
    fn each_object_that_moved_takes_one_line() {
        assert_eq!(
            drift_text(&night(), true, PLAIN),
            r#"missing index:public.visit.visit_client_idx (clinical/visit.toml:21)
changed table:public.client: comment now Clients., declared "Whom we care for."; owner now postgres, declared clinic_admin (clinical/client.toml:1)
changed column:public.client.number: type now integer, declared bigint (clinical/client.toml:9)
renamed column:public.client.email: now column:public.client.mail (clinical/client.toml:12)
extra column:public.client.fax
missing default:public.client.email (clinical/client.toml:12)
missing index:public.client.client_email_idx (clinical/client.toml:31)
changed policy:public.client.same_tenant: using now "(tenant_id = current_setting('app.tenant', true)::uuid)", declared "(tenant_id = (select current_setting('app.tenant', true)::uuid))" (clinical/client.toml:40)
changed function:public.stamp(): body has 1 line not in the declaration and lacks 1 line (functions.toml:2)
changed enum:public.role: values now "OWNER, MEMBER", declared "OWNER, ADMIN, MEMBER" (types.toml:9)
extra table:public.client_old with 1 column
missing role:app_auditor (roles.toml:8)
unproved index:public.client.client_name_idx: where now "(a IS TRUE)", declared a (clinical/client.toml:33)
undeclared table:public.scratchpad
unmodelled operator public.===(text,text)
12 objects drifted; 1 object: cannot tell whether it differs
"#
        );
    }

    #[test]
    fn what_is_undecided_has_not_moved() {
        let mut drift =
            Drift { unmanaged: vec![change(Action::Alter, "role:app")], ..Drift::default() };
        drift.unproved = vec![change(Action::Alter, "view:public.w")];
        assert_eq!(Drift::default().verdict(), Verdict::None);
        assert_eq!(drift.verdict(), Verdict::Drift);
        drift.unmanaged.clear();
        assert_eq!(drift.verdict(), Verdict::CannotTell);
        let said = "unproved view:public.w\n1 object: cannot tell whether it differs\n";
        assert_eq!(drift_text(&drift, false, PLAIN), said);
        assert!(drift_json(&drift).contains("\"drift\": false,\n  \"objects\": [],"));
    }

    #[test]
    fn a_program_reads_what_there_is_now_and_what_was_declared() {
        let mut plan = sample::empty();
        let mut column = change(Action::Alter, "column:public.t.a");
        column.fields = vec![field("not_null", None, Some("true"), Proof::Structure)];
        let mut renamed = change(Action::Rename, "table:public.t");
        renamed.from = "table:public.s".parse().ok();
        renamed.at = Some(At { file: "t.toml".to_owned(), line: 3, column: 8 });
        plan.changes = vec![renamed, column];
        assert_eq!(
            drift_json(&sample::moved(plan)),
            r#"{
  "format": 1,
  "database": "clinic",
  "drift": true,
  "objects": [
    {
      "object": "table:public.t",
      "kind": "table",
      "state": "renamed",
      "from": "table:public.s",
      "fields": [],
      "at": {
        "file": "t.toml",
        "line": 3,
        "column": 8
      }
    },
    {
      "object": "column:public.t.a",
      "kind": "column",
      "state": "changed",
      "fields": [
        {
          "name": "not_null",
          "now": null,
          "declared": "true",
          "proof": "structure"
        }
      ],
      "at": null
    }
  ],
  "unproved": [],
  "undeclared": [],
  "unmodelled": []
}
"#
        );
    }

    #[test]
    fn a_body_that_was_not_there_is_counted_and_not_printed() {
        let moved = field("body", None, Some("a\nb\n"), Proof::Structure);
        assert_eq!(difference(&moved), "body now (none), declared 2 lines");
    }
}
