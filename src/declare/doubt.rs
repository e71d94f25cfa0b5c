//! What a declaration says and probably does not mean: warnings, with their places.

use super::Declaration;
use crate::report::{Code, Diagnostic, Report};

/// Everything that can be used as it is and is probably a mistake, such as a policy that does not
/// apply.
#[must_use]
pub fn doubts(declaration: &Declaration) -> Report {
    let mut report = Report::default();
    for (id, object) in &declaration.catalog.objects {
        let (Some(origin), Some((message, help))) = (
            &object.origin,
            object.attrs.as_doubtful().and_then(|it| it.doubt(id, &declaration.catalog)),
        ) else {
            continue;
        };
        let diagnostic = Diagnostic::warning(Code::RowLevelSecurity, message);
        report.push(diagnostic.at(origin.clone(), "declared here").help(help));
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::declare;
    use crate::source::Source;

    fn doubted(toml: &str) -> String {
        let sources = vec![Source::new("a.toml", toml)];
        doubts(&declare(sources, ".".into(), None).unwrap()).to_string()
    }

    #[test]
    fn a_policy_without_row_level_security_is_doubted() {
        let table = "[table.t]\ncolumn = { a = \"int\" }\npolicy = { p = \"using (a = 1)\" }\n";
        let warning = doubted(table);
        assert!(
            warning
                .contains("policy p does not apply: row-level security of table public.t is off")
        );
        assert_eq!(doubted(&format!("{table}row_level_security = true\n")), "");
    }

    #[test]
    fn force_without_row_level_security_is_doubted() {
        let warning =
            doubted("[table.t]\ncolumn = { a = \"int\" }\nforce_row_level_security = true\n");
        assert!(warning.contains("force_row_level_security of table public.t has no effect"));
    }
}
