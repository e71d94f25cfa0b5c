//! The example of every code is a mistake of that code.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use pgplumb::catalog::Catalog;
use pgplumb::declare;
use pgplumb::report::{Code, Example, Report};
use pgplumb::source::Source;

/// What is said of a declaration for an empty database.
fn said(text: &str) -> Report {
    let sources = vec![Source::new("example.toml", text)];
    let mut declaration = match declare::declare(sources, PathBuf::from("."), None) {
        Ok(declaration) => declaration,
        Err(report) => return report,
    };
    declare::resolve(&mut declaration, Some(&Catalog::default()));
    match declare::check(&declaration, Some(&Catalog::default())) {
        Ok(()) => declare::doubts(&declaration),
        Err(report) => report,
    }
}

#[test]
fn an_example_in_the_declaration_gets_its_code_and_no_other() {
    for code in Code::ALL {
        let Example::Declaration(text) = code.example() else { continue };
        let report = said(text);
        let found: Vec<Code> = report.diagnostics.iter().map(|it| it.code).collect();
        assert!(!found.is_empty() && found.iter().all(|it| it == code), "{code}: {report}");
    }
}
