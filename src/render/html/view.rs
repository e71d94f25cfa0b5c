//! What the page says, as plain data for the template. Every text has passed `shown`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use similar::{DiffTag, TextDiff};

use super::super::blocked::blocked;
use super::super::group::{Node, grouped};
use super::super::verdict::verdict;
use super::super::{evidence, heading, ink, label, side_by_side, statement, summary};
use super::timeline::{Held, timeline};
use crate::hazard::Severity;
use crate::plan::{Change, Field, Plan, PlannedStep};

/// How many equal lines stand around a difference.
const CONTEXT: usize = 3;

#[derive(Serialize)]
pub(in crate::render) struct Page {
    title: String,
    verdict: String,
    summary: String,
    blocked: Option<String>,
    /// How many hazards there are, and all of them by their names.
    hazards: usize,
    sorts: Vec<Sort>,
    groups: Vec<Group>,
    transactions: Vec<Transaction>,
    proof: Option<String>,
    asides: Vec<Aside>,
    /// What can be chosen from.
    kinds: BTreeSet<String>,
    changes: usize,
    statements: usize,
}

/// The hazards of one name.
#[derive(Serialize)]
struct Sort {
    name: &'static str,
    severity: &'static str,
    count: usize,
    open: bool,
    hazards: Vec<Hazard>,
}

#[derive(Serialize)]
struct Hazard {
    name: &'static str,
    severity: &'static str,
    #[serde(skip)]
    weight: Severity,
    object: String,
    message: String,
    statement: usize,
}

#[derive(Serialize)]
struct Group {
    title: Option<String>,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    is_child: bool,
    verb: &'static str,
    label: String,
    with: Option<String>,
    why: Option<String>,
    place: Option<String>,
    kind: String,
    /// For the filters: names of hazards, numbers of transactions and statements.
    hazards: Vec<&'static str>,
    transactions: Vec<usize>,
    statements: Vec<usize>,
    fields: Vec<FieldView>,
}

#[derive(Serialize)]
struct FieldView {
    name: String,
    proof: &'static str,
    old: String,
    new: String,
    /// Line beside line, where the values are long.
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    /// `same`, `changed`, or `gap`.
    sort: &'static str,
    old: Option<String>,
    new: Option<String>,
}

#[derive(Serialize)]
struct Transaction {
    number: usize,
    title: String,
    needs: Option<String>,
    steps: Vec<Step>,
    /// How many there are, in words.
    count: String,
    held: Vec<Held>,
    more_held: usize,
    open: bool,
}

#[derive(Serialize)]
struct Step {
    number: usize,
    reasons: Vec<String>,
    path: Option<String>,
    locks: Vec<String>,
    /// What it changes beside the objects of the plan's changes.
    touches: Vec<String>,
    hazards: Vec<Hazard>,
    seen: Vec<String>,
    sql: String,
    kind: String,
}

#[derive(Serialize)]
struct Aside {
    title: &'static str,
    about: &'static str,
    items: Vec<String>,
}

/// With more statements than this the SQL is folded at first.
const FOLDED: usize = 60;

impl Page {
    pub(in crate::render) fn of(plan: &Plan) -> Self {
        let steps: Vec<&PlannedStep> = plan.steps().collect();
        let all: Vec<Hazard> =
            steps.iter().enumerate().flat_map(|(at, step)| hazards(plan, step, at + 1)).collect();
        let groups: Vec<Group> = grouped(&plan.changes)
            .iter()
            .map(|group| Group {
                title: group.title.clone(),
                items: group.nodes.iter().map(|node| item(plan, node)).collect(),
            })
            .collect();
        let items = || groups.iter().flat_map(|group| &group.items);
        Self {
            title: heading(plan),
            verdict: verdict(plan).map_or_else(String::new, |text| ink::line(&text).into_owned()),
            summary: summary(plan),
            blocked: blocked(plan).map(|text| ink::line(&text).into_owned()),
            kinds: items().map(|item| item.kind.clone()).collect(),
            changes: items().count(),
            hazards: all.len(),
            sorts: sorts(all),
            groups,
            transactions: transactions(plan),
            proof: plan.evidence.as_ref().map(|seen| evidence::verdict(plan, seen)),
            asides: asides(plan),
            statements: steps.len(),
        }
    }
}

/// Hazards by name, the gravest first; of many the list is folded, and its title says how many.
fn sorts(all: Vec<Hazard>) -> Vec<Sort> {
    let mut named: BTreeMap<(std::cmp::Reverse<Severity>, &str), Vec<Hazard>> = BTreeMap::new();
    for hazard in all {
        let severity = std::cmp::Reverse(hazard.weight);
        named.entry((severity, hazard.name)).or_default().push(hazard);
    }
    let sort = |((severity, _), hazards): ((std::cmp::Reverse<Severity>, &str), Vec<Hazard>)| {
        let name = hazards.first().map_or("", |hazard| hazard.name);
        let count = hazards.len();
        Sort { name, severity: severity.0.name(), count, open: count <= UNFOLDED, hazards }
    };
    named.into_iter().map(sort).collect()
}

/// A list of so many hazards is unfolded at first.
const UNFOLDED: usize = 12;

fn hazards(plan: &Plan, step: &PlannedStep, number: usize) -> Vec<Hazard> {
    let object = plan.object_of(step).map_or_else(String::new, label::object);
    let one = |hazard: &crate::step::StepHazard| Hazard {
        name: hazard.name.name(),
        severity: hazard.name.severity().name(),
        weight: hazard.name.severity(),
        object: object.clone(),
        message: ink::line(&hazard.message).into_owned(),
        statement: number,
    };
    step.hazards.iter().map(one).collect()
}

fn item(plan: &Plan, node: &Node<'_>) -> Item {
    let change = node.change;
    let verb = label::verb(change.action);
    let place = plan.changes.iter().position(|other| std::ptr::eq(other, change));
    let (mut hazards, mut transactions, mut statements) =
        (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let mut number = 0;
    for (at, transaction) in plan.transactions.iter().enumerate() {
        for step in &transaction.steps {
            number += 1;
            if place.is_some_and(|place| step.changes.contains(&place)) {
                transactions.insert(at + 1);
                statements.push(number);
                // Of a statement for several objects the hazard is the first one's.
                if step.changes.first() == place.as_ref() {
                    hazards.extend(step.hazards.iter().map(|hazard| hazard.name.name()));
                }
            }
        }
    }
    Item {
        is_child: node.is_child(),
        verb,
        label: node.label(),
        with: node.with(),
        why: label::why(node),
        place: change.at.as_ref().map(label::place),
        kind: change.object.kind.noun(),
        hazards: hazards.into_iter().collect(),
        transactions: transactions.into_iter().collect(),
        statements,
        fields: change.fields.iter().map(field).collect(),
    }
}

fn field(field: &Field) -> FieldView {
    let (old, new) = (field.old.as_deref(), field.new.as_deref());
    let rows = if side_by_side::short(field) {
        Vec::new()
    } else {
        rows(old.unwrap_or_default(), new.unwrap_or_default())
    };
    let short = |text| if rows.is_empty() { side_by_side::value(text) } else { String::new() };
    FieldView {
        name: ink::line(&field.name).into_owned(),
        proof: side_by_side::proof(field.proof),
        old: short(old),
        new: short(new),
        rows,
    }
}

/// The lines of two texts beside each other, those around differences only.
fn rows(old: &str, new: &str) -> Vec<Row> {
    let diff = TextDiff::from_lines(old, new);
    let line = |text: &str| {
        let text = text.trim_end_matches('\n');
        let bare = text.trim_end_matches(' ');
        // Blanks at the end may be all that differs.
        format!("{}{}", ink::lines(bare), "·".repeat(text.len() - bare.len()))
    };
    let (before, after): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut rows = Vec::new();
    for (at, ops) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        let start = ops.first().map_or(0, |op| op.old_range().start);
        if at > 0 || start > 0 {
            let place = Some(format!("line {}", start + 1));
            rows.push(Row { sort: "gap", old: place, new: None });
        }
        for op in ops {
            let (mut left, mut right) = (op.old_range(), op.new_range());
            let sort = if op.tag() == DiffTag::Equal { "same" } else { "changed" };
            loop {
                let (one, other) = (left.next(), right.next());
                if one.is_none() && other.is_none() {
                    break;
                }
                let text = |lines: &[&str], at: Option<usize>| {
                    at.and_then(|at| lines.get(at).copied()).map(line)
                };
                rows.push(Row { sort, old: text(&before, one), new: text(&after, other) });
            }
        }
    }
    rows
}

fn transactions(plan: &Plan) -> Vec<Transaction> {
    let mut number = 0;
    let (mut path, folded) = (None, plan.steps().count() > FOLDED);
    let all = plan.transactions.len();
    let mut found = Vec::new();
    for (at, transaction) in plan.transactions.iter().enumerate() {
        let (held, more_held) = timeline(transaction, number + 1);
        let mut steps = Vec::new();
        for step in &transaction.steps {
            number += 1;
            let new_path = step.search_path.as_ref().filter(|new| path != Some(*new));
            path = step.search_path.as_ref().or(path);
            let names = |path: &Vec<String>| {
                path.iter().map(|name| ink::line(name)).collect::<Vec<_>>().join(", ")
            };
            let seen = plan.evidence.as_ref().and_then(|seen| seen.steps.get(number - 1));
            steps.push(Step {
                number,
                reasons: label::reasons(plan, step),
                path: new_path.map(names),
                locks: statement::locks(&step.locks),
                touches: step.touches.iter().map(|other| ink::line(other).into_owned()).collect(),
                hazards: hazards(plan, step, number),
                seen: seen.map_or_else(Vec::new, statement::said),
                sql: format!("{};", ink::lines(step.sql.trim_end())),
                kind: plan.object_of(step).map_or_else(String::new, |id| id.kind.noun()),
            });
        }
        let needs = transaction.needs.as_ref().filter(|needs| !needs.is_empty()).map(|needs| {
            let all: Vec<String> = needs.iter().map(|at| (at + 1).to_string()).collect();
            all.join(", ")
        });
        let has_hazards = steps.iter().any(|step| !step.hazards.is_empty());
        found.push(Transaction {
            number: at + 1,
            title: statement::title(transaction, at + 1, all),
            needs,
            count: crate::shown::counted(steps.len(), "statement"),
            held,
            more_held,
            open: !folded || has_hazards && steps.len() <= FOLDED,
            steps,
        });
    }
    found
}

fn asides(plan: &Plan) -> Vec<Aside> {
    let changes = |all: &[Change]| -> Vec<String> {
        let said = |change: &Change| {
            let fields: Vec<_> = change.fields.iter().map(|field| ink::line(&field.name)).collect();
            let why = change.because_of.as_ref().and_then(|cause| match cause {
                crate::plan::Cause::Undecided(why) => Some(format!(": {}", ink::line(why))),
                crate::plan::Cause::Object(_) => None,
            });
            let object = label::object(&change.object);
            format!("{object} ({}){}", fields.join(", "), why.unwrap_or_default())
        };
        all.iter().map(said).collect()
    };
    let renamed = plan.looks_renamed.iter().map(|pair| {
        let under = pair.under.as_ref().map_or("in its place write".to_owned(), |header| {
            format!("under {} add", ink::line(header))
        });
        format!(
            "{} was {}? {}; {under}: {}",
            label::object(&pair.object),
            label::object(&pair.from),
            ink::line(&pair.common),
            ink::line(&pair.line)
        )
    });
    let undeclared = plan.undeclared.iter().map(|it| label::object(&it.object));
    let unmodelled = plan
        .unmodelled
        .iter()
        .map(|it| format!("{} {}", ink::line(&it.kind), ink::line(&it.identity)));
    let notes = plan.notes.iter().map(|note| ink::line(note).into_owned());
    let questions = plan.questions.iter().map(|question| {
        format!("{}: {};", ink::line(&question.about), ink::line(&question.count()))
    });
    let all = [
        (
            "Questions",
            "Rows that would make a statement fail; apply asks first, and so does plumb verify.",
            questions.collect(),
        ),
        (
            "Looks like a rename",
            "Planned as two objects; a rename if you add a line.",
            renamed.collect(),
        ),
        (
            "Unproved",
            "Undecided: not known whether these differ; nothing is done.",
            changes(&plan.unproved),
        ),
        (
            "Not managed",
            "These differ and are left alone; roles = true in [manage] alters roles.",
            changes(&plan.unmanaged),
        ),
        ("Undeclared", "In managed schemas, declared nowhere; left alone.", undeclared.collect()),
        ("Unmodelled", "plumb does not know these; left alone.", unmodelled.collect()),
        ("Notes", "", notes.collect::<Vec<String>>()),
    ];
    let aside = |(title, about, items)| Aside { title, about, items };
    all.into_iter().map(aside).filter(|aside| !aside.items.is_empty()).collect()
}
