//! The command line: clap arguments and printing over the library's public API. Data goes to
//! standard output, everything else to standard error. A command is a file here.

mod apply;
mod check;
mod checkout;
mod ci;
mod config;
mod coverage;
mod date;
mod diff;
mod drift;
mod exit;
mod explain;
mod export;
mod fault;
mod fmt;
mod fork;
mod graph;
mod hosts;
mod init;
mod interrupt;
mod lint;
mod log;
mod output;
mod plan;
mod progress;
mod prove;
mod revision;
mod shell;
mod sides;
mod sign;
mod snapshot;
mod state;
mod status;
mod steer;
mod template;
mod trust;
mod verify;
mod why;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use pgplumb::apply::Order;

pub(crate) use exit::Exit;
use output::Failure;

/// When to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Keeps a PostgreSQL database true to its declaration.
#[derive(Parser, Debug)]
#[command(name = "plumb", version, max_term_width = 100, after_help = exit::help(&Exit::ALL))]
struct Arguments {
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// The files of the checkout are a stranger's: of the plumb.toml in it only the sections manage and session count,
    /// and a secret `${env:NAME}` only if NAME begins with PLUMB_ or stands under env in the section secrets of
    /// a trusted configuration. --config FILE trusts that file. On by itself where the CI service
    /// shows a pull request from a fork.
    #[arg(
        long,
        global = true,
        env = "PLUMB_UNTRUSTED",
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    untrusted: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Init(init::Init),
    Export(export::Export),
    Check(check::Check),
    Fmt(fmt::Fmt),
    Plan(plan::Plan),
    Apply(apply::Apply),
    Verify(verify::Verify),
    Status(status::Status),
    /// Lets the apply that runs in the database begin no further transaction or batch. It holds no lock meanwhile.
    Pause(steer::Steer),
    /// Lets a paused apply go on.
    Resume(steer::Steer),
    /// Stops the apply that runs in the database: its statement is cancelled, the transaction rolled back.
    Cancel(steer::Steer),
    Log(log::Log),
    Prove(prove::Prove),
    Drift(drift::Drift),
    Diff(diff::Diff),
    Snapshot(snapshot::Snapshot),
    Lint(lint::Lint),
    Graph(graph::Graph),
    Why(why::Why),
    Coverage(coverage::Coverage),
    Ci(ci::Ci),
    Explain(explain::Explain),
    Completions(shell::Completions),
    Man(shell::Man),
}

/// Where the declaration is.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Declared {
    /// The directory of the declaration.
    #[arg(long = "schema", value_name = "DIR", default_value = "schema")]
    pub(crate) dir: PathBuf,
    /// The configuration file, which is trusted; otherwise plumb.toml in the declaration's directory
    /// or its parent.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Where the database is.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Database {
    /// The database: a URL or a key=value string, as libpq reads them.
    #[arg(long, value_name = "URL", conflicts_with = "env")]
    pub(crate) url: Option<String>,
    /// An environment of plumb.toml.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
}

/// Where a scratch comes from.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ScratchFrom {
    /// A server that plumb may make databases on, in place of a throwaway one; `target`: the
    /// target's own, which has its extensions and locales.
    #[arg(long, value_name = "URL|target")]
    pub(crate) scratch: Option<String>,
    /// Let the server of --scratch build with a superuser's rights what the declaration and every user of
    /// the database wrote.
    #[arg(long, requires = "scratch")]
    pub(crate) trust_database: bool,
}

/// Whether a plan is built on a scratch before it is shown.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub(crate) struct Checked {
    /// Do not build on a scratch what the plan creates or changes.
    #[arg(long)]
    pub(crate) no_check: bool,
}

/// Which tables others use while the plan is applied.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub(crate) struct InUse {
    /// When changes are made in steps that do not block a table for long: auto on tables above `online_above` (16 MB,
    /// see plumb.toml) or of unknown size, always, or off.
    #[arg(long, value_name = "auto|always|off")]
    pub(crate) online: Option<pgplumb::online::Online>,
}

impl InUse {
    /// What decides, by the command line, then by the environment.
    pub(crate) fn policy(self, environment: &config::Environment) -> pgplumb::online::Policy {
        let usual = pgplumb::online::Policy::default();
        pgplumb::online::Policy {
            online: self.online.or(environment.online).unwrap_or(usual.online),
            above: environment.online_above.unwrap_or(usual.above),
            fixed: self.online.is_some(),
        }
    }
}

/// Runs the command; says how it ended.
pub(crate) fn main() -> ExitCode {
    fault::watch(output::Colours::new(Colour::Auto));
    fault::caught(go).unwrap_or_else(ExitCode::from)
}

fn go() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            output::usage(&error, output::Colours::new(Colour::Auto));
            // Wrong usage is an error like any other; 2 means difference here.
            return if error.use_stderr() { Exit::Error.into() } else { Exit::Done.into() };
        }
    };
    let colour = output::Colours::new(arguments.color);
    output::start(colour);
    trust::decide(arguments.untrusted);
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                output::complain(&format!("the runtime did not start: {error}"), colour);
                return Exit::Error.into();
            }
        };
    let ended = runtime.block_on(interrupt::guarded(run(arguments.command, colour)));
    if interrupt::exit_code().is_some() {
        // A request to a code host is not waited for.
        runtime.shutdown_background();
    }
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::report(&failure, colour);
            interrupt::exit_code().map_or_else(|| failure.exit.into(), ExitCode::from)
        }
    }
}

async fn run(command: Command, colour: output::Colours) -> Result<Exit, Failure> {
    match command {
        Command::Init(command) => command.run(colour).await,
        Command::Export(command) => command.run(colour).await,
        Command::Check(command) => command.run(colour).await,
        Command::Fmt(command) => command.run(),
        Command::Plan(command) => Box::pin(command.run(colour)).await,
        Command::Apply(command) => Box::pin(command.run(colour)).await,
        Command::Verify(command) => command.run(colour).await,
        Command::Status(command) => command.run(colour).await,
        Command::Log(command) => command.run(colour).await,
        Command::Pause(command) => command.run(Order::Pause, colour).await,
        Command::Resume(command) => command.run(Order::Resume, colour).await,
        Command::Cancel(command) => command.run(Order::Cancel, colour).await,
        Command::Prove(command) => Box::pin(command.run(colour)).await,
        Command::Drift(command) => command.run(colour).await,
        Command::Diff(command) => command.run(colour).await,
        Command::Snapshot(command) => command.run(colour).await,
        Command::Lint(command) => command.run(colour).await,
        Command::Graph(command) => command.run().await,
        Command::Why(command) => Box::pin(command.run()).await,
        Command::Coverage(command) => command.run(colour).await,
        Command::Ci(command) => Box::pin(command.run(colour)).await,
        Command::Explain(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    }
}
