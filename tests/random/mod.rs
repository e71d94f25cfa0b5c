//! Random schemas: how one is drawn, how a second one is made of it by a few changes, and how a pair that fails is
//! made small.
#![allow(dead_code, unused_imports, unreachable_pub, missing_docs)] // each test program uses its own part

mod grammar;
mod state;

use std::collections::BTreeMap;

pub use grammar::{Grammar, Model};
pub use state::{Held, held, rows};

/// What there can be in a schema.
pub fn grammar() -> Grammar {
    Grammar::read(include_str!("schema.txt"))
}

/// Numbers that follow from a seed (`SplitMix64`).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        // 0 to 239: that many numbers of alternatives divide it evenly.
        (0..count).map(|_| self.below(240) as u8).collect()
    }

    /// Any schema: some objects, with what they need and some of what they can use.
    pub fn model(&mut self, grammar: &Grammar) -> Model {
        let mut model = Model::new();
        for _ in 0..=self.below(9) {
            let at = self.below(grammar.entries.len());
            self.add(grammar, at, 40, &mut model);
        }
        model
    }

    fn add(&mut self, grammar: &Grammar, at: usize, used: usize, model: &mut Model) {
        if model.contains_key(&at) {
            return;
        }
        let entry = &grammar.entries[at];
        model.insert(at, self.bytes(entry.choices));
        for need in &entry.needs {
            self.add(grammar, *need, used, model);
        }
        for use_ in &entry.uses {
            if self.percent(used) {
                // What is far away is used less.
                self.add(grammar, *use_, used / 3, model);
            }
        }
    }

    /// The same schema after a few changes: a choice made otherwise, an object more, less or all new.
    pub fn changed(&mut self, grammar: &Grammar, model: &Model) -> Model {
        if self.percent(8) {
            return self.model(grammar);
        }
        let mut model = model.clone();
        for _ in 0..=self.below(12) {
            let names: Vec<usize> = model.keys().copied().collect();
            let Some(at) = names.get(self.below(names.len())).copied() else {
                let at = self.below(grammar.entries.len());
                self.add(grammar, at, 20, &mut model);
                continue;
            };
            match self.below(20) {
                0..3 => drop(model.remove(&at)),
                3..6 => {
                    let at = self.below(grammar.entries.len());
                    self.add(grammar, at, 20, &mut model);
                }
                6 => drop(model.insert(at, self.bytes(grammar.entries[at].choices))),
                _ => {
                    let byte = self.below(240) as u8;
                    let choice = self.below(grammar.entries[at].choices);
                    if let Some(there) = model.get_mut(&at).and_then(|all| all.get_mut(choice)) {
                        *there = byte;
                    }
                }
            }
        }
        model
    }
}

/// Two schemas.
pub type Pair = (Model, Model);

/// Makes a pair that fails smaller, for as long as it goes on failing and `fails` is not tired of it.
pub fn shrink(pair: Pair, mut fails: impl FnMut(&Pair) -> Option<bool>) -> Pair {
    let mut best = pair;
    loop {
        let before = best.clone();
        let names: Vec<usize> = best.0.keys().chain(best.1.keys()).copied().collect();
        let names: std::collections::BTreeSet<usize> = names.into_iter().collect();
        let names: Vec<usize> = names.into_iter().rev().collect();
        // Objects, in halves, quarters and one by one; what differs; what is chosen.
        let mut width = names.len().div_ceil(2);
        while width > 0 {
            for some in names.chunks(width) {
                let mut less = best.clone();
                for name in some {
                    less.0.remove(name);
                    less.1.remove(name);
                }
                if less != best && attempt(&mut best, less, &mut fails).is_none() {
                    return best;
                }
            }
            width = if width == 1 { 0 } else { width.div_ceil(2) };
        }
        for name in &names {
            let mut less = best.clone();
            match best.0.get(name) {
                Some(bytes) => drop(less.1.insert(*name, bytes.clone())),
                None => drop(less.1.remove(name)),
            }
            if less != best && attempt(&mut best, less, &mut fails).is_none() {
                return best;
            }
            let choices = best.0.get(name).or(best.1.get(name)).map_or(0, Vec::len);
            let mut at = 0;
            let mut width = choices.div_ceil(2);
            while width > 0 {
                let mut less = best.clone();
                for model in [&mut less.0, &mut less.1] {
                    if let Some(bytes) = model.get_mut(name) {
                        bytes.iter_mut().skip(at).take(width).for_each(|byte| *byte = 0);
                    }
                }
                if less != best && attempt(&mut best, less, &mut fails).is_none() {
                    return best;
                }
                at += width;
                if at >= choices {
                    at = 0;
                    width = if width == 1 { 0 } else { width.div_ceil(2) };
                }
            }
        }
        if best == before {
            return best;
        }
    }
}

fn attempt(
    best: &mut Pair,
    less: Pair,
    fails: &mut impl FnMut(&Pair) -> Option<bool>,
) -> Option<()> {
    if fails(&less)? {
        *best = less;
    }
    Some(())
}

/// How often something happened, by its name.
pub type Counts = BTreeMap<String, usize>;
