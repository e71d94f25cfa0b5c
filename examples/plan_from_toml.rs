//! Prints the SQL that takes one declaration to another; no server is asked.
//!
//! `cargo run --example plan_from_toml -- before.toml after.toml`

use std::error::Error;

use pgplumb::{compare, declare, oracle, render};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a program")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args().skip(1);
    let mut next = || -> Result<_, Box<dyn Error>> {
        let file = files.next().ok_or("usage: plan_from_toml BEFORE.toml AFTER.toml")?;
        Ok(declare::text(&std::fs::read_to_string(file)?)?)
    };
    let (before, after) = (next()?, next()?);
    let mut scratch = oracle::Lazy::default();
    let plan = compare::compare(before.as_current(), after, &mut scratch, false).await?;
    print!("{}", render::sql(&plan)?);
    Ok(())
}
