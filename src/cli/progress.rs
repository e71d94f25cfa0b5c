//! What apply tells while it works, in lines.

use pgplumb::apply::{Blocker, Event, spoken};
use pgplumb::shown::{counted, line};

/// The text of an event, with a line for each session that blocks.
pub(crate) fn text(event: &Event<'_>) -> String {
    match event {
        Event::Overridden { setting, value, of } => format!(
            "note: {} has {setting} = {}, which does not hold for apply: see lock_timeout, deadline and \
             statement_timeout in plumb.toml",
            line(of),
            line(value)
        ),
        Event::Unanswered { about, why } => {
            format!("note: it is not known whether there are {}: {}", line(about), line(why))
        }
        Event::Unwritten { why } => format!("warning: the journal has a gap: {}", line(why)),
        Event::Ordered { order, pid } => format!("told to {order} by the session with pid {pid}"),
        Event::TransactionStarts { transaction, of, statements } => {
            format!("transaction {transaction} of {of}: {}", counted(*statements, "statement"))
        }
        Event::WaitsFor { transaction, waited, blockers } => with(
            format!("transaction {transaction} has been waiting for {}", spoken(*waited)),
            blockers,
        ),
        Event::Terminated { blocker } => format!("ended the session that blocked: {blocker}"),
        Event::NotTerminated { blocker, why } => {
            format!("the session that blocks could not be ended: {}: {blocker}", line(why))
        }
        Event::TriesAgain { transaction, of, attempts, message, blockers, pause } => {
            let head = failed(*transaction, *of, *attempts, message);
            with(format!("{head}; it is tried again in {}", spoken(*pause)), blockers)
        }
        Event::Parked { transaction, of, attempts, message, blockers } => {
            let head = failed(*transaction, *of, *attempts, message);
            with(format!("{head}; what does not depend on it comes first"), blockers)
        }
        Event::AlreadyThere { transaction, sql, fired } => format!(
            "transaction {transaction}: passed over, since it is done already (event triggers that fire: {}): {}",
            line(&fired.join(", ")),
            line(sql)
        ),
        Event::Done { transaction, of, attempts, took, .. } => {
            let attempt =
                if *attempts > 1 { format!(", attempt {attempts}") } else { String::new() };
            format!("transaction {transaction} of {of}{attempt}: committed after {}", spoken(*took))
        }
        _ => String::new(),
    }
}

fn failed(transaction: usize, of: usize, attempts: u32, message: &str) -> String {
    format!("transaction {transaction} of {of}, attempt {attempts}: {}", line(message))
}

fn with(head: String, blockers: &[Blocker]) -> String {
    let lines = blockers.iter().map(|blocker| format!("\n  blocked by {blocker}"));
    head + &lines.collect::<String>()
}
