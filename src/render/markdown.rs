//! The plan as a comment on a pull request: GitHub's markdown, which GitLab reads too.
//!
//! Whatever a user named or wrote stands in a code span or a fenced block, where it is neither
//! markup nor HTML, and mentions nobody.

mod counted;
mod escape;

use crate::catalog::Unmodelled;
use crate::drift::{Drift, Verdict};
use crate::plan::{
    Action, Change, Evidence, LooksRenamed, Plan, PlannedStep, Question, TableEvidence, Undeclared,
};
use crate::shown;

use super::blocked::blocked;
use super::drift::{drift_verdict, states};
use super::group::{Group, Node, fold, grouped};
use super::ink::{self, Style};
use super::verdict::verdict;
use super::{evidence, heading, label, side_by_side, statement, summary};
pub(super) use escape::{code, element, prose_anywhere};
pub use escape::{fenced, prose};

/// Markdown is broken by whoever shows it; comments in SQL are broken here.
const PLAIN: Style = Style { colour: false, width: 100 };

/// The longest comment that plumb writes, in characters. GitHub refuses one of more than 65,536.
pub const LONGEST: usize = 60_000;

/// Writes a plan as markdown: the summary first, then hazards, changes and statements. Of a plan
/// that is too long for a comment, the SQL of creations is left out first, then other SQL, then
/// creations and other changes; hazards and drops never.
#[must_use]
pub fn markdown(plan: &Plan) -> String {
    markdown_within(plan, LONGEST)
}

/// As [`markdown`], in at most so many characters. Where even hazards and drops do not fit, each hazard is counted, and the first
/// objects of each are named; `longest` is at least 30,000, below which that may not fit either.
#[must_use]
pub fn markdown_within(plan: &Plan, longest: usize) -> String {
    let lengths =
        [Detail::Whole, Detail::NoCreateSql, Detail::NoSql, Detail::NoCreations, Detail::Least];
    let fitting = |detail: &Detail| {
        let mut text = written(plan, *detail);
        let length = text.chars().count();
        if *detail == Detail::NoCreations {
            text.push_str(&creations(plan, longest.saturating_sub(length)));
        }
        (length <= longest).then_some(text)
    };
    lengths.iter().find_map(fitting).unwrap_or_else(|| counted::counted(plan))
}

/// How much of a plan is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// All of it.
    Whole,
    /// No SQL of statements that only create objects.
    NoCreateSql,
    /// No SQL of statements without hazards.
    NoSql,
    /// Nor objects that are created.
    NoCreations,
    /// Only hazards and drops.
    Least,
}

impl Detail {
    /// Whether the SQL of a statement is written. What drops something or has a hazard is.
    fn shows_sql(self, plan: &Plan, step: &PlannedStep) -> bool {
        let is = |action| {
            let mut all = step.changes.iter().filter_map(|at| plan.changes.get(*at));
            all.any(|change: &Change| change.action == action)
        };
        let creates = is(Action::Create) && !is(Action::Drop);
        match self {
            Self::Whole => true,
            Self::NoCreateSql => !step.hazards.is_empty() || !creates,
            _ => !step.hazards.is_empty() || is(Action::Drop),
        }
    }

    /// Whether a change is listed.
    fn lists(self, action: Action) -> bool {
        match self {
            Self::NoCreations => action != Action::Create,
            Self::Least => action == Action::Drop,
            _ => true,
        }
    }

    /// What is said of what is left out.
    fn note(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::NoCreateSql => "the SQL of statements that only create objects is",
            Self::NoSql => "the SQL of statements without hazards and drops is",
            Self::NoCreations => {
                "objects that are created come last, as far as they fit, and the SQL of statements without hazards and drops is"
            }
            Self::Least => "all but hazards and drops is",
        }
    }
}

fn written(plan: &Plan, detail: Detail) -> String {
    let mut sections = vec![
        format!("### {}\n", prose(&heading(plan))),
        match verdict(plan) {
            Some(verdict) => format!("**{}**\n\n{}\n", prose(&verdict), prose(&summary(plan))),
            None => format!("**{}**\n", prose(&summary(plan))),
        },
    ];
    sections.extend(blocked(plan).map(|text| format!("{}\n", prose(&text))));
    let mut section = |title: &str, about: &str, body: String| {
        if !body.is_empty() {
            let about = if about.is_empty() { String::new() } else { format!("{about}\n\n") };
            sections.push(format!("#### {title}\n\n{about}{body}"));
        }
    };
    section("Hazards", "", hazards(plan));
    let listed: Vec<Change> =
        plan.changes.iter().filter(|change| detail.lists(change.action)).cloned().collect();
    section("Changes", "", grouped(&listed).iter().map(group).collect());
    section("SQL, in order", "", statements(plan, detail));
    if detail < Detail::NoSql {
        let about = "Rows that would make a statement fail; `plumb verify` asks the database, and `apply` does before it begins.";
        section("Questions", about, questions(plan));
    }
    section("Proof", "", plan.evidence.as_ref().map_or_else(String::new, |it| proof(plan, it)));
    for (title, about, items) in Rest::of(plan).sections() {
        if detail < Detail::NoCreations {
            section(title, about, items);
        }
    }
    if detail != Detail::Whole {
        let note = detail.note();
        let note = format!(
            "This plan is too long for a comment: {note} left out here; `plumb plan` shows all.\n"
        );
        sections.insert(2, note);
    }
    printed(&sections.join("\n"))
}

/// The objects that are created, as many as fit into so many characters.
fn creations(plan: &Plan, longest: usize) -> String {
    let created = plan.changes.iter().filter(|change| change.action == Action::Create);
    let created: Vec<Change> = created.cloned().collect();
    let items: Vec<String> = grouped(&created).iter().map(group).collect();
    let items = counted::fitting(&items, longest, "the saved plan");
    if items.is_empty() { items } else { printed(&format!("\n#### Creations\n\n{items}")) }
}

/// Writes what moved in the database, an item an object; with `aside` as for [`super::drift_text`].
#[must_use]
pub fn drift_markdown(drift: &Drift, aside: bool) -> String {
    drift_markdown_within(drift, aside, usize::MAX)
}

/// As [`drift_markdown`], with as many objects as fit into so many characters, and the number of the others.
#[must_use]
pub fn drift_markdown_within(drift: &Drift, aside: bool, longest: usize) -> String {
    if !aside && drift.verdict() == Verdict::None {
        return String::new();
    }
    let moved = states(drift);
    let title = match drift.database.as_str() {
        "" => "drift".to_owned(),
        name => format!("drift of {}", ink::line(name)),
    };
    let mut sections =
        vec![format!("### {}\n", prose(&title)), format!("**{}**\n", drift_verdict(drift))];
    let items = moved.iter().map(|(word, node)| {
        let from = node.change.from.as_ref();
        let from = from.map(|from| format!(", now {}", code(&label::object(from))));
        item(word, &full(node), node, &from.unwrap_or_default())
    });
    let items = counted::fitting(&items.collect::<Vec<_>>(), longest, "`plumb drift`");
    if !items.is_empty() {
        sections.push(items);
    }
    let rest = Rest {
        unproved: &drift.unproved,
        undeclared: if aside { &drift.undeclared } else { &[] },
        unmodelled: if aside { &drift.unmodelled } else { &[] },
        ..Rest::default()
    };
    for (title, about, items) in rest.sections() {
        let section = format!("#### {title}\n\n{about}\n\n{items}");
        let length: usize =
            sections.iter().chain([&section]).map(|it| it.chars().count() + 1).sum();
        if length <= longest {
            sections.push(section);
        }
    }
    printed(&sections.join("\n"))
}

/// The text without what deceives. A file of markdown is often printed by a later step of a CI job,
/// so that no line of it may be a command, wherever plumb runs.
pub(super) fn printed(text: &str) -> String {
    shown::printed(text, shown::Place { colour: false, runner: true }).into_owned()
}

fn hazards(plan: &Plan) -> String {
    let mut out = String::new();
    for (at, step) in plan.steps().enumerate() {
        let object = plan.object_of(step);
        let object = object.map_or_else(String::new, |id| code(&label::object(id)));
        for hazard in &step.hazards {
            let (name, message) = (prose(hazard.name.name()), prose(&hazard.message));
            out.push_str(&format!("- **{name}** {object}: {message} (statement {})\n", at + 1));
        }
    }
    out
}

/// An object, and under it what lives in it.
fn group(group: &Group<'_>) -> String {
    let mut out = match &group.title {
        Some(title) => format!("- {}\n", code(title)),
        None => String::new(),
    };
    for node in &group.nodes {
        let change = node.change;
        let verb = label::verb(change.action);
        // What was done to it is said by the verb.
        let done = ["renamed", "replaced", "rebuilt"];
        let why =
            label::why(node).map(|why| match done.iter().find_map(|word| why.strip_prefix(word)) {
                Some(rest) => prose(rest),
                None => format!(", {}", prose(&why)),
            });
        let item = item(verb, &node.label(), node, &why.unwrap_or_default());
        out.push_str(&if node.is_child() { nested(&item) } else { item });
    }
    out
}

/// One object with what differs in it: `- **change** ``column email`` (``client.toml:12``)`.
fn item(word: &str, name: &str, node: &Node<'_>, why: &str) -> String {
    let mut out = format!("- **{word}** {}", code(name));
    if let Some(with) = node.with() {
        out.push_str(&format!(" {with}"));
    }
    out.push_str(why);
    if let Some(at) = &node.change.at {
        out.push_str(&format!(" ({})", code(&label::place(at))));
    }
    out.push('\n');
    for field in &node.change.fields {
        let (old, new) = (field.old.as_deref(), field.new.as_deref());
        let (name, proof) = (prose(&field.name), side_by_side::proof(field.proof));
        if side_by_side::short(field) {
            let [old, new] = [old, new].map(|text| code(&side_by_side::value(text)));
            out.push_str(&format!("  - {name}: {old} → {new} ({proof})\n"));
        } else {
            let [old, new] = [old, new].map(Option::unwrap_or_default);
            let diff = fenced("diff", &side_by_side::diff(old, new, PLAIN, 0));
            out.push_str(&format!("  - {name} ({proof})\n{}", nested(&nested(&diff))));
        }
    }
    out
}

/// The object by its full name, where its parent does not stand above it.
fn full(node: &Node<'_>) -> String {
    label::object(&node.change.object)
}

fn nested(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
    text.lines().map(line).collect()
}

fn statements(plan: &Plan, detail: Detail) -> String {
    let all = statement::chosen(plan, PLAIN, "", &|step| detail.shows_sql(plan, step));
    let all = all.into_iter().filter(|(_, sql)| !sql.is_empty()).collect::<Vec<_>>();
    let each = all.iter().map(|(title, sql)| format!("{title}\n\n{}", fenced("sql", sql)));
    each.collect::<Vec<_>>().join("\n")
}

/// The questions that the plan asks of the rows, as queries to be pasted.
fn questions(plan: &Plan) -> String {
    let one =
        |question: &Question| format!("-- {}\n{};\n", ink::line(&question.about), question.count());
    let all: String = plan.questions.iter().map(one).collect();
    if all.is_empty() { all } else { fenced("sql", &all) }
}

/// What was seen on a copy; what each statement did stands above it.
fn proof(plan: &Plan, seen: &Evidence) -> String {
    let (verdict, major) = (evidence::verdict(plan, seen), seen.server_version / 10_000);
    let mut out = format!("**{verdict}**, on a copy (PostgreSQL {major})\n\n");
    if let Some(failed) = &seen.failed {
        out.push_str(&format!("- failed: {}\n", prose(&ink::line(failed))));
    }
    for object in &seen.differing {
        out.push_str(&format!("- not as declared: {}\n", code(&label::object(object))));
    }
    for TableEvidence { table, before, after, changed } in &seen.tables {
        let after = after.map_or_else(|| "gone".to_owned(), |rows| rows.to_string());
        out.push_str(&format!(
            "- rows of {}: {before} → {after}",
            code(&ink::line(&table.to_string()))
        ));
        if !changed.is_empty() {
            let columns = changed.iter().map(|name| code(&ink::line(name)));
            out.push_str(&format!("; other values in {}", columns.collect::<Vec<_>>().join(", ")));
        }
        out.push('\n');
    }
    for note in &seen.notes {
        out.push_str(&format!("- note: {}\n", prose(&ink::line(note))));
    }
    out
}

const NOTES: &str = "Notes";
const UNMANAGED: &str = "Not managed";
const UNDECLARED: &str = "Undeclared";
const UNMODELLED: &str = "Unmodelled";
const RENAMES: &str = "Looks like a rename";

/// What is said and not done.
#[derive(Default)]
struct Rest<'a> {
    looks_renamed: &'a [LooksRenamed],
    unproved: &'a [Change],
    unmanaged: &'a [Change],
    undeclared: &'a [Undeclared],
    unmodelled: &'a [Unmodelled],
    notes: &'a [String],
}

impl<'a> Rest<'a> {
    fn of(plan: &'a Plan) -> Self {
        let Plan { looks_renamed, unproved, unmanaged, undeclared, unmodelled, notes, .. } = plan;
        Self { looks_renamed, unproved, unmanaged, undeclared, unmodelled, notes }
    }

    /// Title, meaning and items.
    fn sections(&self) -> Vec<(&'static str, &'static str, String)> {
        let unproved = fold(self.unproved);
        let unproved = unproved.iter().map(|node| item("unproved", &full(node), node, ""));
        let undeclared =
            self.undeclared.iter().map(|it| format!("- {}\n", code(&label::object(&it.object))));
        let unmodelled = self.unmodelled.iter().map(|found| {
            format!(
                "- {}\n",
                code(&format!("{} {}", ink::line(&found.kind), ink::line(&found.identity)))
            )
        });
        let notes = self.notes.iter().map(|note| format!("- {}\n", prose(&ink::line(note))));
        let renamed = self.looks_renamed.iter().map(|pair| {
            let (object, from) = (label::object(&pair.object), label::object(&pair.from));
            let place = pair
                .at
                .as_ref()
                .map_or_else(String::new, |at| format!(" ({})", code(&label::place(at))));
            let add = match &pair.under {
                Some(header) => format!("under {} add", code(header)),
                None => "in its place write".to_owned(),
            };
            let block = nested(&fenced("toml", &ink::line(&pair.line)));
            let (object, from, common) = (code(&object), code(&from), prose(&pair.common));
            format!("- {object} was {from}? {common}{place}; {add}\n{block}")
        });
        let sections = vec![
            (
                RENAMES,
                "Planned as two objects; a rename if you add a line.",
                renamed.collect::<String>(),
            ),
            (
                "Unproved",
                "Undecided: not known whether these differ; nothing is done.",
                unproved.collect::<String>(),
            ),
            (
                UNMANAGED,
                "These differ and are left alone; `roles = true` in `[manage]` alters roles.",
                fold(self.unmanaged)
                    .iter()
                    .map(|node| item("differs", &full(node), node, ""))
                    .collect(),
            ),
            (UNDECLARED, "In managed schemas, declared nowhere; left alone.", undeclared.collect()),
            (UNMODELLED, "plumb does not know these; left alone.", unmodelled.collect()),
            (NOTES, "", notes.collect()),
        ];
        sections.into_iter().filter(|(.., items)| !items.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::hazard::Hazard;
    use crate::plan::{Lock, LockMode, Proof, StepEvidence};

    #[test]
    fn a_plan_without_changes_is_a_heading_and_a_summary() {
        let expected = "### plan for clinic (PostgreSQL 15.18)\n\n**no changes**\n";
        assert_eq!(markdown(&sample::empty()), expected);
    }

    #[test]
    fn summary_hazards_changes_and_statements_stand_in_this_order() {
        let shown = markdown(&sample::clinic());
        let places =
            ["**drops 1 table", "#### Hazards", "#### Changes", "#### SQL", "#### Unproved"];
        let places = places.map(|part| shown.find(part).expect(part));
        assert!(places.is_sorted(), "{shown}");
        let table = r"- **change** `table public.client` (`clinical/client.toml:1`)
  - comment: `Clients.` → `Whom we care for.` (structure)
  - owner: `postgres` → `clinic_admin` (structure)
  - **change** `column number` (`clinical/client.toml:9`)
    - type: `integer` → `bigint` (structure)
  - **rename** `column email` from mail (`clinical/client.toml:12`)
  - **drop** `column fax`
  - **create** `default of email` (`clinical/client.toml:12`)
  - **create** `index client_email_idx` (`clinical/client.toml:31`)
  - **replace** `policy same_tenant`: it cannot change in place (`clinical/client.toml:40`)
    - using (server)
      ```diff
      - (tenant_id = current_setting('app.tenant', true)::uuid)
      + (tenant_id = (select current_setting('app.tenant', true)::uuid))
      ```
- **rebuild** `view public.owners` because column public.client.number changes (`views.toml:7`)
";
        assert!(shown.contains(table), "{shown}");
    }

    /// A plan that creates as many tables, drops one and rewrites one.
    fn long(tables: usize) -> String {
        let mut plan = sample::empty();
        plan.changes = vec![
            sample::change(Action::Drop, "table:public.gone"),
            sample::change(Action::Alter, "column:public.kept.a"),
        ];
        let mut drop = sample::step("DROP TABLE public.gone", &[0]);
        drop.hazards = vec![crate::step::StepHazard {
            name: Hazard::DataLoss,
            message: "its rows are lost".to_owned(),
        }];
        let mut steps =
            vec![drop, sample::step("ALTER TABLE public.kept ALTER a SET NOT NULL", &[1])];
        for at in 0..tables {
            plan.changes.push(sample::change(Action::Create, &format!("table:public.new_{at}")));
            steps.push(sample::step(
                &format!("CREATE TABLE public.new_{at} (a integer)"),
                &[at + 2],
            ));
        }
        plan.transactions = vec![sample::transaction(steps)];
        markdown(&plan)
    }

    #[test]
    fn a_long_plan_fits_into_a_comment_and_keeps_hazards_and_drops() {
        assert!(!long(10).contains("too long for a comment"));
        for tables in [700, 2_000, 20_000] {
            let shown = long(tables);
            assert!(shown.chars().count() <= LONGEST, "{tables}: {}", shown.len());
            for kept in [
                "**data-loss**",
                "**drop** `table public.gone`",
                "DROP TABLE public.gone;",
                "too long for a comment",
            ] {
                assert!(shown.contains(kept), "{tables}: no {kept}");
            }
            assert!(!shown.contains("CREATE TABLE"));
            assert!(shown.contains("## Changes"));
        }
        assert!(long(700).contains("ALTER TABLE public.kept"));
    }

    #[test]
    fn nothing_a_user_wrote_becomes_markup() {
        let mut plan = sample::empty();
        plan.database = "<b>*x*".to_owned();
        let mut change = sample::change(Action::Alter, "view:public.`</pre>|@all");
        let (old, new) = ("select '```\n</details>'\n", "select '````\n<script>'\n");
        change.fields = vec![
            sample::field("comment", Some("[x](y)"), Some("a`b"), Proof::Structure),
            sample::field("query", Some(old), Some(new), Proof::Server),
        ];
        plan.changes = vec![change];
        let mut step = sample::step("SELECT '```\n# x'", &[0]);
        step.hazards = vec![crate::step::StepHazard {
            name: Hazard::RewriteTable,
            message: "public.<i> is rewritten".to_owned(),
        }];
        plan.transactions = vec![sample::transaction(vec![step])];
        assert_eq!(
            markdown(&plan),
            r"### plan for `<b>*x*` (PostgreSQL 15.18)

**changes 1 view; nothing is lost; no table is locked**

1 to change; 1 statement in 1 transaction; hazards: rewrite-table 1

#### Hazards

- **rewrite-table** ``view public.`</pre>|@all``: `public.<i>` is rewritten (statement 1)

#### Changes

- **change** ``view public.`</pre>|@all``
  - comment: `[x](y)` → ``a`b`` (structure)
  - query (server)
    `````diff
    - select '```
    - </details>'
    + select '````
    + <script>'
    `````

#### SQL, in order

transaction 1 of 1

````sql
-- 1. alter view public.`</pre>|@all
-- !! rewrite-table: public.<i> is rewritten
SELECT '```
# x';
````
"
        );
    }

    #[test]
    fn what_was_seen_on_a_copy_stands_above_each_statement_and_in_a_section() {
        let mut plan = sample::empty();
        plan.changes = vec![sample::change(Action::Drop, "column:public.t.a")];
        let step = sample::step("ALTER TABLE public.t DROP COLUMN a", &[0]);
        plan.transactions = vec![sample::transaction(vec![step])];
        let lock = |relation: &str| Lock {
            relation: relation.parse().unwrap(),
            mode: LockMode::AccessExclusive,
        };
        plan.evidence = Some(Evidence {
            server_version: 150_018,
            rows: 3,
            steps: vec![StepEvidence {
                locks: vec![lock("public.t")],
                rewritten: vec!["public.t".parse().unwrap()],
                skipped: None,
            }],
            tables: vec![TableEvidence {
                table: "public.t".parse().unwrap(),
                before: 3,
                after: Some(3),
                changed: vec!["b".to_owned()],
            }],
            ..Evidence::default()
        });
        assert_eq!(
            markdown(&plan),
            r"### plan for clinic (PostgreSQL 15.18)

**changes 1 table; nothing is lost; no table is locked**

1 to drop; 1 statement in 1 transaction

#### Changes

- `table public.t`
  - **drop** `column a`

#### SQL, in order

transaction 1 of 1

```sql
-- 1. drop column public.t.a
--    seen on a copy: lock ACCESS EXCLUSIVE on public.t
--    seen on a copy: rewrote public.t
ALTER TABLE public.t DROP COLUMN a;
```

#### Proof

**not proved: 1 of 1 statement ran, nothing differs**, on a copy (PostgreSQL 15)

- rows of `public.t`: 3 → 3; other values in `b`
"
        );
    }

    /// What is only rebuilt has not moved.
    fn night() -> Drift {
        let mut plan = sample::clinic();
        plan.changes.retain(|change| change.action != Action::Rebuild);
        sample::moved(plan)
    }

    #[test]
    fn drift_says_what_there_is_now_and_what_was_declared() {
        assert_eq!(
            drift_markdown(&sample::moved(sample::empty()), true),
            "### drift of clinic\n\n**no drift**\n"
        );
        let shown = drift_markdown(&night(), true);
        let moved = r"
**13 objects drifted; 1 object: cannot tell whether it differs**

- **missing** `enum public.visit_state` (`types.toml:4`)
";
        assert!(shown.contains(moved), "{shown}");
        let column = r"
- **changed** `column public.client.number` (`clinical/client.toml:9`)
  - type: `integer` → `bigint` (structure)
- **renamed** `column public.client.email`, now `column public.client.mail` (`clinical/client.toml:12`)
";
        assert!(shown.contains(column), "{shown}");
    }
}
