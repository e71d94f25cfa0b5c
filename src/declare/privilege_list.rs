//! The list of privileges in GRANT: `select (a, b), insert with grant option granted by r`. Whatever does not belong to it
//! is a mistake, since what is left out of a list may be what made it narrow.

use crate::sql::scan::{self, Token, TokenKind};

/// A privilege list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct List {
    /// The privileges.
    pub(super) items: Vec<Item>,
    /// Whether they may be granted on.
    pub(super) passes: bool,
    /// Who granted them, if that is said.
    pub(super) grantor: Option<String>,
}

/// One privilege, in lower case, with the columns that it is on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
    pub(super) word: String,
    pub(super) columns: Option<Vec<String>>,
}

/// Reads a list; an empty text is an empty list.
///
/// # Errors
/// What does not belong there.
pub(super) fn read(text: &str) -> Result<List, String> {
    let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
    let (mut rest, mut list) = (&tokens[..], List::default());
    if let [before @ .., granted, by, role] = rest
        && granted.is_word("granted")
        && by.is_word("by")
    {
        list.grantor = Some(name(role).ok_or_else(|| wrong(text, role))?);
        rest = before;
    }
    if let [before @ .., with, grant, option] = rest
        && with.is_word("with")
        && grant.is_word("grant")
        && option.is_word("option")
    {
        list.passes = true;
        rest = before;
    }
    if rest.is_empty() {
        return if tokens.is_empty() {
            Ok(list)
        } else {
            Err("no privilege stands there".to_owned())
        };
    }
    for item in parts(rest) {
        list.items.push(one(text, item)?);
    }
    Ok(list)
}

/// The tokens between the commas outside of parentheses.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            depth = match token.word.as_str() {
                "(" if token.kind == TokenKind::Punct => depth + 1,
                ")" if token.kind == TokenKind::Punct => depth.saturating_sub(1),
                _ => depth,
            };
            depth == 0 && token.is(",")
        })
        .collect()
}

fn one(text: &str, item: &[Token]) -> Result<Item, String> {
    let words = item.iter().take_while(|token| token.kind == TokenKind::Word).count();
    let (words, rest) = item.split_at(words);
    if words.is_empty() {
        return Err(match rest {
            [] => "between two commas a privilege is missing".to_owned(),
            [first, ..] => wrong(text, first),
        });
    }
    let word = words.iter().map(|token| token.word.as_str()).collect::<Vec<_>>().join(" ");
    let columns = match rest {
        [] => None,
        [open, inner @ .., close] if open.is("(") && close.is(")") && !inner.is_empty() => {
            let column = |part: &[Token]| match part {
                [token] => name(token).ok_or_else(|| wrong(text, token)),
                [] => Err(format!("in the columns of `{word}` a name is missing")),
                [_, second, ..] => Err(wrong(text, second)),
            };
            Some(inner.split(|token| token.is(",")).map(column).collect::<Result<_, _>>()?)
        }
        [open, ..] if open.is("(") => {
            return Err(format!(
                "behind `{word}` stands no list of columns in parentheses, and nothing else"
            ));
        }
        [first, ..] => return Err(wrong(text, first)),
    };
    Ok(Item { word, columns })
}

fn name(token: &Token) -> Option<String> {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent).then(|| token.word.clone())
}

fn wrong(text: &str, token: &Token) -> String {
    format!("`{}` does not belong into a list of privileges", &text[token.start..token.end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let list = read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        let item = |item: &Item| match &item.columns {
            Some(columns) => format!("{}({})", item.word, columns.join("|")),
            None => item.word.clone(),
        };
        let items: Vec<String> = list.items.iter().map(item).collect();
        format!("{} {} {}", items.join(";"), list.passes, list.grantor.unwrap_or_default())
    }

    #[test]
    fn a_list_is_read_whole() {
        assert_eq!(shown(""), " false ");
        assert_eq!(shown("SELECT ( a , \"B,)\" ),insert"), "select(a|B,));insert false ");
        assert_eq!(shown("all privileges WITH  GRANT\nOPTION"), "all privileges true ");
        assert_eq!(shown("select (a) /* only a */ granted  by \"R r\""), "select(a) false R r");
        assert_eq!(shown("select (a) -- only a"), "select(a) false ");
    }

    #[test]
    fn what_does_not_belong_to_a_list_is_a_mistake() {
        for text in [
            "select (a",
            "select (a) x",
            "select (a) on u",
            "select (a) cascade",
            "select (a) with grant option, insert",
            "select (a b)",
            "select (1a)",
            "select (a) (b)",
            "select ()",
            "select (a,)",
            "select,,insert",
            "select, ",
            "(a)",
            "with grant option",
            "granted by r",
            "select granted by 'r'",
            "select; drop",
            "\"select\"",
        ] {
            assert!(read(text).is_err(), "{text}: {:?}", read(text));
        }
    }
}
