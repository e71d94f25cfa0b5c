//! Statements of PostgreSQL 19 that the carried grammar, which is 18's, does not know. Each form that a plan may hold is
//! recognised word by word, put into the nearest words of 18 and parsed, and the tree is told what was left out. All
//! other words of the statement are the grammar's to judge, so that nothing passes that is not read.
//!
//! - `CREATE PUBLICATION p FOR`, `ALTER PUBLICATION p SET`: `ALL TABLES [EXCEPT (TABLE t, ...)]`, `ALL SEQUENCES`. The tables
//!   stand in the tree where those stand that a publication names; `for_all_tables` is set.
//! - `CREATE SUBSCRIPTION s SERVER f ...`, `ALTER SUBSCRIPTION s SERVER f`: in the tree the string is empty.
//! - `CREATE` and `ALTER FOREIGN DATA WRAPPER w`: `CONNECTION f`, `NO CONNECTION`, an option among those of the functions.

use std::ops::Range;

use serde_json::Value;

use super::scan::{self, Token, TokenKind};

/// A statement in the words of 18, and what becomes of its tree.
struct Older {
    text: String,
    /// Whether it is about all tables or sequences.
    all: bool,
    /// The options of functions, by their number, that tell of a connection.
    connections: Vec<usize>,
}

/// The tree of one statement that only 19 knows; `parse` is the grammar.
pub(super) fn read(
    text: &str,
    parse: impl FnOnce(&str) -> Option<Vec<Value>>,
) -> Option<Vec<Value>> {
    let tokens = scan::tokens(text).ok()?;
    let older = Words { text, tokens: &tokens, at: 0 }.older()?;
    let mut statements = parse(&older.text)?;
    let [statement] = statements.as_mut_slice() else { return None };
    let fields = statement.as_object_mut()?.values_mut().next()?.as_object_mut()?;
    if older.all {
        if older.text.starts_with(ALTER) {
            fields.remove("options");
        }
        fields.insert("for_all_tables".to_owned(), true.into());
    }
    for at in older.connections {
        let option = fields.get_mut("func_options")?.get_mut(at)?.get_mut("DefElem")?;
        option.as_object_mut()?.insert("defname".to_owned(), "connection".into());
    }
    Some(statements)
}

const ALTER: &str = "ALTER PUBLICATION ";

/// The words of a statement, read from the left.
struct Words<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Words<'a> {
    fn older(mut self) -> Option<Older> {
        let creates = match self.next()? {
            verb if verb.is_word("create") => true,
            verb if verb.is_word("alter") => false,
            _ => return None,
        };
        if self.all_are(&["publication"]) {
            return self.publication(creates);
        }
        if self.all_are(&["subscription"]) {
            return self.subscription();
        }
        self.all_are(&["foreign", "data", "wrapper"]).then(|| self.wrapper())?
    }

    /// `p FOR ...` or `p SET ...`, with nothing but WITH behind what is listed.
    fn publication(mut self, creates: bool) -> Option<Older> {
        let name = self.name()?;
        if !self.all_are(&[if creates { "for" } else { "set" }]) {
            return None;
        }
        let mut tables = Vec::new();
        loop {
            if self.all_are(&["all", "tables"]) {
                if self.all_are(&["except"]) {
                    tables.extend(self.except()?);
                }
            } else if !self.all_are(&["all", "sequences"]) {
                return None;
            }
            if !self.sign(",") {
                break;
            }
        }
        let with = self.rest();
        let ends = with.is_empty() || creates && self.all_are(&["with"]);
        if !ends {
            return None;
        }
        let text = match (creates, tables.is_empty()) {
            (true, true) => format!("CREATE PUBLICATION {name} FOR ALL TABLES {with}"),
            (true, false) => {
                format!("CREATE PUBLICATION {name} FOR TABLE {} {with}", tables.join(", "))
            }
            // An option stands where 18 knows no list, and is taken out of the tree.
            (false, true) => format!("{ALTER}{name} SET (publish = '')"),
            (false, false) => format!("{ALTER}{name} SET TABLE {}", tables.join(", ")),
        };
        Some(Older { text, all: true, connections: Vec::new() })
    }

    /// `(TABLE [ONLY] a, [TABLE] [ONLY] b)`.
    fn except(&mut self) -> Option<Vec<String>> {
        let mut tables = Vec::new();
        if !self.sign("(") || !self.peek()?.is_word("table") {
            return None;
        }
        loop {
            self.all_are(&["table"]);
            let only = if self.all_are(&["only"]) { "ONLY " } else { "" };
            tables.push(format!("{only}{}", self.qualified()?));
            if self.sign(")") {
                return Some(tables);
            }
            if !self.sign(",") {
                return None;
            }
        }
    }

    fn subscription(mut self) -> Option<Older> {
        self.name()?;
        let start = self.tokens.get(self.at)?.start;
        if !self.all_are(&["server"]) {
            return None;
        }
        self.name()?;
        let end = self.tokens.get(self.at - 1)?.end;
        let text = self.with(start..end, "CONNECTION ''");
        Some(Older { text, all: false, connections: Vec::new() })
    }

    fn wrapper(mut self) -> Option<Older> {
        self.name()?;
        let (mut text, mut number, mut connections) = (self.text.to_owned(), 0, Vec::new());
        while self.peek().is_some_and(|token| !token.is_word("options")) {
            let no = self.all_are(&["no"]);
            let word = self.next()?;
            let (start, end) = (word.start, word.end);
            if word.is_word("connection") {
                connections.push(number);
                // Both words have places of their own in the text: the blanks keep these.
                text.replace_range(start..end, "handler   ");
            } else if !word.is_word("handler") && !word.is_word("validator") {
                return None;
            }
            if !no {
                self.qualified()?;
            }
            number += 1;
        }
        (!connections.is_empty()).then_some(Older { text, all: false, connections })
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'a Token> {
        self.at += 1;
        self.tokens.get(self.at - 1)
    }

    /// Goes on behind these words, if they stand here.
    fn all_are(&mut self, words: &[&str]) -> bool {
        let here = self.tokens.get(self.at..self.at + words.len()).unwrap_or_default();
        let are = here.len() == words.len() && here.iter().zip(words).all(|(a, b)| a.is_word(b));
        self.at += if are { words.len() } else { 0 };
        are
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.is(sign));
        self.at += usize::from(is);
        is
    }

    fn name(&mut self) -> Option<&'a str> {
        let text = self.text;
        let token = self.next()?;
        let is = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent);
        is.then(|| &text[token.start..token.end])
    }

    fn qualified(&mut self) -> Option<String> {
        let mut name = self.name()?.to_owned();
        while self.sign(".") {
            name = format!("{name}.{}", self.name()?);
        }
        Some(name)
    }

    fn rest(&self) -> &'a str {
        self.peek().map_or("", |token| &self.text[token.start..])
    }

    fn with(&self, place: Range<usize>, words: &str) -> String {
        format!("{}{words}{}", &self.text[..place.start], &self.text[place.end..])
    }
}

#[cfg(test)]
mod tests {
    use crate::sql::tree::{Class, fields, list, node, parse, text};

    /// The kind of the one statement, and the names of relations in it.
    fn read(sql: &str) -> Result<(String, Vec<String>), String> {
        let tree = parse(Class::Statements, sql).map_err(|error| error.message)?;
        let [statement] = tree.as_array().unwrap().as_slice() else { panic!("one statement") };
        let (kind, found) = node(statement).unwrap();
        let tables = list(found, "pubobjects").iter().map(|object| {
            let table =
                fields(object, "PublicationObjSpec").unwrap()["pubtable"]["relation"].clone();
            text(table.as_object().unwrap(), "relname").to_owned()
        });
        Ok((kind.to_owned(), tables.collect()))
    }

    #[test]
    fn a_publication_of_all_but_some_names_these() {
        for (sql, tables) in [
            (
                "CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE ONLY s.a, TABLE \"B\", c)",
                &["a", "B", "c"][..],
            ),
            (
                "CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE s.a), ALL SEQUENCES WITH (publish='insert')",
                &["a"],
            ),
            ("CREATE PUBLICATION p FOR ALL SEQUENCES", &[]),
            ("create publication \"all\" for all sequences, all tables", &[]),
            ("ALTER PUBLICATION p SET ALL TABLES", &[]),
            ("ALTER PUBLICATION p SET ALL TABLES EXCEPT (TABLE s.a), ALL SEQUENCES", &["a"]),
        ] {
            let (kind, named) = read(sql).unwrap_or_else(|why| panic!("{sql}: {why}"));
            assert!(kind.ends_with("PublicationStmt"), "{kind}");
            assert_eq!(named, tables, "{sql}");
            let tree = parse(Class::Statements, sql).unwrap();
            let (_, found) = node(&tree[0]).unwrap();
            assert_eq!(found["for_all_tables"], true, "{sql}");
            assert_eq!(found.contains_key("options"), sql.contains("publish"), "{sql}");
        }
    }

    #[test]
    fn a_server_and_a_connection_function_are_read() {
        let kind = |sql: &str| read(sql).unwrap_or_else(|why| panic!("{sql}: {why}")).0;
        assert_eq!(kind("ALTER SUBSCRIPTION s SERVER \"F\""), "AlterSubscriptionStmt");
        let create = "CREATE SUBSCRIPTION s SERVER f PUBLICATION p WITH (connect = false)";
        assert_eq!(kind(create), "CreateSubscriptionStmt");
        let sql =
            "CREATE FOREIGN DATA WRAPPER w HANDLER s.h CONNECTION s.c OPTIONS (a 'connection')";
        assert_eq!(kind(sql), "CreateFdwStmt");
        let tree = parse(Class::Statements, sql).unwrap();
        let (_, found) = node(&tree[0]).unwrap();
        let names: Vec<&str> = list(found, "func_options")
            .iter()
            .map(|option| text(fields(option, "DefElem").unwrap(), "defname"))
            .collect();
        assert_eq!(names, ["handler", "connection"]);
        assert_eq!(kind("ALTER FOREIGN DATA WRAPPER w NO CONNECTION"), "AlterFdwStmt");
    }

    #[test]
    fn other_words_than_these_are_no_statement() {
        for sql in [
            "CREATE PUBLICATION p FOR ALL SEQUENCES; DROP TABLE t",
            "CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE t WHERE (a > 1))",
            "CREATE PUBLICATION p FOR ALL TABLES EXCEPT (SELECT 1)",
            "CREATE PUBLICATION p FOR ALL TABLES EXCEPT ()",
            "CREATE PUBLICATION p FOR ALL SEQUENCES, TABLE t",
            "CREATE PUBLICATION p FOR ALL SEQUENCES OWNER TO x",
            "ALTER PUBLICATION p SET ALL TABLES WITH (publish = 'insert')",
            "ALTER PUBLICATION p ADD ALL TABLES",
            "ALTER SUBSCRIPTION s SERVER f PUBLICATION p",
            "ALTER SUBSCRIPTION s SERVER f; DROP TABLE t",
            "CREATE SUBSCRIPTION s SERVER 'f' PUBLICATION p",
            "CREATE FOREIGN DATA WRAPPER w CONNECTION f OPTIONS (a b)",
            "CREATE FOREIGN DATA WRAPPER w NO CONNECTION f",
            "ALTER FOREIGN DATA WRAPPER w CONNECTION f OWNER TO x",
            "CREATE SERVER s FOREIGN DATA WRAPPER w CONNECTION f",
            "ALTER TABLE t MERGE PARTITIONS (a, b) INTO c",
        ] {
            assert!(read(sql).is_err(), "{sql}");
        }
    }
}
