//! What may be shown: everything that is printed passes here.
//!
//! A name, a comment, a message of the server or a file name may hold control characters that move
//! a cursor, and characters that are invisible or turn the direction of reading. They are written
//! as escapes. A line that a CI runner would take for a command (`::add-mask::x`, `##[group]`,
//! `##vso[...]`) is broken visibly by a backslash. Where the text is JSON both are escapes inside
//! its strings, so that the values are the same.

use std::borrow::Cow;

/// Where a text is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// Whether the text has colours, as escape sequences that stay.
    pub colour: bool,
    /// Whether a CI runner reads the lines and takes some of them for commands.
    pub runner: bool,
}

/// Whether a character is invisible, moves a cursor, ends a line, or changes the order of its
/// neighbours: control characters, line and paragraph separators, and what Unicode calls
/// `Default_Ignorable_Code_Point`, the bidirectional controls among them.
#[must_use]
pub fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with everything escaped that [`deceives`]; line ends and tabs stay.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, false)
}

/// As [`lines`], with line ends and tabs escaped too: what comes out is one line.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, true)
}

/// A text as it is printed: escapes for what deceives, and no command for a CI runner.
#[must_use]
pub fn printed(text: &str, place: Place) -> Cow<'_, str> {
    let text = if place.colour { coloured(text) } else { lines(text) };
    if !place.runner || !has_command(&text) {
        return text;
    }
    let broken: Vec<_> = text.split('\n').map(broken).collect();
    Cow::Owned(broken.join("\n"))
}

/// JSON as it is printed: as [`printed`], with escapes of JSON, so that no value changes.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    let bad = |c: char| deceives(c) && c != '\n';
    if !text.contains(bad) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if bad(c) || (c == '#' && bracket(&text[at..])) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a CI runner would take a line of the text for a command.
///
/// GitHub's trims a line and looks for `::` at its start (`ActionCommand.TryParseV2`), and for
/// `##[` anywhere in it (`TryParse`); Azure's looks for `##vso[`, TeamCity's for `##teamcity[`.
#[must_use]
pub fn has_command(text: &str) -> bool {
    let inside = |text: &str| text.match_indices('#').any(|(at, _)| bracket(&text[at..]));
    (text.contains("##") && inside(text))
        || (text.contains("::") && text.split(['\n', '\r']).any(|line| start(line).is_some()))
}

/// Whether a text begins with `##`, letters and a bracket.
fn bracket(text: &str) -> bool {
    let rest = text.strip_prefix("##");
    rest.is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[')
    })
}

/// Where `::` stands if nothing but blanks and colours is before it.
fn start(line: &str) -> Option<usize> {
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        match sequence(rest) {
            Some(length) => rest = &rest[length..],
            None => break,
        }
    }
    rest.starts_with("::").then(|| line.len() - rest.len())
}

/// A line that no CI runner takes for a command.
fn broken(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 2);
    let command = start(line);
    for (at, c) in line.char_indices() {
        if command == Some(at) {
            out.push('\\');
        }
        out.push(c);
        if c == '#' && bracket(&line[at..]) {
            out.push('\\');
        }
    }
    out
}

/// The length of the escape sequence for a colour that plumb writes, if the text begins with one.
fn sequence(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\x1b[")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    // Neither hidden text nor a background.
    let known = |code: &str| {
        matches!(code, "0" | "1" | "2" | "4" | "7")
            || code.len() == 2 && {
                code.starts_with(['3', '9'])
                    && ('1'..='6').contains(&char::from(code.as_bytes()[1]))
            }
    };
    let whole = rest[end..].starts_with('m') && rest[..end].split(';').all(known);
    whole.then_some("\x1b[".len() + end + 1)
}

/// As [`lines`], but colours stay.
fn coloured(text: &str) -> Cow<'_, str> {
    if !text.contains('\x1b') {
        return lines(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        let (before, after) = rest.split_at(at);
        out.push_str(&lines(before));
        let length = sequence(after);
        match length {
            Some(length) => out.push_str(&after[..length]),
            None => out.extend('\x1b'.escape_unicode()),
        }
        rest = &after[length.unwrap_or(1)..];
    }
    out.push_str(&lines(rest));
    Cow::Owned(out)
}

fn escaped(text: &str, all: bool) -> Cow<'_, str> {
    let bad = |c: char| deceives(c) && (all || (c != '\n' && c != '\t'));
    if !text.contains(bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !bad(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `1 index`, `3 policies`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    let plural = match noun.as_bytes() {
        // Words that are plurals already, or none: `statistics`, `attached`.
        [.., b's'] | [.., b'e', b'd'] => noun.to_owned(),
        // `key`, `day`
        [.., b'a' | b'e' | b'o', b'y'] => format!("{noun}s"),
        [rest @ .., b'y'] => format!("{}ies", String::from_utf8_lossy(rest)),
        [.., b'x'] => format!("{noun}es"),
        _ => format!("{noun}s"),
    };
    format!("{count} {plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNNER: Place = Place { colour: false, runner: true };

    #[test]
    fn a_name_can_neither_clear_the_screen_nor_begin_a_line() {
        assert_eq!(line("a\x1b[2J\r\nb\tc"), "a\\u{1b}[2J\\r\\nb\\tc");
        assert_eq!(lines("select 1;\n\tx\u{202e}"), "select 1;\n\tx\\u{202e}");
        assert!(matches!(line("Müller 🙂"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_invisible_character_is_printed() {
        let invisible = [
            '\0',
            '\x07',
            '\x1b',
            '\x7f',
            '\u{80}',
            '\u{9b}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{e0041}',
            '\u{e01ef}',
        ];
        for c in invisible {
            let text = format!("a{c}b");
            for place in [Place::default(), Place { colour: true, runner: true }] {
                assert_eq!(printed(&text, place), format!("a{}b", c.escape_unicode()));
            }
        }
    }

    #[test]
    fn colours_of_ours_stay_and_every_other_sequence_is_escaped() {
        let place = Place { colour: true, runner: false };
        let ours = "\x1b[1;31merror\x1b[0m: \x1b[32;7mx\x1b[0m \x1b[91my";
        assert_eq!(printed(ours, place), ours);
        assert_eq!(
            printed("\x1b[8m\x1b[2J\x1b]0;t\x07", place),
            "\\u{1b}[8m\\u{1b}[2J\\u{1b}]0;t\\u{7}"
        );
        assert_eq!(printed("\x1b[31mx", Place::default()), "\\u{1b}[31mx");
    }

    #[test]
    fn no_line_is_a_command_of_a_runner() {
        for (text, shown) in [
            ("  ::set-output name=a::b", "  \\::set-output name=a::b"),
            ("a\n\u{a0}::error::x\nb::c", "a\n\u{a0}\\::error::x\nb::c"),
            ("x ##[add-mask]y ###[group]", "x #\\#[add-mask]y ##\\#[group]"),
            ("##vso[task.x]##TeamCity[y]", "#\\#vso[task.x]#\\#TeamCity[y]"),
            ("\x1b[31m::stop-commands::t", "\\u{1b}[31m::stop-commands::t"),
        ] {
            assert_eq!(printed(text, RUNNER), shown);
            assert!(!has_command(&printed(text, RUNNER)), "{text}");
        }
        let painted = Place { colour: true, ..RUNNER };
        assert_eq!(printed("\x1b[31m::x::y", painted), "\x1b[31m\\::x::y");
        assert_eq!(printed("::x::", Place::default()), "::x::");
        assert!(has_command("a\r  ::x::") && !has_command("a::b ## [c]"));
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({ "a\u{9b}": ["##[x]\u{e0041}\u{feff}\t\\##vso[", "plain"] });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = json(&text);
        assert!(shown.chars().all(|c| c == '\n' || !deceives(c)), "{shown}");
        assert!(!has_command(&shown), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
