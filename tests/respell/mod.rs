//! Writes a leaf of SQL as somebody else might have written it by hand. Each rule replaces tokens by tokens that
//! PostgreSQL's grammar and parse analysis are known to take for the same; which rules strike is drawn.
//!
//! What is respelled is what a server printed: fully qualified, and with parentheses around every operator.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use pgplumb::sql::scan::{self, Token, TokenKind};
use pgplumb::sql::tree::{self, Class};

/// A token by its text; what stands between two is drawn when they are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    pub text: String,
    pub kind: TokenKind,
}

impl Piece {
    /// Whether it is that bare word, in whatever case.
    pub fn word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, TokenKind::Punct | TokenKind::Op) && self.text == text
    }

    pub fn is_name(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::QuotedIdent)
    }
}

pub fn cut(text: &str) -> Vec<Piece> {
    let tokens = scan::tokens(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let piece =
        |token: &Token| Piece { text: text[token.start..token.end].to_owned(), kind: token.kind };
    tokens.iter().map(piece).collect()
}

pub fn joined(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A source of chance that is the same in every run (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// What has to be known of the database for a respelling to be sound.
#[derive(Default)]
pub struct Known {
    /// The types of the columns of that name, wherever they are.
    pub columns: BTreeMap<String, BTreeSet<String>>,
    /// Names that mean something else without `public.` before them.
    pub hidden: BTreeSet<String>,
}

/// Respells leaves and counts which rules struck.
pub struct Respeller<'a> {
    pub chance: Chance,
    pub known: &'a Known,
    pub struck: BTreeMap<&'static str, usize>,
}

impl Respeller<'_> {
    /// The leaf in other words. `name` is the field that it is.
    pub fn leaf(&mut self, name: &str, class: Class, text: &str) -> String {
        // A locale is no SQL, and nothing is done by no words.
        if name == "locale" || text.is_empty() {
            return text.to_owned();
        }
        // Older majors print names bare that newer grammars have as keywords: `json json`.
        if tree::parse(class, text).is_err() {
            return text.to_owned();
        }
        let mut pieces = cut(text);
        for (rule, apply) in rules::ALL {
            let before = pieces.clone();
            let mut rule_of = rules::Rule { chance: &mut self.chance, known: self.known, class };
            apply(&mut rule_of, &mut pieces);
            if pieces != before {
                *self.struck.entry(rule).or_default() += 1;
            }
        }
        let written = self.layout(&pieces);
        if let Err(error) = tree::parse(class, &written) {
            panic!("the respelling is wrong: {error}\n{text}\n{written}");
        }
        written
    }

    /// The tokens with other blanks, comments and cases of letters.
    pub fn layout(&mut self, pieces: &[Piece]) -> String {
        let mut out = String::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                let (before, here) = (&pieces[at - 1], piece);
                let open = |piece: &Piece| piece.is("(") || piece.is("[");
                let shut = |piece: &Piece| piece.is(")") || piece.is("]") || piece.is(",");
                let tight = open(before) || shut(here) || here.is("::") || before.is("::");
                let tight = tight || here.is(".") || before.is(".");
                out.push_str(match self.chance.below(if tight { 16 } else { 24 }) {
                    0 => "\n",
                    1 => "  ",
                    2 => "\n\t",
                    3 => " /* a 'word' of (mine */ ",
                    4 => " -- a \"word\" of (mine\n",
                    5..=14 if tight => "",
                    _ => " ",
                });
            }
            let upper = piece.kind == TokenKind::Word && self.chance.one_in(3);
            if upper {
                out.push_str(&piece.text.to_ascii_uppercase());
            } else {
                out.push_str(&piece.text);
            }
        }
        out
    }

    /// A short form of TOML in other words: its types by their other names, its blanks and cases.
    pub fn short_form(&mut self, text: &str) -> String {
        let mut pieces = cut(text);
        let mut rule =
            rules::Rule { chance: &mut self.chance, known: self.known, class: Class::Type };
        rules::aliases(&mut rule, &mut pieces);
        self.layout(&pieces)
    }
}

/// What the rules are called.
pub fn rules() -> impl Iterator<Item = &'static str> {
    rules::ALL.iter().map(|(name, _)| *name)
}
