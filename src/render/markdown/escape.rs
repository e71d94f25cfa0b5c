//! Text that a user named or wrote, in markdown: code spans, fenced blocks, and prose.

use super::ink;

/// The text on one line as a code span.
pub(in crate::render) fn code(text: &str) -> String {
    let text = ink::line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // One blank at each end is taken off again, and keeps a backtick off the fence.
    let edge = |c: char| c == '`' || c == ' ';
    let pad = if text.starts_with(edge) || text.ends_with(edge) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The text as a block that nothing in it can end.
#[must_use]
pub fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// A sentence of ours with names in it: each word that could be markup, a link or a mention is a
/// code span.
#[must_use]
pub fn prose(text: &str) -> String {
    sentence(text, code)
}

/// As [`prose`], for a place of which nothing is known: a code span there could be ended by what stands beside it, by the cell of a
/// table, or be no code at all inside HTML. So code is an element, in which no character is left that markdown or HTML knows.
pub(in crate::render) fn prose_anywhere(text: &str) -> String {
    sentence(text, element)
}

/// The text on one line as an element of HTML, with each character that could be markup as a reference.
pub(in crate::render) fn element(text: &str) -> String {
    let mut out = "<code>".to_owned();
    for c in ink::line(text).chars() {
        if c.is_alphanumeric() || c == ' ' {
            out.push(c);
        } else {
            out.push_str(&format!("&#{};", u32::from(c)));
        }
    }
    out + "</code>"
}

fn sentence(text: &str, code: fn(&str) -> String) -> String {
    let text = ink::line(text);
    text.split(' ').map(|text| word(text, code)).collect::<Vec<_>>().join(" ")
}

fn word(word: &str, code: fn(&str) -> String) -> String {
    let start = word.len() - word.trim_start_matches('(').len();
    let mut end = word.len();
    while let Some(last) = word[start..end].chars().last() {
        let (opened, closed) = (word[start..end].matches('('), word[start..end].matches(')'));
        let lone = last == ')' && closed.count() > opened.count();
        if !lone && !matches!(last, ',' | ';' | ':' | '.') {
            break;
        }
        end -= last.len_utf8();
    }
    let core = &word[start..end];
    let tame = |c: char| c.is_alphanumeric() || matches!(c, '.' | '\'' | '-' | '/' | '→');
    let starts = core.starts_with(|c: char| c.is_alphanumeric());
    if core.is_empty() || (starts && core.chars().all(tame) && !core.starts_with("www.")) {
        return word.to_owned();
    }
    // Our own sentences quote code as markdown does.
    let quoted = core.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    let inner = quoted.filter(|inner| !inner.is_empty()).unwrap_or(core);
    format!("{}{}{}", &word[..start], code(inner), &word[end..])
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_not_ended_by_what_is_in_it() {
        assert_eq!(code("a|b <b>"), "`a|b <b>`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code(" x"), "`  x `");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn a_block_is_not_ended_by_what_is_in_it() {
        assert_eq!(fenced("sql", "select 1\n"), "```sql\nselect 1\n```\n");
        assert_eq!(fenced("diff", "- ````"), "`````diff\n- ````\n`````\n");
    }

    #[test]
    fn a_name_in_a_sentence_is_no_markup_and_mentions_nobody() {
        let plain = "the values of public.client.fax are lost (statement 3); don't";
        assert_eq!(prose(plain), plain);
        assert_eq!(
            prose("the values of public.t.<img>, public.@all, #12 and a_b are *lost*"),
            "the values of `public.t.<img>`, `public.@all`, `#12` and `a_b` are `*lost*`"
        );
        assert_eq!(prose("drop (f(integer))"), "drop (`f(integer)`)");
        assert_eq!(prose("take `renamed_from` out"), "take `renamed_from` out");
        assert_eq!(prose("` ``"), "`` ` `` ``` `` ```");
        assert_eq!(prose("www.a.b https://c [x](y)"), "`www.a.b` `https://c` `[x](y)`");
    }
}
