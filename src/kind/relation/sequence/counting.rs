//! How a sequence counts, with every default said, and the statements that change it. PostgreSQL compares START, the
//! bounds, the type and the counter with each other at every statement (`init_params` of sequence.c).

use super::integer::Integer;
use super::restart::Restart;
use crate::hazard::Hazard;
use crate::sql::quote::literal;
use crate::step::Step;

/// How a sequence counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counting {
    /// Its type.
    pub(in crate::kind) of: Integer,
    /// `START`.
    pub(in crate::kind) first: i64,
    /// `INCREMENT`.
    pub(in crate::kind) step: i64,
    /// `MINVALUE`.
    pub(in crate::kind) least: i64,
    /// `MAXVALUE`.
    pub(in crate::kind) greatest: i64,
    /// `CACHE`.
    pub(in crate::kind) cache: i64,
    /// Whether it begins again at the end.
    pub(in crate::kind) cycle: bool,
}

impl Counting {
    /// Whether it counts upwards.
    pub(in crate::kind) fn rises(&self) -> bool {
        self.step > 0
    }

    /// `MINVALUE` and `MAXVALUE`.
    pub(in crate::kind) fn bounds(&self) -> (i64, i64) {
        (self.least, self.greatest)
    }

    /// What taking `old` to `self` means for a sequence that has counted already.
    pub(in crate::kind) fn restarts(&self, old: &Self) -> Restart {
        Restart::of(old.bounds(), self.bounds())
    }

    /// The same when the sequence has got another type: a bound that was the old type's is the new type's.
    pub(in crate::kind) fn retyped(self, of: Integer) -> Self {
        let (old, new) = (self.of.bounds(), of.bounds());
        let least = if self.least == old.0 { new.0 } else { self.least };
        let greatest = if self.greatest == old.1 { new.1 } else { self.greatest };
        Self { of, least, greatest, ..self }
    }

    /// The options in which it differs from `old`, as words.
    pub(in crate::kind) fn changes(&self, old: &Self) -> Vec<String> {
        let Self { of, first, step, least, greatest, cache, cycle } = *self;
        let mut words = Vec::new();
        for (word, new, was) in [
            ("INCREMENT", step, old.step),
            ("MINVALUE", least, old.least),
            ("MAXVALUE", greatest, old.greatest),
            ("START", first, old.first),
            ("CACHE", cache, old.cache),
        ] {
            // With another type PostgreSQL moves bounds that were the old type's; what is wanted is said.
            if new != was || of != old.of && word.ends_with("VALUE") {
                words.push(format!("{word} {new}"));
            }
        }
        if cycle != old.cycle {
            words.push(if cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
        }
        words
    }

    /// The statements that take the counter of `sequence` into the new bounds, before they are set. `repeat` is an
    /// ALTER that says a bound again: PostgreSQL then takes a setval of the same transaction back with it, and
    /// nextval waits.
    pub(in crate::kind) fn stay_within(
        &self,
        old: &Self,
        sequence: &str,
        repeat: &dyn Fn(&str) -> String,
    ) -> Vec<Step> {
        if self.restarts(old) != Restart::Perhaps {
            return Vec::new();
        }
        let target = literal(sequence);
        let mut steps = vec![Step::new(repeat(&format!("MAXVALUE {}", old.greatest)))];
        // At the far end a sequence is used up; before its first value it has not been called.
        let mut to = |bound: i64, beyond: &str, called: bool| {
            let sql = format!(
                "SELECT setval({target}, {bound}, {called}) FROM {sequence} WHERE last_value {beyond} {bound}"
            );
            let message = format!("a counter beyond the new bounds is set to {bound}");
            steps.push(Step::new(sql).hazard(Hazard::SequenceRestart, message));
        };
        if self.greatest < old.greatest {
            to(self.greatest, ">", self.rises());
        }
        if self.least > old.least {
            to(self.least, "<", !self.rises());
        }
        steps
    }

    /// Whether a sequence that counts so can go on where one that counts as `old` stands.
    pub(in crate::kind) fn can_go_on(&self, old: &Self) -> bool {
        self.restarts(old) != Restart::Must && self.rises() == old.rises()
    }

    /// Lets `target`, an expression, go on where the sequence `from` stands, unless that is before its start.
    /// `also`: the target, if another column has set it already; it only moves on then.
    pub(in crate::kind) fn go_on(
        &self,
        target: &str,
        from: &str,
        old: &Self,
        also: Option<&str>,
    ) -> Step {
        let (word, beyond, end, short) = if self.rises() {
            ("least", ">", self.greatest, self.greatest < old.greatest)
        } else {
            ("greatest", "<", self.least, self.least > old.least)
        };
        let (value, called) = if short {
            (
                format!("{word}(last_value, {end})"),
                format!("is_called OR last_value {beyond} {end}"),
            )
        } else {
            ("last_value".to_owned(), "is_called".to_owned())
        };
        let starts_later =
            if self.rises() { self.first > old.least } else { self.first < old.greatest };
        let place = match also {
            Some(also) => format!(" WHERE last_value {beyond} (SELECT last_value FROM {also})"),
            None if starts_later => format!(" WHERE last_value {beyond}= {}", self.first),
            None => String::new(),
        };
        Step::new(format!("SELECT setval({target}, {value}, {called}) FROM {from}{place}"))
    }

    /// Lets `target`, an expression, go on behind the values of a column of the type `of`; `also` as in
    /// [`Counting::go_on`].
    pub(in crate::kind) fn go_behind(
        &self,
        target: &str,
        table: &str,
        column: &str,
        of: Integer,
        also: Option<&str>,
    ) -> Step {
        let (end, beyond) = if self.rises() { ("max", ">") } else { ("min", "<") };
        let (low, high) = of.bounds();
        let within = if self.rises() && self.greatest < high {
            format!(" WHERE {column} <= {}", self.greatest)
        } else if !self.rises() && self.least > low {
            format!(" WHERE {column} >= {}", self.least)
        } else {
            String::new()
        };
        let place = match also {
            Some(also) => format!("{beyond} (SELECT last_value FROM {also})"),
            None => format!("{beyond}= {}", self.first),
        };
        Step::new(format!(
            "SELECT setval({target}, {end}({column})) FROM {table}{within} HAVING {end}({column}) {place}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Counting = Counting {
        of: Integer::Plain,
        first: 1,
        step: 1,
        least: 1,
        greatest: i32::MAX as i64,
        cache: 1,
        cycle: false,
    };
    const DOWN: Counting =
        Counting { first: -1, step: -1, least: i32::MIN as i64, greatest: -1, ..UP };

    fn sqls(steps: Vec<Step>) -> Vec<String> {
        steps.into_iter().map(|step| step.sql).collect()
    }

    #[test]
    fn a_bound_of_the_type_follows_the_type() {
        let big = UP.retyped(Integer::Big);
        assert_eq!((big.least, big.greatest), (1, i64::MAX));
        let small = DOWN.retyped(Integer::Small);
        assert_eq!((small.least, small.greatest), (i16::MIN.into(), -1));
        let own = Counting { least: i32::MIN.into(), greatest: 7, ..UP }.retyped(Integer::Big);
        assert_eq!((own.least, own.greatest), (i64::MIN, 7));
    }

    #[test]
    fn a_counter_comes_into_narrower_bounds_before_they_are_set() {
        let narrow = Counting { least: 5, greatest: 9, ..UP };
        let repeat = |option: &str| format!("ALTER SEQUENCE s.q {option}");
        assert_eq!(
            sqls(narrow.stay_within(&UP, "s.q", &repeat)),
            [
                "ALTER SEQUENCE s.q MAXVALUE 2147483647",
                "SELECT setval('s.q', 9, true) FROM s.q WHERE last_value > 9",
                "SELECT setval('s.q', 5, false) FROM s.q WHERE last_value < 5",
            ]
        );
        let down = Counting { least: -9, ..DOWN };
        assert_eq!(
            sqls(down.stay_within(&DOWN, "s.q", &repeat))[1..],
            ["SELECT setval('s.q', -9, true) FROM s.q WHERE last_value < -9"]
        );
        assert!(UP.stay_within(&narrow, "s.q", &repeat).is_empty());
        assert!(DOWN.stay_within(&UP, "s.q", &repeat).is_empty());
    }

    #[test]
    fn a_position_is_taken_over_as_far_as_it_fits() {
        let plain = UP.go_on("'q'", "s.old", &UP, None);
        assert_eq!(plain.sql, "SELECT setval('q', last_value, is_called) FROM s.old");
        let short = Counting { greatest: 9, first: 3, ..UP }.go_on("'q'", "s.old", &UP, None);
        assert_eq!(
            short.sql,
            "SELECT setval('q', least(last_value, 9), is_called OR last_value > 9) FROM s.old \
             WHERE last_value >= 3"
        );
        assert!(!DOWN.can_go_on(&UP));
    }

    #[test]
    fn values_beyond_the_bounds_are_not_counted() {
        let behind =
            |counting: Counting| counting.go_behind("'q'", "s.t", "n", Integer::Plain, None).sql;
        assert_eq!(behind(UP), "SELECT setval('q', max(n)) FROM s.t HAVING max(n) >= 1");
        assert_eq!(
            behind(Counting { least: -10, greatest: 10, first: -5, ..UP }),
            "SELECT setval('q', max(n)) FROM s.t WHERE n <= 10 HAVING max(n) >= -5"
        );
        assert_eq!(behind(DOWN), "SELECT setval('q', min(n)) FROM s.t HAVING min(n) <= -1");
    }
}
