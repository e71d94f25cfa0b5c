//! Covers what may be a secret in the lines of a declaration that an error shows.

use std::borrow::Cow;
use std::ops::Range;

use crate::secret::is_secret;
use crate::suggest::suggest;

/// What ends a text of several lines.
const LONG: [&str; 3] = ["\"\"\"", "'''", "$$"];

/// A message without the words of these lines that are covered in the same lines as [`masked`].
pub(super) fn without_words(message: &str, lines_of: &str, covered: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut start = None;
    for (at, c) in lines_of.char_indices().chain([(lines_of.len(), '\n')]) {
        let hidden = at < covered.len() && covered.as_bytes()[at] == b'*' && c != '*';
        match (start, hidden) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push(&lines_of[from..at]);
                start = None;
            }
            _ => {}
        }
    }
    // The longest first, so that no part of one is left.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let long = words.into_iter().filter(|word| word.len() > 2);
    long.fold(message.to_owned(), |message, word| message.replace(word, "***"))
}

/// The text with asterisks for what stands at these places, and for everything behind a word such as `password`, up to
/// the end of the line or of the text of several lines that begins there. Each byte stays where it was.
pub(super) fn masked(text: &str, places: impl Iterator<Item = Range<usize>>) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let on_characters = |range: &Range<usize>| text.get(range.clone()).is_some();
    let mut hidden: Vec<Range<usize>> = places.filter(on_characters).collect();
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
        if let Some(word) = secret_word(&lower[at..end]) {
            let from = at + word;
            let to = end_of_value(text, from, end);
            hidden.push(from..to);
            at = text[to..].find('\n').map_or(text.len(), |found| to + found);
        } else {
            at = end;
        }
        at += 1;
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    hidden.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(text.len());
    let mut shown = 0;
    for Range { start, end } in hidden {
        let (start, end) = (start.max(shown), end.max(shown));
        out.push_str(&text[shown..start]);
        for c in text[start..end].chars() {
            let plain = c.is_whitespace() || "={}[](),:\"'".contains(c);
            if plain { out.push(c) } else { (0..c.len_utf8()).for_each(|_| out.push('*')) }
        }
        shown = end;
    }
    out.push_str(&text[shown..]);
    Cow::Owned(out)
}

/// Where the first word of a line ends that names a secret.
fn secret_word(line: &str) -> Option<usize> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut start = None;
    for (at, c) in line.char_indices().chain([(line.len(), '\n')]) {
        match (start, in_word(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                if may_name_a_secret(&line[from..at].replace('-', "_")) {
                    return Some(at);
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

/// Whether a word names a secret or what may hold one, or nearly so: the file may be one that cannot be read, so that
/// only its words say what is what.
fn may_name_a_secret(word: &str) -> bool {
    let names = ["password", "passwd", "passphrase"];
    is_secret(word)
        || ["option", "options", "connection"].contains(&word)
        || word.len() > 5 && suggest(word, names).is_some()
}

/// The end of what begins in this part of a line.
fn end_of_value(text: &str, from: usize, end: usize) -> usize {
    let rest = &text[from..end];
    let open = LONG.iter().find(|mark| rest.matches(**mark).count() % 2 == 1);
    match open {
        Some(mark) => text[end..].find(mark).map_or(text.len(), |found| end + found),
        None => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::declare;
    use crate::source::Source;

    #[test]
    fn each_byte_stays_where_it_was() {
        let text = "[role]\na = \"login password 'sécret'\"\nb = 1\n";
        let expected = "[role]\na = \"login password '*******'\"\nb = 1\n";
        assert_eq!(masked(text, [].into_iter()), expected);
        let long = "token = '''\nab\ncd'''\nname = 1\n";
        assert_eq!(masked(long, [].into_iter()), "token = '''\n**\n**'''\nname = 1\n");
        assert!(matches!(masked("name = 1\n", [].into_iter()), Cow::Borrowed(_)));
    }

    const MARKER: &str = "hunter2hunter2";

    /// Places where a secret may be written: `@` is the option with its value in SQL, `#` the
    /// same in TOML.
    const PLACES: &[&str] = &[
        "[role]\na = \"login @\"\n",
        "[role]\na = \"@\"\n",
        "[role]\na = { sql = \"login @\" }\n",
        "[role.a]\n#\n",
        "[role.a.set]\n#\n",
        "[role.a]\nlogin = true\n#\n#\n",
        "#\n",
        "[#]\n",
        "[database]\n#\n",
        "[server]\ns = \"foreign data wrapper w options (@)\"\n",
        "[server]\ns = \"foreign data wrapper w option (@)\"\n",
        "[server]\ns = \"foreign data wrapper w @\"\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\n#\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\noptions = { # }\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\nuser_mapping = { r = \"options (@)\" }\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\nuser_mapping = { r = \"option (@)\" }\n",
        "[server.s.user_mapping]\nr = { options = { # } }\n",
        "[server.s.user_mapping]\nr = { options = \"(@\" }\n",
        "[server.s.user_mapping.r]\n#\n",
        "[server.s.user_mapping.r]\noptions = { # }\nuser = 5\n",
        "[foreign_table.t]\nserver = \"s\"\noptions = { # }\ncolumn = { a = \"int options (@)\" }\n",
        "[foreign_data_wrapper]\nw = \"options (@)\"\n",
        "[subscription]\ns = \"connection 'host=x @' publication p\"\n",
        "[subscription.s]\nconnection = \"host=x @\"\npublication = [\"p\"]\n",
        "[subscription.s]\nconnection = \"host=x @\n",
        "[table.t]\ncolumn = { a = \"int @\" }\n",
        "[manage]\n#\n",
        "[mixin.m]\n#\n[table.t]\nuse = [\"m\"]\ncolumn = { a = \"int\" }\n",
    ];

    #[test]
    fn no_error_shows_a_secret_wherever_it_stands() {
        let options = [
            "password",
            "PASSWORD",
            "passwd",
            "ssl_passphrase",
            "secret",
            "api_key",
            "auth_token",
            "db-password",
            "pasword",
            "passwrod",
        ];
        let in_sql =
            ["$ '!'", "$ !", "$='!'", "$=!", "$ '!", "$ ''!''", "$ $$!$$", "encrypted $ '!'"];
        let in_toml = [
            "$ = \"!\"",
            "$ = '!'",
            "$ = !",
            "$ = \"!",
            "$ = ['!']",
            "$ = '''\n!'''",
            "$ = { x = '!' }",
            "'$' = \"!\"",
            "$ !",
        ];
        for place in PLACES {
            for option in options {
                for (hole, forms) in [('@', &in_sql[..]), ('#', &in_toml[..])] {
                    for form in forms.iter().filter(|_| place.contains(hole)) {
                        let secret = form.replace('$', "\u{1}").replace("\u{1}\u{1}", "$$");
                        let secret = secret.replace('\u{1}', option).replace('!', MARKER);
                        let rest = if hole == '@' { '#' } else { '@' };
                        let toml = place.replace(hole, &secret).replace(rest, "x = 1");
                        let source = Source::new("a.toml", toml.clone());
                        let Err(report) = declare(vec![source.clone()], ".".into(), None) else {
                            continue;
                        };
                        let shown = report.render(&[source], false);
                        assert!(!shown.contains(MARKER), "{toml}\n{shown}");
                        assert!(!report.to_string().contains(MARKER), "{toml}\n{report}");
                    }
                }
            }
        }
    }

    /// Places where a secret may stand whatever its name is.
    const BY_PLACE: &[&str] = &[
        "[role]\nr = { login = true, pw = \"!\" }\n",
        "[role]\nr = { login = 5, pw = [\"!\"] }\n",
        "[role.r]\npw = { a = { b = '''\n!''' } }\n",
        "[role]\nr = \"login pw '!'\"\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\noptions = { dsn = { x = \"!\" } }\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\n[server.s.options.dsn]\nx = \"!\"\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\n[server.s.option]\ndsn = \"!\"\n",
        "[server]\ns = \"foreign data wrapper w options (dsn '!'\"\n",
        "[server]\ns = \"foreign data wrapper w options (dsn '!')) \"\n",
        "[server]\ns = '''\nforeign data wrapper w\noptions (\n  dsn \"!\"\n'''\n",
        "[server.s]\nforeign_data_wrapper = \"w\"\nuser_mapping = { r = { optoins = { dsn = \"!\" } } }\n",
        "[subscription.s]\nconnection = [\"host=x !\"]\n",
        "[subscription]\ns = \"conection 'host=x pw=!' publication p\"\n",
        "[foreign_data_wrapper]\nw = { options = { dsn = { x = \"!\" } } }\n",
        "[foreign_table.t]\nserver = \"s\"\noptions = { dsn = [\"!\"] }\n",
        "[foreign_table.t]\nserver = \"s\"\ncolumn = { a = \"int options (dsn '!'\" }\n",
        "[foreign_table.t.column]\na = { type = \"int\", foreign_options = { dsn = ['!'] } }\n",
    ];

    #[test]
    fn no_error_shows_what_may_be_a_secret_by_its_place() {
        for place in BY_PLACE {
            let toml = place.replace('!', MARKER);
            let source = Source::new("a.toml", toml.clone());
            let report = declare(vec![source.clone()], ".".into(), None).unwrap_err();
            let shown = report.render(&[source], false);
            assert!(!shown.contains(MARKER), "{toml}\n{shown}");
            assert!(!report.to_string().contains(MARKER), "{toml}\n{report}");
        }
    }
}
