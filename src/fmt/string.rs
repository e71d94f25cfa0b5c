//! Strings and keys in the simplest form that TOML has for them.
//!
//! SQL is full of both kinds of quotes, and an escape is one more thing to read past: it is the
//! last resort.

/// Writes a string as the value of a line of its own; a text of several lines stays one.
#[must_use]
pub fn string(value: &str) -> String {
    if is_text(value) { multi_line(value, "\n") } else { one_line_string(value) }
}

/// Writes a string on one line, whatever is in it.
#[must_use]
pub fn one_line_string(value: &str) -> String {
    if value.contains(|letter: char| letter.is_control() || invisible(letter)) {
        return escaped(value);
    }
    let quoted = |quote: &str| [quote, value, quote].concat();
    if !value.contains(['"', '\\']) {
        quoted("\"")
    } else if !value.contains('\'') {
        quoted("'")
    } else if !value.contains("'''") && !value.starts_with('\'') && !value.ends_with('\'') {
        quoted("'''")
    } else {
        escaped(value)
    }
}

/// Writes a key, bare where TOML allows it.
#[must_use]
pub fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(bare) {
        return name.to_string();
    }
    let written = one_line_string(name);
    // A key cannot stand in the quotes of a text.
    if written.starts_with("'''") { escaped(name) } else { written }
}

/// Says whether a value has several lines, and something on them.
pub(super) fn is_text(value: &str) -> bool {
    value.contains('\n') && !value.trim().is_empty()
}

/// Says whether the value holds what a reader could not see, or not tell from a space.
pub(super) fn hides_something(value: &str) -> bool {
    value.contains(|letter: char| letter == '\t' && !value.contains('\n') || invisible(letter))
}

/// Writes a text of several lines, whose file ends its lines as `newline` does.
pub(super) fn multi_line(value: &str, newline: &str) -> String {
    let plain = value.replace(newline, "");
    let speaks_for_itself = |letter: char| letter == '\t' || !letter.is_control();
    if plain.chars().all(|letter| speaks_for_itself(letter) && !invisible(letter))
        && !value.contains("'''")
        && !value.ends_with('\'')
    {
        return ["'''", newline, value, "'''"].concat();
    }
    let mut out = ["\"\"\"", newline].concat();
    let mut rest = value;
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(newline) {
            out.push_str(newline);
            rest = after;
            continue;
        }
        rest = &rest[letter.len_utf8()..];
        match letter {
            '\t' => out.push('\t'),
            '"' if !out.ends_with("\"\"") && !rest.is_empty() => out.push('"'),
            letter => escape(letter, &mut out),
        }
    }
    out + "\"\"\""
}

fn escaped(value: &str) -> String {
    let mut out = String::from("\"");
    value.chars().for_each(|letter| escape(letter, &mut out));
    out + "\""
}

fn escape(letter: char, out: &mut String) {
    match letter {
        '\\' => out.push_str("\\\\"),
        '"' => out.push_str("\\\""),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        letter if !letter.is_control() && !invisible(letter) => out.push(letter),
        letter => {
            let code = u32::from(letter);
            let hex =
                if code < 0x1_0000 { format!("\\u{code:04X}") } else { format!("\\U{code:08X}") };
            out.push_str(&hex);
        }
    }
}

/// Says whether a letter has no shape, or turns the direction of those around it. The joiners
/// inside words (U+200C, U+200D) are spelling.
fn invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{A0}' | '\u{AD}' | '\u{61C}' | '\u{200B}' | '\u{200E}'..='\u{200F}'
            | '\u{2028}'..='\u{202F}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simplest_form_is_chosen() {
        for (value, written) in [
            ("", r#""""#),
            ("text not null", r#""text not null""#),
            ("'MEMBER'", r#""'MEMBER'""#),
            (r#"upper("fullName")"#, r#"'upper("fullName")'"#),
            (r"\d+", r"'\d+'"),
            (r#"("a" = 'x') "#, r#"'''("a" = 'x') '''"#),
            (r"x ~ '^\d+$'", r#""x ~ '^\\d+$'""#),
            (r#"'a' "b" c"#, r#""'a' \"b\" c""#),
            ("a\u{1}b", r#""a\u0001b""#),
            ("a\u{200B}b\u{E0001}", r#""a\u200Bb\U000E0001""#),
            ("\n", r#""\n""#),
            ("a\tb", r#""a\tb""#),
            ("select 1\n", "'''\nselect 1\n'''"),
            ("\nselect '1", "'''\n\nselect '1'''"),
            ("a\n'b'", "\"\"\"\na\n'b'\"\"\""),
            ("a\r\nb\\\"\"\"\"c\"", "\"\"\"\na\\r\nb\\\\\"\"\\\"\"c\\\"\"\"\""),
        ] {
            assert_eq!(string(value), written);
        }
    }

    #[test]
    fn keys_are_bare_where_they_can_be() {
        for (name, written) in [
            ("fullName", "fullName"),
            ("a-b_1", "a-b_1"),
            ("", r#""""#),
            ("a.b", r#""a.b""#),
            (r#""odd.name""#, r#"'"odd.name"'"#),
            ("f(text, integer)", r#""f(text, integer)""#),
            (r#"a'"b"#, r#""a'\"b""#),
            ("é", r#""é""#),
        ] {
            assert_eq!(key(name), written);
        }
    }

    #[test]
    fn whatever_is_written_is_read_back() {
        let pieces = [
            "a", "'", "''", "\"", "\"\"", "\\", "\n", "\r\n", "\r", "\t", " ", "é", "\u{7f}",
            "\u{0}", "\u{feff}", "🐘", "#", "]", "\u{85}",
        ];
        let mut state = 3_u64;
        for _ in 0..5000 {
            let mut value = String::new();
            for _ in 0..8 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
                let at = usize::try_from(state >> 33).unwrap() % (pieces.len() + 4);
                value.push_str(pieces.get(at).unwrap_or(&""));
            }
            let forms = [string(&value), one_line_string(&value), multi_line(&value, "\r\n")];
            for written in forms {
                let table: toml::Table = format!("x = {written}").parse().unwrap();
                assert_eq!(table["x"].as_str(), Some(&*value), "{written}");
            }
            let table: toml::Table = format!("{} = 1", key(&value)).parse().unwrap();
            assert!(table.contains_key(&value));
        }
    }
}
