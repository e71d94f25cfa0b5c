use clap::Args;
use pgplumb::apply::{Running, spoken, status};
use pgplumb::shown::line;

use super::output::{Colours, Failure, print};
use super::{Database, Declared, Exit, exit, sides};

/// Shows what an apply that runs in the database is doing: its transaction and statement, who blocks it, how far it has come.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Status {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
}

impl Status {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let connection = sides::named(&self.declared, &self.database).await?;
        match status(&connection).await.map_err(Failure::of)? {
            None => print("no apply is running\n"),
            Some(running) => print(&text(&running)),
        }
        Ok(Exit::Done)
    }
}

fn text(running: &Running) -> String {
    let mut out = format!("{}\n", running.holder);
    if let Some(statement) = &running.statement {
        let time = running.running.map(|time| format!(" for {}", spoken(time)));
        out.push_str(&format!("running{}: {}\n", time.unwrap_or_default(), line(statement)));
    }
    if let Some(event) = &running.waits_for {
        out.push_str(&format!("waits for {}\n", line(event)));
    }
    if let Some(progress) = &running.progress {
        let share = match progress.of {
            0 => String::new(),
            of => format!(", {} % of {of} blocks", progress.done.saturating_mul(100) / of),
        };
        out.push_str(&format!("phase: {}{share}\n", line(&progress.phase)));
    }
    for blocker in &running.blockers {
        out.push_str(&format!("blocked by {blocker}\n"));
    }
    out
}
