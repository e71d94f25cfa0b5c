//! The trees of the leaves and statements that were parsed last, so that a text is parsed once in a run: the syntax
//! check, references, canonical spelling, locks, rights and gates all ask for the tree of the same text.
//!
//! What is kept is bounded by its size and not by the number of leaves: a schema of 100,000 leaves needs no more memory
//! than one of 10,000, and parses again what has fallen out. A tree depends on its class and text alone, so that the
//! process has one store and no caller hands it on.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Value;

use super::tree::{Class, ParseError};

/// What parsing a text gave.
pub(super) type Parsed = Result<Arc<Value>, ParseError>;

/// About how many bytes the trees of one generation take. Two generations are kept.
const BYTES: usize = 8 << 20;

/// The most levels of a tree that is kept: any thread may be the one that drops it, on its own stack.
const LEVELS: usize = 400;

static MEMO: LazyLock<Mutex<Memo>> = LazyLock::new(Mutex::default);

/// The texts of each class, in two generations: when the younger is full it becomes the older, and the older is dropped.
/// What is asked for again moves to the younger.
#[derive(Default)]
struct Memo {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    texts: BTreeMap<Class, HashMap<Box<str>, (Parsed, usize)>>,
    bytes: usize,
}

impl Generation {
    fn get(&self, class: Class, text: &str) -> Option<&Parsed> {
        self.texts.get(&class)?.get(text).map(|(parsed, _)| parsed)
    }

    fn take(&mut self, class: Class, text: &str) -> Option<(Parsed, usize)> {
        self.texts.get_mut(&class)?.remove(text)
    }
}

impl Memo {
    fn get(&mut self, class: Class, text: &str) -> Option<Parsed> {
        if let Some(parsed) = self.young.get(class, text) {
            return Some(parsed.clone());
        }
        let (parsed, bytes) = self.old.take(class, text)?;
        self.put(class, text, parsed.clone(), bytes);
        Some(parsed)
    }

    fn put(&mut self, class: Class, text: &str, parsed: Parsed, bytes: usize) {
        self.young.texts.entry(class).or_default().insert(text.into(), (parsed, bytes));
        self.young.bytes += bytes;
        if self.young.bytes > BYTES {
            self.old = std::mem::take(&mut self.young);
        }
    }
}

/// What parsing the text gives, by `parse` or as it was kept.
pub(super) fn of(class: Class, text: &str, parse: impl FnOnce() -> (Parsed, Size)) -> Parsed {
    // A panic elsewhere leaves nothing half done that could be seen.
    let memo = || MEMO.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(parsed) = memo().get(class, text) {
        return parsed;
    }
    let (parsed, size) = parse();
    let bytes = size.bytes + text.len();
    if size.levels <= LEVELS && bytes <= BYTES / 8 {
        memo().put(class, text, parsed.clone(), bytes);
    }
    parsed
}

/// How much of a tree there is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Size {
    levels: usize,
    bytes: usize,
}

impl Size {
    /// Measures a tree, on a stack that is deep enough for it.
    pub(super) fn of(value: &Value) -> Self {
        /// A value with its key and its place in a map.
        const NODE: usize = 128;
        let around = |sizes: &mut dyn Iterator<Item = Self>| {
            let empty = Self { levels: 0, bytes: NODE };
            let mut whole = sizes.fold(empty, |all, part| Self {
                levels: all.levels.max(part.levels),
                bytes: all.bytes + part.bytes,
            });
            whole.levels += 1;
            whole
        };
        match value {
            Value::Array(items) => around(&mut items.iter().map(Self::of)),
            Value::Object(fields) => around(&mut fields.values().map(Self::of)),
            Value::String(text) => Self { levels: 0, bytes: NODE + text.len() },
            _ => Self { levels: 0, bytes: NODE },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How often the texts are parsed when they are asked for in this order.
    fn parses<'a>(texts: impl IntoIterator<Item = &'a str>, bytes: usize, levels: usize) -> usize {
        let count = Cell::new(0);
        for text in texts {
            let parse = || {
                count.set(count.get() + 1);
                (Ok(Arc::new(Value::Null)), Size { levels, bytes })
            };
            assert_eq!(of(Class::Expr, text, parse), Ok(Arc::new(Value::Null)));
        }
        count.get()
    }

    #[test]
    fn a_text_is_parsed_once() {
        assert_eq!(parses(["memo_once", "memo_once", "memo_twice", "memo_once"], 1, 1), 2);
        let wrong = || (Err(ParseError::surplus("memo")), Size::default());
        assert_eq!(of(Class::Type, "memo_once", wrong), of(Class::Type, "memo_once", || panic!()));
    }

    #[test]
    fn what_is_too_deep_or_too_large_is_parsed_again() {
        assert_eq!(parses(["memo_deep", "memo_deep"], 1, LEVELS + 1), 2);
        assert_eq!(parses(["memo_large", "memo_large"], BYTES, 1), 2);
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let mut memo = Memo::default();
        let tree = || Ok(Arc::new(Value::Null));
        memo.put(Class::Expr, "used", tree(), 1);
        for at in 0..1000 {
            memo.put(Class::Expr, &format!("leaf {at}"), tree(), BYTES / 10);
            assert!(memo.young.bytes <= BYTES && memo.old.bytes <= BYTES + BYTES / 10);
            assert!(memo.get(Class::Expr, "used").is_some());
        }
        assert!(memo.get(Class::Expr, "leaf 1").is_none());
        assert!(memo.get(Class::Expr, "leaf 999").is_some());
    }

    #[test]
    fn a_tree_is_measured() {
        let size = Size::of(&serde_json::json!({"a": [{"b": "c"}], "d": 1}));
        assert_eq!((size.levels, size.bytes), (3, 5 * 128 + 1));
    }
}
