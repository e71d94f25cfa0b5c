use std::path::PathBuf;

use clap::Args;
use pgplumb::apply::{Answer, ask};
use pgplumb::shown::counted;

use super::output::{Colours, Failure, print};
use super::{Database, Declared, Exit, apply, exit};

/// Asks a database whether its rows let a saved plan succeed: each question is a query that counts what is in the way. It
/// reads only, and shows no value.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::REFUSES))]
pub(crate) struct Verify {
    /// A plan saved as json.
    plan: PathBuf,
    /// Refuse the plan unless PLAN.minisig is its signature with this public key of minisign: a file, or the key.
    #[arg(long, value_name = "PUBKEY")]
    verify: Option<String>,
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
}

impl Verify {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let plan = apply::read(&self.plan, self.verify.as_deref())?;
        let target = apply::target(&plan, &self.declared, &self.database).await?;
        let answers = ask(&target.connection, &plan).await.map_err(apply::failure)?;
        for answer in &answers {
            print(&format!("{}\n", line(answer)));
        }
        let in_the_way = answers.iter().filter(|answer| answer.is_in_the_way()).count();
        let open = answers.iter().filter(|answer| answer.rows.is_err()).count();
        print(&format!("{}\n", verdict(answers.len(), in_the_way, open)));
        Ok(match (in_the_way, open) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Later,
            _ => Exit::Refused,
        })
    }
}

fn line(answer: &Answer) -> String {
    let about = pgplumb::shown::line(&answer.question.about);
    match &answer.rows {
        Ok(0) => format!("ok      no {about}"),
        Ok(_) => {
            let query = answer.question.count();
            let query = pgplumb::shown::line(&query);
            format!("refused {about}: {}\n        {query};", answer.number())
        }
        Err(why) => format!("open    {about}: {}", pgplumb::shown::line(why)),
    }
}

fn verdict(all: usize, in_the_way: usize, open: usize) -> String {
    let asked = counted(all, "question");
    match (all, in_the_way, open) {
        (0, ..) => "the plan asks nothing of the rows".to_owned(),
        (_, 0, 0) => format!("{asked}: nothing is in the way"),
        (_, 0, _) => format!("{asked}, {open} without an answer; ask again later"),
        (_, _, 0) => format!("{asked}, rows are in the way of {in_the_way}"),
        _ => format!("{asked}, rows are in the way of {in_the_way}, {open} without an answer"),
    }
}
