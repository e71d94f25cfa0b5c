//! Reads what a random schema is made of (`schema.txt`, where the language is told) and writes schemas: which
//! alternative each choice takes is a number, so that a schema is numbers by the names of its objects.

use std::collections::{BTreeMap, BTreeSet};

/// A schema: for each object that is wanted, a number for each choice in it.
pub type Model = BTreeMap<usize, Vec<u8>>;

enum Node {
    Text(String),
    Choice(usize, Vec<Alternative>),
    /// The name of an object.
    Name(String),
    /// The object's own name.
    Own,
    Has(String),
    Needs(String),
}

struct Alternative {
    from: u32,
    nodes: Vec<Node>,
}

struct Statement {
    late: bool,
    from: u32,
    nodes: Vec<Node>,
}

/// An object that there can be.
pub struct Entry {
    pub name: String,
    own: Vec<Node>,
    statements: Vec<Statement>,
    pub choices: usize,
    /// The objects without which it is not there, and those that it can do without.
    pub needs: Vec<usize>,
    pub uses: Vec<usize>,
}

pub struct Grammar {
    pub entries: Vec<Entry>,
}

impl Grammar {
    pub fn read(text: &str) -> Self {
        let lines = || text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let macros = lines().filter_map(|line| line.strip_prefix('@')?.split_once(" = "));
        let macros: BTreeMap<&str, &str> = macros.collect();
        let mut entries: Vec<Entry> = Vec::new();
        for line in lines().filter(|line| !line.starts_with('@')) {
            if let Some(head) = line.strip_prefix("= ") {
                let (name, own) = head.split_once(": ").expect("a name and how it is written");
                let mut parser = Parser { macros: &macros, choices: 0 };
                entries.push(Entry {
                    name: name.to_owned(),
                    own: parser.whole(own),
                    statements: Vec::new(),
                    choices: parser.choices,
                    needs: Vec::new(),
                    uses: Vec::new(),
                });
                continue;
            }
            let entry = entries.last_mut().expect("an object before its statements");
            let mut parser = Parser { macros: &macros, choices: entry.choices };
            let (late, line) =
                line.strip_prefix("late ").map_or((false, line), |rest| (true, rest));
            let (from, line) = since(line);
            entry.statements.push(Statement { late, from, nodes: parser.whole(line) });
            entry.choices = parser.choices;
        }
        let names: BTreeMap<String, usize> =
            entries.iter().enumerate().map(|(at, entry)| (entry.name.clone(), at)).collect();
        for entry in &mut entries {
            let (mut needs, mut uses) = (BTreeSet::new(), BTreeSet::new());
            named(&entry.own, false, &mut needs, &mut uses);
            for (at, statement) in entry.statements.iter().enumerate() {
                named(&statement.nodes, at > 0, &mut needs, &mut uses);
            }
            let number = |name: &String| {
                *names
                    .get(name)
                    .unwrap_or_else(|| panic!("{}: nothing is called {name}", entry.name))
            };
            entry.needs = needs.iter().map(number).collect();
            entry.uses = uses.iter().map(number).collect();
        }
        Self { entries }
    }

    /// The statements that make a schema on a server of this major.
    pub fn sql(&self, model: &Model, major: u32) -> Vec<String> {
        let mut writer = Writer { major, names: BTreeMap::new(), has: Vec::new() };
        let mut sql = Vec::new();
        let mut there = Vec::new();
        for (at, bytes) in model {
            let entry = &self.entries[*at];
            let Some(own) = writer.all(&entry.own, bytes, "") else { continue };
            let mut first = true;
            for statement in entry.statements.iter().filter(|statement| !statement.late) {
                let text = writer.statement(statement, bytes, &own);
                if first && text.is_none() {
                    break;
                }
                first = false;
                if let Some(text) = text {
                    push(&mut sql, &text);
                }
                // Its other statements may name it, as may all that come later.
                writer.names.entry(entry.name.clone()).or_insert_with(|| own.clone());
            }
            if !first || entry.statements.iter().all(|statement| statement.late) {
                writer.names.entry(entry.name.clone()).or_insert_with(|| own.clone());
                there.push((entry, bytes, own));
            }
        }
        for (entry, bytes, own) in there {
            for statement in entry.statements.iter().filter(|statement| statement.late) {
                if let Some(text) = writer.statement(statement, bytes, &own) {
                    push(&mut sql, &text);
                }
            }
        }
        sql
    }
}

fn push(sql: &mut Vec<String>, text: &str) {
    if !text.trim().is_empty() {
        sql.push(text.trim().to_owned());
    }
}

/// What stands at the top of the first statement is needed; what stands in a choice can be done without.
fn named(nodes: &[Node], chosen: bool, needs: &mut BTreeSet<String>, uses: &mut BTreeSet<String>) {
    for node in nodes {
        match node {
            Node::Name(name) if chosen => drop(uses.insert(name.clone())),
            Node::Name(name) => drop(needs.insert(name.clone())),
            Node::Choice(_, alternatives) => {
                let one = alternatives.len() == 1;
                for alternative in alternatives {
                    named(&alternative.nodes, chosen || !one, needs, uses);
                }
            }
            _ => {}
        }
    }
}

/// `15+ ` before a text.
fn since(text: &str) -> (u32, &str) {
    match text.split_once("+ ").and_then(|(major, rest)| Some((major.parse().ok()?, rest))) {
        Some((major, rest)) => (major, rest),
        None => (0, text),
    }
}

struct Parser<'a> {
    macros: &'a BTreeMap<&'a str, &'a str>,
    choices: usize,
}

impl Parser<'_> {
    fn whole(&mut self, text: &str) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let next = rest[c.len_utf8()..].chars().next();
            if c == '\\' && matches!(next, Some('{' | '}' | '|' | 'n')) {
                plain.push(next.filter(|next| *next != 'n').unwrap_or('\n'));
                rest = &rest[2..];
            } else if c == '{' {
                let end = closing(rest);
                nodes.push(Node::Text(std::mem::take(&mut plain)));
                self.braces(&rest[1..end], &mut nodes);
                rest = &rest[end + 1..];
            } else {
                assert!(c != '}' && c != '|', "a stray {c} in: {text}");
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        nodes.push(Node::Text(plain));
        nodes
    }

    fn braces(&mut self, text: &str, nodes: &mut Vec<Node>) {
        let word = |at: usize| text[at..].to_owned();
        match text.chars().next() {
            Some('$') => nodes.push(Node::Own),
            Some('&') => nodes.push(Node::Name(word(1))),
            Some('!') => nodes.push(Node::Has(word(1))),
            Some('?') => nodes.push(Node::Needs(word(1))),
            Some('=') => {
                let (name, given) = text[1..].split_once(':').unwrap_or((&text[1..], ""));
                let body = self.macros.get(name).unwrap_or_else(|| panic!("no macro {name}"));
                let mut body = (*body).to_owned();
                for (at, given) in given.split(';').enumerate() {
                    body = body.replace(&format!("%{}", at + 1), given);
                }
                nodes.extend(self.whole(&body));
            }
            _ => {
                let at = self.choices;
                self.choices += 1;
                let alternatives = alternatives(text).into_iter().map(|text| {
                    let (from, text) = since(text);
                    Alternative { from, nodes: self.whole(text) }
                });
                let alternatives = alternatives.collect();
                nodes.push(Node::Choice(at, alternatives));
            }
        }
    }
}

/// Calls with each character that is not escaped, and how deep it stands.
fn walk(text: &str, mut each: impl FnMut(usize, char, usize) -> bool) {
    let (mut depth, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        let is = escaped;
        escaped = c == '\\' && !is;
        if is {
            continue;
        }
        depth -= usize::from(c == '}' && depth > 0);
        if !each(at, c, depth) {
            return;
        }
        depth += usize::from(c == '{');
    }
}

fn closing(text: &str) -> usize {
    let mut end = None;
    walk(text, |at, c, depth| {
        end = (c == '}' && depth == 0).then_some(at);
        end.is_none()
    });
    end.unwrap_or_else(|| panic!("a brace that is never closed: {text}"))
}

fn alternatives(text: &str) -> Vec<&str> {
    let (mut all, mut start) = (Vec::new(), 0);
    walk(text, |at, c, depth| {
        if c == '|' && depth == 0 {
            all.push(&text[start..at]);
            start = at + 1;
        }
        true
    });
    all.push(&text[start..]);
    all
}

struct Writer {
    major: u32,
    names: BTreeMap<String, String>,
    has: Vec<String>,
}

impl Writer {
    fn statement(&mut self, statement: &Statement, bytes: &[u8], own: &str) -> Option<String> {
        if statement.from > self.major { None } else { self.all(&statement.nodes, bytes, own) }
    }

    /// None if something is named that is not there.
    fn all(&mut self, nodes: &[Node], bytes: &[u8], own: &str) -> Option<String> {
        let mut text = String::new();
        let had = self.has.len();
        for node in nodes {
            match self.one(node, bytes, own) {
                Some(more) => text.push_str(&more),
                None => {
                    self.has.truncate(had);
                    return None;
                }
            }
        }
        Some(text)
    }

    fn one(&mut self, node: &Node, bytes: &[u8], own: &str) -> Option<String> {
        match node {
            Node::Text(text) => Some(text.clone()),
            Node::Own => Some(own.to_owned()),
            Node::Name(name) => self.names.get(name).cloned(),
            Node::Has(what) => {
                self.has.push(what.clone());
                Some(String::new())
            }
            Node::Needs(what) => {
                let there = self.has.contains(what) || self.names.contains_key(what);
                there.then(String::new)
            }
            Node::Choice(at, alternatives) => {
                let first = usize::from(bytes.get(*at).copied().unwrap_or(0));
                (0..alternatives.len()).find_map(|more| {
                    let alternative = &alternatives[(first + more) % alternatives.len()];
                    if alternative.from > self.major {
                        return None;
                    }
                    self.all(&alternative.nodes, bytes, own)
                })
            }
        }
    }
}
