//! `pause`, `resume` and `cancel`: orders to an apply that runs in the database.

use clap::Args;
use pgplumb::apply::{Obeyed, Order, order};

use super::output::{Colours, Failure, print};
use super::{Database, Declared, Exit, exit, sides};

/// Where the apply runs.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Steer {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
}

impl Steer {
    /// Gives the order and waits until it is obeyed.
    pub(crate) async fn run(self, what: Order, _colours: Colours) -> Result<Exit, Failure> {
        let connection = sides::named(&self.declared, &self.database).await?;
        match order(&connection, what).await.map_err(Failure::of)? {
            Obeyed::Yes => {
                print(&format!("{}\n", done(what)));
                Ok(Exit::Done)
            }
            Obeyed::NoneRuns => Err(Failure::text("no apply is running in this database")),
            Obeyed::NotYet(pid) => Err(Failure::later(format!(
                "the apply with pid {pid} has not obeyed yet: it does so before its next transaction or batch, if this role \
                 may act for the role that applies; `plumb status` shows what it does"
            ))),
        }
    }
}

fn done(what: Order) -> &'static str {
    match what {
        Order::Pause => "paused: it holds no lock; `plumb resume` lets it go on",
        Order::Resume => "resumed",
        Order::Cancel => "cancelled: the next apply goes on from where it has stopped",
    }
}
