//! The plan for the reviewer of a pull request: what changes, by which statements, at what risk.
//!
//! What a reader must see is in words; colours only repeat it.

use crate::plan::{Action, Change, LooksRenamed, Plan};

use super::blocked::blocked;
use super::group::{Group, Node, fold, grouped};
use super::ink::{self, Ink, Style};
use super::verdict::verdict;
use super::{heading, label, side_by_side, statement, summary};

/// Writes a plan to be read.
#[must_use]
pub fn text(plan: &Plan, style: Style) -> String {
    let mut sections = vec![style.paint(Ink::Bold, &heading(plan)) + "\n"];
    sections.extend(verdict(plan).map(|text| style.wrapped(&text, 0).join("\n") + "\n"));
    sections.extend(blocked(plan).map(|text| style.wrapped(&text, 0).join("\n") + "\n"));
    sections.extend(changes(&plan.changes, style));
    sections.extend(statements(plan, style));
    sections.extend(rest(plan, style));
    sections.push(style.paint(Ink::Bold, &summary(plan)) + "\n");
    sections.join("\n")
}

fn changes(changes: &[Change], style: Style) -> Option<String> {
    let groups: Vec<String> =
        grouped(changes).iter().map(|group| group_text(group, style)).collect();
    let mut out = String::new();
    for (at, group) in groups.iter().enumerate() {
        // Single lines stand close together, longer groups apart.
        let apart = at > 0 && [&groups[at - 1], group].iter().any(|text| text.lines().count() > 1);
        if apart {
            out.push('\n');
        }
        out.push_str(group);
    }
    (!out.is_empty()).then_some(out)
}

fn group_text(group: &Group<'_>, style: Style) -> String {
    let mut out = String::new();
    if let Some(title) = &group.title {
        out.push_str(&format!("  {}\n", style.paint(Ink::Bold, title)));
    }
    for node in &group.nodes {
        let indent = if node.is_child() { 4 } else { 0 };
        out.push_str(&format!("{}{}\n", " ".repeat(indent), node_line(node, style)));
        out.push_str(&side_by_side::fields(&node.change.fields, style, indent + 4));
    }
    out
}

/// `~ column email  client.toml:12`.
fn node_line(node: &Node<'_>, style: Style) -> String {
    let change = node.change;
    let (mark, ink) = match change.action {
        Action::Create => ("+", Ink::Green),
        Action::Alter => ("~", Ink::Yellow),
        Action::Replace | Action::Rebuild => ("±", Ink::Magenta),
        Action::Rename => ("→", Ink::Cyan),
        Action::Drop => ("-", Ink::Red),
    };
    let mut out = style.paint(ink, &format!("{mark} {}", node.label()));
    let remarks = [label::why(node), node.with()];
    for remark in remarks.into_iter().flatten() {
        out.push_str(&format!("  {remark}"));
    }
    if let Some(at) = &change.at {
        out.push_str(&format!("  {}", style.paint(Ink::Dim, &label::place(at))));
    }
    out
}

fn statements(plan: &Plan, style: Style) -> Option<String> {
    if plan.transactions.is_empty() {
        return None;
    }
    let mut out = style.paint(Ink::Bold, "SQL, in order") + "\n";
    for (title, body) in statement::transactions(plan, style, "  ") {
        out.push_str(&format!("\n{}\n\n{body}", style.paint(Ink::Bold, &title)));
    }
    Some(out)
}

/// What is said and not done, a section each.
fn rest(plan: &Plan, style: Style) -> Vec<String> {
    let undeclared =
        plan.undeclared.iter().map(|found| format!("  {}\n", label::object(&found.object)));
    let unmodelled = plan
        .unmodelled
        .iter()
        .map(|found| format!("  {} {}\n", ink::line(&found.kind), ink::line(&found.identity)));
    let notes = plan.notes.iter().map(|note| style.wrapped(&ink::line(note), 4).join("\n    "));
    let renamed = plan.looks_renamed.iter().map(|pair| looks_renamed(pair, style));
    let unmanaged = fold(&plan.unmanaged).iter().map(|node| unproved(node, style)).collect();
    let sections: [(&str, &str, Vec<String>); 6] = [
        (
            "looks like a rename",
            "planned as two objects; a rename if you add a line",
            renamed.collect(),
        ),
        (
            "unproved",
            "undecided: not known whether these differ; nothing is done",
            fold(&plan.unproved).iter().map(|node| unproved(node, style)).collect(),
        ),
        (
            "not managed",
            "these differ and are left alone; roles = true in [manage] alters roles",
            unmanaged,
        ),
        ("undeclared", "in managed schemas, declared nowhere; left alone", undeclared.collect()),
        ("unmodelled", "plumb does not know these; left alone", unmodelled.collect()),
        ("notes", "", notes.map(|note| format!("  - {note}\n")).collect()),
    ];
    let filled = sections.iter().filter(|(_, _, lines)| !lines.is_empty());
    filled
        .map(|(title, about, lines)| {
            let about = if about.is_empty() { String::new() } else { format!(": {about}") };
            format!("{}{about}\n{}", style.paint(Ink::Bold, title), lines.concat())
        })
        .collect()
}

/// The two objects, and below them the line that makes one of them.
fn looks_renamed(pair: &LooksRenamed, style: Style) -> String {
    let (object, from) = (label::object(&pair.object), label::object(&pair.from));
    let place = pair.at.as_ref().map(label::place).unwrap_or_default();
    let line = ink::line(&pair.line);
    let common = ink::line(&pair.common);
    let add = match &pair.under {
        Some(header) => format!("under {} add", ink::line(header)),
        None => "in its place write".to_owned(),
    };
    let first = format!("  → {object} was {from}?  {common}  {}", style.paint(Ink::Dim, &place));
    format!("{}\n      {add}: {}\n", first.trim_end(), style.paint(Ink::Bold, &line))
}

fn unproved(node: &Node<'_>, style: Style) -> String {
    let place = node.change.at.as_ref().map(label::place).unwrap_or_default();
    let object = label::object(&node.change.object);
    let line = format!("  ? {object}  {}", style.paint(Ink::Dim, &place));
    let why = label::why(node).map(|why| {
        let lines = style.wrapped(&why, 6);
        lines.iter().map(|line| format!("      {line}\n")).collect::<String>()
    });
    let fields = side_by_side::fields(&node.change.fields, style, 6);
    format!("{}\n{}{fields}", line.trim_end(), why.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::plan::At;

    const PLAIN: Style = Style { colour: false, width: 100 };

    /// The lines between the first one that starts with `from` and the next that starts with `to`.
    fn part(text: &str, from: &str, to: &str) -> String {
        let lines = text.lines().skip_while(|line| !line.starts_with(from));
        let lines = lines.take_while(|line| !line.starts_with(to));
        lines.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn a_plan_without_changes_is_two_lines() {
        assert_eq!(
            text(&sample::empty(), PLAIN),
            "plan for clinic (PostgreSQL 15.18)\n\nno changes\n"
        );
    }

    #[test]
    fn changes_stand_under_the_object_that_they_belong_to() {
        assert_eq!(
            part(&text(&sample::clinic(), PLAIN), "plan for", "SQL, in order"),
            r"plan for clinic (PostgreSQL 15.18)

drops 1 table, changes 1 enum, 1 function, 1 table, makes again 1 view, creates 1 enum, 1 role, 1
table; column public.client.fax: the values of public.client.fax are lost; no large table is blocked
for long

+ enum public.visit_state  types.toml:4
+ table public.visit  with 5 columns, 2 constraints, 1 index, 1 policy  clinical/visit.toml:3

~ table public.client  clinical/client.toml:1
    comment  Clients. → Whom we care for.  (structure)
    owner    postgres → clinic_admin  (structure)
    ~ column number  clinical/client.toml:9
        type  integer → bigint  (structure)
    → column email  renamed from mail  clinical/client.toml:12
    - column fax
    + default of email  clinical/client.toml:12
    + index client_email_idx  clinical/client.toml:31
    ± policy same_tenant  replaced: it cannot change in place  clinical/client.toml:40
        using  (server)
          - (tenant_id = current_setting('app.tenant', true)::uuid)
          + (tenant_id = (select current_setting('app.tenant', true)::uuid))

± view public.owners  rebuilt because column public.client.number changes  views.toml:7

~ function public.stamp()  functions.toml:2
    body  (parse tree)
        begin
      -   new.updated_at := now();
      +   new.updated_at := clock_timestamp();
          return new;
        end

~ enum public.role  types.toml:9
    values  OWNER, MEMBER → OWNER, ADMIN, MEMBER  (structure)

- table public.client_old  not in the declaration  with 1 column
+ role app_auditor  roles.toml:8

"
        );
    }

    #[test]
    fn every_statement_stands_under_its_reason_its_locks_and_its_hazards() {
        let shown = text(&sample::clinic(), PLAIN);
        assert_eq!(
            part(&shown, "  -- 5.", "  -- 6."),
            r"  -- 5. alter column public.client.number (clinical/client.toml:9)
  --    lock ACCESS EXCLUSIVE on public.client (blocks reads and writes)
  --    lock SHARE ROW EXCLUSIVE on public.invoice (blocks writes)
  -- !! rewrite-table: every row of public.client is rewritten while reads and writes wait, and its
  --    indexes are built anew
  ALTER TABLE public.client ALTER COLUMN number TYPE bigint;

"
        );
        assert_eq!(
            part(&shown, "transaction 2", "unproved"),
            r"transaction 2 of 2, outside a block: PostgreSQL refuses this statement in one

  -- 9. create index public.client.client_email_idx (clinical/client.toml:31)
  --    lock SHARE UPDATE EXCLUSIVE on public.client (blocks neither reads nor writes)
  CREATE INDEX CONCURRENTLY client_email_idx ON public.client (lower(email));

"
        );
    }

    #[test]
    fn what_is_not_done_is_said_at_the_end() {
        assert_eq!(
            part(&text(&sample::clinic(), PLAIN), "unproved", "5 to create"),
            r"unproved: undecided: not known whether these differ; nothing is done
  ? index public.client.client_name_idx  clinical/client.toml:33
      where  (a IS TRUE) → a  (unproved)

undeclared: in managed schemas, declared nowhere; left alone
  table public.scratchpad

unmodelled: plumb does not know these; left alone
  operator public.===(text,text)

notes
  - column:public.client.born was renamed from birthday before: take `renamed_from` out of
    clinical/client.toml:14

"
        );
    }

    #[test]
    fn colours_change_nothing_but_the_colours() {
        let coloured = text(&sample::clinic(), Style { colour: true, ..PLAIN });
        let mut bare = String::new();
        for (at, piece) in coloured.split("\x1b[").enumerate() {
            let end = if at == 0 { 0 } else { piece.find('m').unwrap() + 1 };
            bare.push_str(&piece[end..]);
        }
        assert_eq!(bare, text(&sample::clinic(), PLAIN));
    }

    #[test]
    fn neither_a_name_nor_a_body_reaches_the_terminal_as_a_command() {
        let mut plan = sample::empty();
        let mut change = sample::change(Action::Create, "table:public.a\x1b[2J\nb");
        change.at = Some(At { file: "a\r.toml".to_owned(), line: 1, column: 1 });
        plan.changes = vec![change];
        let step = sample::step("SELECT '\x1b[2J\u{202e}'", &[0]);
        plan.transactions = vec![sample::transaction(vec![step])];
        let shown = text(&plan, PLAIN);
        assert!(shown.contains("+ table public.a\\u{1b}[2J\\nb  a\\r.toml:1\n"), "{shown}");
        assert!(shown.contains("SELECT '\\u{1b}[2J\\u{202e}';\n"), "{shown}");
    }
}
