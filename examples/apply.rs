//! Makes a database what a declaration says, without asking. Drops and loss of data are refused.
//!
//! `cargo run --example apply -- postgresql:///hospital declaration.toml`

use std::error::Error;

use pgplumb::apply::{Allowed, Options, apply};
use pgplumb::connect::{ConnInfo, Env, connect};
use pgplumb::{compare, declare, introspect, oracle, render};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a program")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file] = arguments.as_slice() else { return Err("usage: apply URL FILE.toml".into()) };
    let secrets = |name: &str| std::env::var(name).ok();

    let mut declaration = declare::text(&std::fs::read_to_string(file)?)?;
    declaration.reveal(&secrets);
    let info = ConnInfo::parse(url, &Env::from_process())?;
    let connection = connect(&info, "apply example").await?;
    let current = introspect::introspect(&connection.client).await?;

    let mut scratch = oracle::Lazy::default().checking(true);
    let plan = compare::compare(current, declaration, &mut scratch, true).await?;
    println!("{}", render::summary(&plan));
    let allowed = Allowed::default();
    let options = Options { secrets: &secrets, ..Options::new(&allowed) };
    apply(&connection, &plan, &options, &mut |_| {}).await?;
    Ok(())
}
