//! What a statement about privileges changes, in words: who gains or loses what.

use crate::sql::scan::{self, Token};

/// `app_user gains SELECT on TABLE public.t`, of GRANT, REVOKE and ALTER DEFAULT PRIVILEGES; `which`: what is said of the
/// objects.
pub(super) fn change(sql: &str, which: &str) -> Option<String> {
    let tokens = scan::tokens(sql).ok()?;
    let find = |from: usize, words: &[&str]| {
        let rest = tokens.get(from..)?;
        Some(from + rest.iter().position(|token| words.iter().any(|word| token.is_word(word)))?)
    };
    let verb = find(0, &["grant", "revoke"])?;
    let grants = tokens[verb].is_word("grant");
    let rest = &tokens[verb + 1..];
    let option = !grants && is_option(rest);
    let privileges = verb + if option { 4 } else { 1 };
    let on = find(privileges, &["on"])?;
    let to = find(on, &["to", "from"])?;
    let end = find(to, &["with", "granted", "cascade", "restrict"]);
    let text = |from: usize, to: Option<usize>| {
        let end = to.and_then(|at| tokens.get(at)).map_or(sql.len(), |token| token.start);
        Some(sql.get(tokens.get(from)?.start..end)?.trim().to_owned())
    };
    let what = text(privileges, Some(on))?;
    let (of, who) = (text(on + 1, Some(to))?, text(to + 1, end)?);
    let of = if which.is_empty() { of } else { format!("{of} {which}") };
    let passes =
        grants && end.is_some_and(|at| is_option(tokens.get(at + 1..).unwrap_or_default()));
    Some(match (grants, option || passes) {
        (true, false) => format!("{who} gains {what} on {of}"),
        (true, true) => format!("{who} gains {what} on {of}, and may grant it"),
        (false, false) => format!("{who} loses {what} on {of}"),
        (false, true) => format!("{who} may no longer grant {what} on {of}"),
    })
}

/// `GRANT OPTION`, also with FOR behind it.
fn is_option(tokens: &[Token]) -> bool {
    matches!(tokens, [grant, option, ..] if grant.is_word("grant") && option.is_word("option"))
}

/// `the owner of TABLE public.t becomes app_owner`.
pub(super) fn owner(sql: &str, of: &str) -> Option<String> {
    let tokens = scan::tokens(sql).ok()?;
    let at = tokens.windows(2).position(|two| two[0].is_word("owner") && two[1].is_word("to"))?;
    let who = sql.get(tokens.get(at + 2)?.start..)?.trim();
    Some(format!("the owner of {of} becomes {who}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gains_and_who_loses_is_said() {
        for (sql, said) in [
            (
                "GRANT SELECT, UPDATE (a, b) ON TABLE s.t TO app",
                "app gains SELECT, UPDATE (a, b) on TABLE s.t",
            ),
            (
                "GRANT USAGE ON SCHEMA s TO \"on\" WITH GRANT OPTION GRANTED BY boss",
                "\"on\" gains USAGE on SCHEMA s, and may grant it",
            ),
            ("GRANT USAGE ON SCHEMA s TO app GRANTED BY boss", "app gains USAGE on SCHEMA s"),
            (
                "REVOKE ALL ON FUNCTION s.f(text, integer) FROM PUBLIC",
                "PUBLIC loses ALL on FUNCTION s.f(text, integer)",
            ),
            (
                "REVOKE GRANT OPTION FOR SELECT ON TABLE s.t FROM app CASCADE",
                "app may no longer grant SELECT on TABLE s.t",
            ),
        ] {
            assert_eq!(change(sql, "").unwrap(), said, "{sql}");
        }
        let sql = "ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO app";
        assert_eq!(change(sql, "made later").unwrap(), "app gains SELECT on TABLES made later");
        let sql = "ALTER TABLE s.t OWNER TO \"Odd one\"";
        assert_eq!(owner(sql, "TABLE s.t").unwrap(), "the owner of TABLE s.t becomes \"Odd one\"");
    }
}
