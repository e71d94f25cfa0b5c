use std::collections::BTreeSet;

use clap::Args;
use pgplumb::clause::{Clause, Shape};
use pgplumb::hazard::{Hazard, nearest};
use pgplumb::kind::Kind;
use pgplumb::lint::{Rule, schema};
use pgplumb::report::{Code, Example};
use pgplumb::{declare, manage};

use super::output::{Failure, print};
use super::{Exit, exit};

/// Prints the page of a hazard, of a rule of lint, of the code of a mistake, of a kind of object, or of a key of the declaration.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::OFFLINE))]
pub(crate) struct Explain {
    /// A hazard (data-loss), a rule of lint (unbatched-rows), a code (unknown-key), a kind (table) or a key (not_null); without it all names are listed.
    name: Option<String>,
}

impl Explain {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let Some(name) = self.name else {
            print(&list());
            return Ok(Exit::Done);
        };
        let pages = pages(&name);
        if pages.is_empty() {
            return Err(Failure::text(format!(
                "`{name}` is no hazard, no rule, no code, no kind and no key; {}",
                suggestions(&name)
            )));
        }
        print(&pages.join("\n"));
        Ok(Exit::Done)
    }
}

/// Everything that has this name; a kind may be called like a key of another.
fn pages(name: &str) -> Vec<String> {
    let hazard = Hazard::named(name).map(hazard_page);
    let rule = Rule::named(name).map(|rule| {
        let remedy = wrapped(&format!("What to do: {}.", rule.remedy()), "");
        format!(
            "{}: a rule of plumb lint --sql\n\n{}\n{remedy}",
            rule.name(),
            wrapped(rule.page(), "")
        )
    });
    let over = schema::named(name).map(schema_rule_page);
    let code = Code::named(name).map(code_page);
    let so_named = |kind: &Kind| [kind.name(), kind.def().key].contains(&name);
    let mut kinds: Vec<Kind> = Kind::ALL.iter().copied().filter(so_named).collect();
    kinds.sort_by_key(|kind| kind.name() != name);
    let kinds = kinds.into_iter().map(kind_page);
    hazard
        .into_iter()
        .chain(rule)
        .chain(over)
        .chain(code)
        .chain(kinds)
        .chain(key_page(name))
        .collect()
}

/// The nearest names, the nearest first.
fn suggestions(wrong: &str) -> String {
    let mut names = names();
    let mut near = Vec::new();
    while near.len() < 3
        && let Some(name) = nearest(wrong, names.iter().copied())
    {
        near.push(format!("`{name}`"));
        names.remove(name);
    }
    match near.as_slice() {
        [] => "`plumb explain` lists the names".to_owned(),
        near => format!("did you mean {}?", near.join(", ")),
    }
}

fn names() -> BTreeSet<&'static str> {
    let hazards = Hazard::ALL.iter().map(|hazard| hazard.name());
    let kinds = Kind::ALL.iter().flat_map(|kind| [kind.name(), kind.def().key]);
    let codes = Code::ALL.iter().map(|code| code.name());
    let scripts = Rule::ALL.iter().map(|rule| rule.name());
    let rules = schema::RULES.iter().map(|rule| rule.name).chain(scripts);
    hazards.chain(rules).chain(codes).chain(kinds).chain(keys()).collect()
}

/// The keys of all kinds, those of every object, and those of `[manage]`.
fn keys() -> BTreeSet<&'static str> {
    let kinds = Kind::ALL.iter().flat_map(|kind| own_keys(*kind));
    kinds.chain(declare::COMMON.iter().copied()).chain(manage::KEYS.iter().copied()).collect()
}

/// The keys that only this kind's long form has, in the order of its grammar.
fn own_keys(kind: Kind) -> Vec<&'static str> {
    let def = kind.def();
    let mut keys = Vec::new();
    let all = def.clauses.iter().map(|clause| clause.key).chain(def.extra_keys.iter().copied());
    let all = all.chain(def.beside.iter().map(|beside| beside.key));
    for key in all.chain(declare::keys_of(kind).iter().copied()) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn list() -> String {
    let mut text = "Hazards (severity):\n".to_owned();
    for hazard in Hazard::ALL {
        text.push_str(&format!("  {hazard:<32}  {}\n", hazard.severity().name()));
    }
    let schema: Vec<&str> = schema::RULES.iter().map(|rule| rule.name).collect();
    let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let keys: Vec<&str> = keys().into_iter().collect();
    for (title, names) in [
        ("Rules over the declaration", schema),
        ("Rules of scripts", rules),
        ("Codes of mistakes", codes),
        ("Kinds", kinds),
        ("Keys", keys),
    ] {
        text.push_str(&format!("\n{title}:\n{}", wrapped(&names.join(", "), "  ")));
    }
    text
}

fn hazard_page(hazard: Hazard) -> String {
    let gate = if hazard.gates() {
        format!(
            "`plumb apply` refuses a plan with it until it is allowed: --allow {hazard}, or\n--allow '{hazard}:GLOB' for the objects whose ids the glob matches."
        )
    } else if hazard.takes_long() {
        format!(
            "On a table above `online_above` (16 MB) `plumb apply` refuses a plan with it until it is allowed:\n--allow {hazard}, or for the objects whose ids a glob matches\n--allow '{hazard}:GLOB'."
        )
    } else {
        "It is shown in the plan and refuses nothing.".to_owned()
    };
    let severity = hazard.severity().name();
    let page: Vec<String> = hazard.page().split("\n\n").map(|text| wrapped(text, "")).collect();
    format!("{hazard}: a hazard, severity {severity}\n\n{}\n{gate}\n", page.join("\n"))
}

fn schema_rule_page(rule: &schema::Rule) -> String {
    let level = rule.level.map_or("off", schema::Level::name);
    let page: Vec<String> = rule.page().split("\n\n").map(|text| wrapped(text, "")).collect();
    format!(
        "{}: a rule of plumb lint, level {level}\n\n{}\n`rules` of [lint] in plumb.toml says another level.\n",
        rule.name,
        page.join("\n")
    )
}

fn code_page(code: Code) -> String {
    let [wrong, remedy] = code.page().map(|text| wrapped(&text, ""));
    let example = match code.example() {
        Example::Declaration(text) => format!("Example, in the declaration:\n\n{}", indented(text)),
        Example::Configuration(text) => format!("Example, in plumb.toml:\n\n{}", indented(text)),
        Example::Situation(text) => wrapped(&format!("Example: {text}."), ""),
    };
    format!("{code}: a mistake\n\n{wrong}\n{example}\n{remedy}")
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
    text.lines().map(line).collect()
}

fn kind_page(kind: Kind) -> String {
    let def = kind.def();
    let mut text = format!("{}: a kind of object ({})\n\n", kind.name(), kind.noun());
    let mut line = |title: &str, said: &str| {
        let said = wrapped(said, "              ");
        text.push_str(&format!("{title:<14}{}", said.trim_start()));
    };
    let parents: Vec<&str> = def.parents.iter().map(|parent| parent.name()).collect();
    let place = match (parents.as_slice(), def.single) {
        ([], true) => format!("[{}] at the top of a file, once", def.key),
        ([], false) => format!("[{}.NAME] at the top of a file", def.key),
        (parents, true) => format!("the key `{}` in: {}", def.key, parents.join(", ")),
        (parents, false) => format!("[... .{}.NAME] in: {}", def.key, parents.join(", ")),
    };
    line("Stands", &place);
    let depth = if parents.is_empty() { "" } else { "parent." };
    let schema = if def.in_schema { "schema." } else { "" };
    let name = if def.single && !parents.is_empty() { "" } else { "name" };
    let id = format!("{}:{schema}{depth}{name}", kind.name());
    line("Id", id.trim_end_matches('.'));
    for (at, key) in own_keys(kind).into_iter().enumerate() {
        let forms: Vec<String> =
            def.clauses.iter().filter(|clause| clause.key == key).map(short_form).collect();
        let said = match forms.as_slice() {
            [] => key.to_owned(),
            forms => format!("{key}; in the short form {}", forms.join(" or ")),
        };
        line(if at == 0 { "Keys" } else { "" }, &said);
    }
    line("Every object", &declare::COMMON.join(", "));
    if !def.children.is_empty() {
        let children: Vec<&str> = def.children.iter().map(|place| place.kind.name()).collect();
        line("Holds", &children.join(", "));
    }
    if let Some(rights) = def.rights {
        let names: Vec<&str> = rights.all.iter().map(|(_, name)| *name).collect();
        line("Privileges", &names.join(", "));
    }
    if def.holds_rows {
        line("Drop", &format!("loses rows ({})", Hazard::DataLoss));
    }
    if def.cluster_wide {
        line("Belongs to", "the whole cluster, not to one database");
    }
    text
}

fn key_page(key: &str) -> Option<String> {
    let mut lines = Vec::new();
    for kind in Kind::ALL.iter().copied().filter(|kind| own_keys(*kind).contains(&key)) {
        let clauses = kind.def().clauses.iter().filter(|clause| clause.key == key);
        let forms: Vec<String> = clauses.map(short_form).collect();
        lines.push(match forms.as_slice() {
            [] => format!("of {}, in the long form", kind.name()),
            forms => format!("of {}; in the short form {}", kind.name(), forms.join(" or ")),
        });
    }
    if declare::COMMON.contains(&key) {
        lines.push("of every object".to_owned());
    }
    if manage::KEYS.contains(&key) {
        lines.push("of [manage]".to_owned());
    }
    let found = !lines.is_empty();
    found.then(|| {
        format!(
            "{key}: a key of the declaration\n\n{}",
            lines.iter().map(|line| wrapped(line, "  ")).collect::<String>()
        )
    })
}

/// How a clause is written.
fn short_form(clause: &Clause) -> String {
    let lead = clause.lead;
    match (clause.shape, lead) {
        (Shape::Flag | Shape::Off | Shape::Is(_), lead) => format!("`{lead}`"),
        (Shape::Parens, "") => "`(...)`".to_owned(),
        (Shape::Parens, lead) => format!("`{lead} (...)`"),
        (Shape::Word | Shape::Rest | Shape::Tail, "") => "the first words".to_owned(),
        (Shape::Word | Shape::Rest | Shape::Tail, lead) => format!("`{lead} ...`"),
    }
}

/// The words of a text; what stands in backquotes is one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '`';
        c == ' ' && !quoted
    })
}

/// A paragraph in lines of at most 100 characters, each behind an indent.
fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut line = indent.to_owned();
    for word in words(text) {
        if line.chars().count() + 1 + word.chars().count() > 100 && line.len() > indent.len() {
            out.push_str(line.trim_end());
            out.push('\n');
            line = indent.to_owned();
        }
        if line.len() > indent.len() {
            line.push(' ');
        }
        line.push_str(word);
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_page() {
        for name in names() {
            let pages = pages(name);
            assert!(!pages.is_empty(), "{name}");
            for page in pages {
                assert!(page.ends_with('\n') && !page.ends_with("\n\n"), "{page}");
                assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
                assert!(page.lines().all(|line| line == line.trim_end()), "{page}");
            }
        }
    }

    #[test]
    fn every_name_is_listed() {
        let list = list();
        let words: BTreeSet<&str> = list.split([' ', ',', '\n']).collect();
        let missing: Vec<&str> = Hazard::ALL.iter().map(|hazard| hazard.name()).collect();
        let codes = Code::ALL.iter().map(|code| code.name());
        for name in missing
            .into_iter()
            .chain(codes)
            .chain(Kind::ALL.iter().map(|kind| kind.name()))
            .chain(keys())
        {
            assert!(words.contains(name), "{name}");
        }
    }

    #[test]
    fn a_hazard_that_gates_says_how_it_is_allowed() {
        let page = pages("data-loss").concat();
        assert!(
            page.starts_with("data-loss: a hazard, severity block\n\nRows or values"),
            "{page}"
        );
        assert!(page.contains("\nWhy: ") && page.contains("\nWhat to do: "), "{page}");
        assert!(page.contains("--allow data-loss,"), "{page}");
        assert!(page.contains("`--allow 'data-loss:table:public.visit'`"), "{page}");
        assert!(pages("rewrite-table").concat().contains("--allow rewrite-table,"));
        assert!(pages("exclusive-lock").concat().contains("refuses nothing"));
    }

    #[test]
    fn a_code_shows_what_is_wrong_how_it_looks_and_what_to_do() {
        assert_eq!(
            pages("duplicate-key"),
            ["duplicate-key: a mistake\n\nA key is written twice in one table of TOML.\n\n\
              Example, in the declaration:\n\n  [table.visit]\n  comment = \"one\"\n  comment = \"two\"\n\n\
              What to do: keep one of the two; both places are shown.\n"]
        );
    }

    #[test]
    fn the_kind_of_that_name_comes_before_a_kind_under_that_key() {
        let pages = pages("constraint");
        assert!(pages[0].starts_with("constraint: a kind") && pages.len() > 2, "{pages:?}");
    }

    #[test]
    fn a_kind_shows_its_keys_as_they_are_written() {
        let page = pages("table").concat();
        for line in [
            "Stands        [table.NAME] at the top of a file\n",
            "Id            table:schema.name\n",
            "Keys          unlogged; in the short form `unlogged`\n",
            "              partition_by; in the short form `partition by ...`\n",
            "Drop          loses rows (data-loss)\n",
        ] {
            assert!(page.contains(line), "{line}{page}");
        }
        assert!(pages("not_null").concat().contains("of column; in the short form `not null`"));
        assert!(pages("renamed_from").concat().contains("of every object"));
        assert!(pages("undeclared").concat().contains("of [manage]"));
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        assert_eq!(suggestions("data-los"), "did you mean `data-loss`?");
        assert!(suggestions("rewrite").contains("`rewrite-table`"));
        assert!(suggestions("tabel").starts_with("did you mean `table`"));
        assert_eq!(suggestions("zzzzzzzzzzzz"), "`plumb explain` lists the names");
    }
}
