//! Diagnostics as text: the message, the lines it points at, what to do.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin as Place, Renderer, Snippet,
    normalize_untrusted_str,
};

use super::{Diagnostic, Report, Severity};
use crate::source::{Origin, Source};

/// How many diagnostics are shown: whoever has more has one mistake many times.
const SHOWN: usize = 500;

pub(super) fn render(report: &Report, sources: &[Source], colour: bool) -> String {
    let diagnostics = report.sorted();
    if diagnostics.is_empty() {
        return String::new();
    }
    let file = |source| File { source, report, text: OnceCell::new() };
    let files: BTreeMap<&str, File<'_>> =
        sources.iter().map(|source| (&*source.name, file(source))).collect();
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        out.push_str(&renderer.render(&[group(diagnostic, &files)]));
        out.push_str("\n\n");
    }
    let (level, count) = summary(&diagnostics);
    let mut title = format!("{count} in the declaration");
    if diagnostics.len() > SHOWN {
        title.push_str(&format!("; the first {SHOWN} are shown"));
    }
    let title = level.primary_title(title);
    out.push_str(&renderer.render(&[Group::with_title(title)]));
    out.push('\n');
    out
}

/// A text of others: nothing of it reaches the terminal but characters.
fn plain(text: &str) -> String {
    normalize_untrusted_str(&crate::shown::lines(text))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    }
}

fn summary(diagnostics: &[&Diagnostic]) -> (Level<'static>, String) {
    let of = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
    let counted =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match (of(Severity::Error), of(Severity::Warning)) {
        (0, warnings) => (Level::WARNING, counted(warnings, "warning")),
        (errors, 0) => (Level::ERROR, counted(errors, "error")),
        (errors, warnings) => {
            (Level::ERROR, counted(errors, "error") + " and " + &counted(warnings, "warning"))
        }
    }
}

/// A file, and its text without what may be a secret.
struct File<'a> {
    source: &'a Source,
    report: &'a Report,
    text: OnceCell<Cow<'a, str>>,
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &BTreeMap<&str, File<'a>>) -> Group<'a> {
    let title = level(diagnostic.severity)
        .primary_title(plain(&diagnostic.message))
        .id(diagnostic.code.name());
    let mut elements: Vec<Element<'a>> = Vec::new();
    // The file of the mistake comes first, the others in the order in which they are named.
    let mut files: Vec<&str> = Vec::new();
    for (origin, _) in &diagnostic.labels {
        if !files.contains(&&*origin.file) {
            files.push(&origin.file);
        }
    }
    for file in files {
        match sources.get(file) {
            Some(source) => elements.push(excerpt(diagnostic, file, source).into()),
            None => elements.push(Place::path(crate::shown::line(file).into_owned()).into()),
        }
    }
    if let Some(help) = &diagnostic.help {
        elements.push(Level::HELP.message(plain(help)).into());
    }
    Group::with_title(title).elements(elements)
}

/// Shows the labelled lines of one file; only those are handed over, since a file may be large.
fn excerpt<'a>(
    diagnostic: &'a Diagnostic,
    file: &'a str,
    shown: &File<'a>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = shown.source;
    let text: &str = &source.text;
    let here = || diagnostic.labels.iter().enumerate().filter(|(_, label)| &*label.0.file == file);
    let spans = || here().map(|(_, (origin, _))| on_characters(origin, text));
    let first = spans().map(|span| span.start).min().unwrap_or_default();
    let last = spans().map(|span| span.end).max().unwrap_or_default();
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    let plain_text = shown.text.get_or_init(|| shown.report.masked(source));
    let (line, _) = source.line_column(&source.origin(start..start));
    let mut snippet = Snippet::source(plain_text[start..end].to_owned()).line_start(line);
    snippet = snippet.path(crate::shown::line(file).into_owned());
    for (index, (origin, label)) in here() {
        let span = on_characters(origin, text);
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(span.start - start..span.end - start);
        let label = (!label.is_empty()).then(|| plain(label));
        snippet = snippet.annotation(annotation.label(label));
    }
    snippet
}

/// Widens a span to whole characters inside the text.
fn on_characters(origin: &Origin, text: &str) -> Range<usize> {
    let mut start = origin.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = origin.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::super::Code;
    use super::*;

    fn at(source: &Source, found: &str) -> Origin {
        let start = source.text.find(found).unwrap();
        source.origin(start..start + found.len())
    }

    fn source() -> Source {
        Source::new(
            "app/team.toml",
            "[table.team]\ncomment = 'é'\n\n[table.team.colum]\nid = \"text\"\n\n[table.team]\n",
        )
    }

    #[test]
    fn a_mistake_is_underlined_with_its_correction() {
        let source = source();
        let report = Report::from(
            Diagnostic::error(Code::UnknownKey, "table `team` has no part `colum`")
                .at(at(&source, "colum]").clone(), "unknown")
                .help("did you mean `column`?"),
        );
        let expected = "\
error[unknown-key]: table `team` has no part `colum`
 --> app/team.toml:4:13
  |
4 | [table.team.colum]
  |             ^^^^^^ unknown
  |
  = help: did you mean `column`?

error: 1 error in the declaration
";
        assert_eq!(report.render(&[source], false), expected);
    }

    #[test]
    fn two_places_in_two_files_are_both_shown() {
        let (a, b) = (source(), Source::new("b.toml", "[table.team]\n"));
        let report = Report::from_iter([
            Diagnostic::error(Code::DuplicateName, "table `team` is declared twice")
                .at(b.origin(7..11), "declared again here")
                .at(a.origin(7..11), "first declared here"),
            Diagnostic::warning(Code::RowLevelSecurity, "no primary key").at(at(&a, "'é'"), ""),
        ]);
        let expected = "\
warning[row-level-security]: no primary key
 --> app/team.toml:2:11
  |
2 | comment = 'é'
  |           ^^^

error[duplicate-name]: table `team` is declared twice
 --> b.toml:1:8
  |
1 | [table.team]
  |        ^^^^ declared again here
  |
 ::: app/team.toml:1:8
  |
1 | [table.team]
  |        ---- first declared here

error: 1 error and 1 warning in the declaration
";
        assert_eq!(report.render(&[a, b], false), expected);
    }

    #[test]
    fn two_places_far_apart_in_one_file_leave_out_what_is_between() {
        let source = Source::new("a.toml", format!("x = 1\n{}x = 2\n", "# between\n".repeat(30)));
        let last = source.text.rfind('x').unwrap();
        let report = Report::from(
            Diagnostic::error(Code::DuplicateKey, "key `x` is written twice")
                .at(source.origin(last..last + 1), "again")
                .at(source.origin(0..1), "first"),
        );
        let text = report.render(&[source], false);
        assert!(text.contains("a.toml:32:1"), "{text}");
        assert!(text.contains(" 1 | x = 1") && text.contains("32 | x = 2"), "{text}");
        assert!(text.lines().count() < 15, "{text}");
    }

    #[test]
    fn the_order_of_finding_does_not_show() {
        let source = source();
        let mut found: Vec<_> = (0..10)
            .map(|at| {
                Diagnostic::error(Code::BadValue, format!("m{at}"))
                    .at(source.origin(at..at + 1), "")
            })
            .collect();
        let forward = Report::from_iter(found.clone()).render(std::slice::from_ref(&source), false);
        found.reverse();
        assert_eq!(Report::from_iter(found).render(&[source], false), forward);
        assert!(forward.ends_with("error: 10 errors in the declaration\n"));
    }

    #[test]
    fn places_that_are_not_there_do_not_break_the_report() {
        let source = source();
        let inside = source.text.find('é').unwrap() + 1;
        let report = Report::from_iter([
            Diagnostic::error(Code::BadValue, "past the end")
                .at(source.origin(9_999..10_000), "here"),
            Diagnostic::error(Code::BadValue, "inside a letter")
                .at(source.origin(inside..inside), ""),
            Diagnostic::error(Code::BadValue, "unknown file")
                .at(Source::new("z.toml", "").origin(0..1), ""),
            Diagnostic::error(Code::BadValue, "nowhere"),
        ]);
        let text = report.render(&[source], false);
        for part in
            ["past the end", "inside a letter", "--> z.toml", "error[bad-value]: nowhere\n\n"]
        {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn colour_is_only_there_when_asked_for() {
        let source = source();
        let report = Report::from(
            Diagnostic::error(Code::BadValue, "m\u{1b}[31m").at(source.origin(0..1), ""),
        );
        assert!(!report.render(std::slice::from_ref(&source), false).contains('\u{1b}'));
        assert!(report.render(&[source], true).contains('\u{1b}'));
        assert_eq!(Report::default().render(&[], true), "");
    }

    #[test]
    fn of_many_mistakes_the_first_are_shown_and_all_are_counted() {
        let text = "x = 1\n".repeat(20_000);
        let source = Source::new("a.toml", text);
        let wrong = |line: usize| {
            Diagnostic::error(Code::BadValue, "wrong")
                .at(source.origin(line * 6..line * 6 + 1), "here")
        };
        let report: Report = (0..20_000).map(wrong).collect();
        let text = report.render(std::slice::from_ref(&source), false);
        assert_eq!(text.matches("error[bad-value]").count(), 500);
        let summary = "20000 errors in the declaration; the first 500 are shown";
        assert!(text.trim_end().ends_with(summary), "{}", &text[text.len() - 100..]);
    }
}
