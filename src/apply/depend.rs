//! Which transactions of a plan wait for which: what one of them does not get its lock for, the others need not wait for.
//!
//! The plan says which earlier transactions a transaction needs. A saved plan is a file that can be edited, so that is not
//! believed alone: those that share an object, a relation that is locked, or a name in their statements stay in
//! their order.

use std::collections::BTreeSet;

use crate::id::Id;
use crate::plan::{Plan, Transaction};
use crate::sql::scan::{self, TokenKind};

/// For each transaction the earlier ones that come before it.
pub(super) struct Dependence(Vec<BTreeSet<usize>>);

impl Dependence {
    pub(super) fn of(plan: &Plan) -> Self {
        if plan.transactions.len() < 2 {
            return Self(vec![BTreeSet::new(); plan.transactions.len()]);
        }
        let names = names(plan);
        let all: Vec<Uses> =
            plan.transactions.iter().map(|it| Uses::of(it, plan, &names)).collect();
        let waits = |at: usize| {
            let needs = plan.transactions[at].needs.as_ref();
            let needed = |before: &usize| needs.is_none_or(|needs| needs.contains(before));
            (0..at).filter(|before| needed(before) || all[at].meets(&all[*before])).collect()
        };
        Self((0..all.len()).map(waits).collect())
    }

    /// The transactions that come before this one.
    pub(super) fn before(&self, at: usize) -> &BTreeSet<usize> {
        &self.0[at]
    }
}

/// The objects that the steps of a transaction change.
pub(super) fn touched(transaction: &Transaction, plan: &Plan) -> BTreeSet<Id> {
    let places = transaction.steps.iter().flat_map(|step| &step.changes);
    let changes = places.filter_map(|place| plan.changes.get(*place));
    let ids = changes.flat_map(|change| [Some(&change.object), change.from.as_ref()]);
    ids.flatten().chain(transaction.after.keys()).cloned().collect()
}

/// What a transaction is about.
struct Uses {
    touched: BTreeSet<Id>,
    /// Those, what it needs, and what contains them.
    all: BTreeSet<Id>,
    /// The names of objects in a schema that its statements have, and those of the relations that it locks.
    names: BTreeSet<String>,
}

impl Uses {
    fn of(transaction: &Transaction, plan: &Plan, known: &BTreeSet<String>) -> Self {
        let touched = touched(transaction, plan);
        let mut all: BTreeSet<Id> = transaction.before.keys().chain(&touched).cloned().collect();
        all.extend(all.iter().flat_map(Id::parents).collect::<Vec<_>>());
        let locks = transaction.steps.iter().flat_map(|step| &step.locks);
        let mut names: BTreeSet<String> = locks.map(|lock| lock.relation.name.clone()).collect();
        for step in &transaction.steps {
            words(&step.sql, &mut |word| {
                if known.contains(word) {
                    names.insert(word.to_owned());
                }
            });
        }
        Self { touched, all, names }
    }

    fn meets(&self, other: &Self) -> bool {
        !self.names.is_disjoint(&other.names)
            || !self.touched.is_disjoint(&other.all)
            || !self.all.is_disjoint(&other.touched)
    }
}

/// The names of all objects in a schema, and of all that contain others, that a plan knows.
fn names(plan: &Plan) -> BTreeSet<String> {
    let own = |id: &Id| (id.path.len() > 1).then(|| id.path[1].clone());
    let ids = plan.ids().chain(plan.changes.iter().filter_map(|change| change.from.as_ref()));
    let locks = plan.steps().flat_map(|step| &step.locks).map(|lock| lock.relation.name.clone());
    let mut names: BTreeSet<String> = ids.filter_map(own).chain(locks).collect();
    // What is qualified in a statement is one, whatever the plan says of it.
    for step in plan.steps() {
        names.extend(qualified(&step.sql));
    }
    names
}

/// The second parts of qualified names.
fn qualified(sql: &str) -> Vec<String> {
    let Ok(tokens) = scan::tokens(sql) else { return Vec::new() };
    let name = |token: &scan::Token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent);
    let triples = tokens.windows(3);
    let found = triples.filter(|it| name(&it[0]) && it[1].is(".") && name(&it[2]));
    found.map(|it| it[2].word.clone()).collect()
}

/// The identifiers and keywords of a statement, and the words in its literals: a default has the name of its sequence
/// in one, a function its body.
fn words(sql: &str, tell: &mut dyn FnMut(&str)) {
    let Ok(tokens) = scan::tokens(sql) else {
        sql.split(|c: char| !c.is_alphanumeric() && c != '_').for_each(tell);
        return;
    };
    for token in tokens {
        match token.kind {
            TokenKind::Word | TokenKind::QuotedIdent => tell(&token.word),
            TokenKind::String => {
                let text = &sql[token.start..token.end];
                text.split(|c: char| !c.is_alphanumeric() && c != '_').for_each(&mut *tell);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::PlannedStep;

    /// A plan of these statements, each in a transaction that says that it needs no other.
    fn plan(statements: &[&str]) -> Plan {
        let transaction = |sql: &&str| Transaction {
            steps: vec![PlannedStep { sql: (*sql).to_owned(), ..PlannedStep::default() }],
            needs: Some(BTreeSet::new()),
            ..Transaction::default()
        };
        let transactions = statements.iter().map(transaction).collect();
        Plan { transactions, ..Plan::default() }
    }

    fn before(statements: &[&str]) -> Vec<usize> {
        let dependence = Dependence::of(&plan(statements));
        dependence.before(statements.len() - 1).iter().copied().collect()
    }

    #[test]
    fn transactions_that_name_the_same_object_keep_their_order_whatever_the_plan_says() {
        let add = "ALTER TABLE public.a ADD COLUMN x integer";
        assert!(before(&[add, "ALTER TABLE public.b ADD COLUMN x integer"]).is_empty());
        for later in [
            "ALTER TABLE public.b ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES public.a",
            "DROP TABLE public.a",
            "CREATE VIEW public.v AS SELECT * FROM a",
            "ALTER TABLE public.b ALTER COLUMN x SET DEFAULT nextval('public.a')",
            "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS $$ select 1 from a $$",
        ] {
            assert_eq!(before(&[add, later]), [0], "{later}");
        }
    }

    #[test]
    fn an_object_that_one_touches_and_another_needs_orders_them() {
        let mut plan = plan(&["SELECT 1", "SELECT 2", "SELECT 3"]);
        let id: Id = "enum:public.mood".parse().unwrap();
        plan.transactions[0].after.insert(id.clone(), None);
        plan.transactions[2].before.insert(id, None);
        let dependence = Dependence::of(&plan);
        assert!(dependence.before(1).is_empty());
        assert_eq!(dependence.before(2), &BTreeSet::from([0]));
    }

    #[test]
    fn a_plan_that_says_nothing_is_applied_in_its_order() {
        let mut plan = plan(&["ALTER TABLE public.a ADD x integer", "DROP TABLE public.b"]);
        plan.transactions[1].needs = None;
        assert_eq!(Dependence::of(&plan).before(1), &BTreeSet::from([0]));
    }
}
