use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pgplumb::apply::{Allowed, ApplyError, apply, is_applied, is_target, preflight, verify};
use pgplumb::catalog::Catalog;
use pgplumb::connect::{ConnInfo, Connection, execute};
use pgplumb::declare::Declaration;
use pgplumb::id::Id;
use pgplumb::oracle::Lazy;
use pgplumb::plan::Plan;
use pgplumb::render;
use pgplumb::rollback;
use pgplumb::timings::Timings;

use super::config::{Config, Environment};
use super::interrupt;
use super::output::{Colours, Failure, print, say, warn};
use super::plan::no_way_back;
use super::{Checked, Database, Declared, Exit, InUse, ScratchFrom, exit, sides, sign};

/// Makes the database as it is declared: by a saved plan, or by one that is shown first.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::REFUSES))]
pub(crate) struct Apply {
    /// A plan saved as json: applied as written, or refused.
    plan: Option<PathBuf>,
    /// Refuse the plan unless PLAN.minisig is its signature with this public key of minisign: a file, or the key.
    #[arg(long, value_name = "PUBKEY", requires = "plan")]
    verify: Option<String>,
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    scratch: ScratchFrom,
    #[command(flatten)]
    checked: Checked,
    #[command(flatten)]
    in_use: InUse,
    /// Take the database back to what it was before this saved plan, from wherever the plan has stopped.
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["plan", "verify"])]
    rollback: Option<PathBuf>,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// A hazard that is accepted: data-loss, undeclared-drop, or all; with :GLOB only for the objects whose ids
    /// the glob matches. May be repeated, and may be a list with commas. `plumb explain HAZARD` says what it is.
    #[arg(long, value_name = "HAZARD[:GLOB]")]
    allow: Vec<String>,
    /// Show what would be done, and check the gates, without doing it.
    #[arg(long)]
    dry_run: bool,
    /// How long a statement may wait for a lock, as PostgreSQL's lock_timeout.
    #[arg(long, value_name = "TIME")]
    lock_timeout: Option<String>,
    /// Take a difference that no server could decide for a change.
    #[arg(long)]
    strict: bool,
}

/// What is to be applied, and to which database.
struct Work {
    plan: Plan,
    connection: Connection,
    config: Config,
    environment: Environment,
    /// The objects of both sides, where the command line names objects.
    ids: BTreeSet<Id>,
    /// What the plan was made from, if it was made here.
    wanted: Option<Wanted>,
}

struct Wanted {
    declaration: Declaration,
    scratch: Lazy,
    info: ConnInfo,
}

impl Apply {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let mut allowed = Allowed::default();
        for list in &self.allow {
            let list = Allowed::parse(list);
            allowed.add(list.map_err(|error| Failure::text(format!("--allow: {error}")))?);
        }
        let Work { plan, connection, config, environment, ids, wanted } =
            match (&self.plan, &self.rollback) {
                (Some(path), _) => self.saved(path, &allowed).await?,
                (None, Some(path)) => Box::pin(self.back(path, &allowed, colours)).await?,
                (None, None) => Box::pin(self.made(&allowed, colours)).await?,
            };
        if plan.is_empty() {
            print(&format!("{}\n", render::summary(&plan)));
            return Ok(Exit::Done);
        }
        let saved = wanted.is_none();
        if saved && is_applied(&connection, &plan).await.map_err(failure)? {
            print(&format!("already applied: {}\n", render::summary(&plan)));
            return Ok(Exit::Done);
        }
        config.may_reveal(&plan)?;
        // Who is asked has to see what about.
        if saved && !self.dry_run && !self.yes && std::io::stdin().is_terminal() {
            print(&render::text(&plan, colours.style()));
        }
        allowed
            .check(plan.ids().chain(&ids))
            .map_err(|error| Failure::text(format!("--allow: {error}")))?;
        allowed.add(environment.allow.clone());
        if self.dry_run {
            let gates = pgplumb::apply::refused(&plan, &allowed);
            print(&format!("{}\n", render::summary(&plan)));
            if !gates.is_empty() {
                return Err(Failure::refused(ApplyError::Gated(gates)));
            }
            preflight(&connection, &plan).await.map_err(failure)?;
            return Ok(Exit::Done);
        }
        // What is refused anyway need not be asked about.
        if pgplumb::apply::refused(&plan, &allowed).is_empty() && !self.yes && !confirmed()? {
            say("nothing was changed");
            return Ok(Exit::Refused);
        }
        self.timeouts(&connection, &environment).await?;
        let mut progress = |at: usize, of: usize, transaction: &pgplumb::plan::Transaction| {
            let statements = pgplumb::shown::counted(transaction.steps.len(), "statement");
            say(format!("transaction {at} of {of}: {statements}"));
        };
        let secrets = |variable: &str| config.secret(variable);
        let changing = interrupt::Changing::start();
        let stopped = &interrupt::requested;
        let done =
            apply(&connection, &plan, &allowed, &secrets, stopped, saved, &mut progress).await;
        drop(changing);
        match done {
            Ok(_) => {
                for notice in connection.take_notices() {
                    say(notice);
                }
                match wanted {
                    Some(wanted) => Box::pin(self.verify(&connection, wanted, colours)).await?,
                    None => verify(&connection, &plan).await.map_err(failure)?,
                }
                print(&format!("applied: {}\n", render::summary(&plan)));
                Ok(Exit::Done)
            }
            Err(error) => Err(failure(error)),
        }
    }

    /// Reads the database again: nothing may differ from what was declared.
    async fn verify(
        &self,
        connection: &Connection,
        wanted: Wanted,
        colours: Colours,
    ) -> Result<(), Failure> {
        let Wanted { declaration, mut scratch, info } = wanted;
        let current = sides::read_over(connection, &info).await?;
        let left = sides::compared(
            current,
            declaration,
            &mut scratch,
            self.strict,
            &mut Timings::default(),
        )
        .await?;
        if left.is_empty() {
            return Ok(());
        }
        print(&render::text(&left, colours.style()));
        Err(Failure::text(
            "every statement was executed, and yet the database is not as it is declared: what is \
             left is printed above",
        ))
    }

    /// Reads a saved plan.
    fn read(&self, path: &Path) -> Result<Plan, Failure> {
        let text = pgplumb::source::limit::read_text(path).map_err(|error| {
            Failure::text(format!("{} could not be read: {error}", path.display()))
        })?;
        if let Some(key) = &self.verify {
            sign::verify(path, &text, key)?;
        }
        render::read_json(&text).map_err(|error| {
            let message = format!("{}: {error}", path.display());
            if error.is_refusal() { Failure::refused(message) } else { Failure::text(message) }
        })
    }

    /// The way back from a saved plan.
    async fn back(
        &self,
        path: &Path,
        allowed: &Allowed,
        colours: Colours,
    ) -> Result<Work, Failure> {
        let plan = self.read(path)?;
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let (mut info, environment) = sides::some_database(&self.database, &config)?;
        if !plan.timezone.is_empty() {
            info = info.with_timezone(&plan.timezone);
        }
        let connection = sides::open(&info).await?;
        is_target(&connection, &plan).await.map_err(failure)?;
        let policy = self.in_use.policy(&environment);
        let current = sides::read_marked(&connection, &info, policy).await?;
        let declaration = rollback::target(&plan, current.clone()).map_err(no_way_back)?;
        let named = (allowed, colours);
        self.towards(current, declaration, connection, config, environment, named, info, Some(plan))
            .await
    }

    async fn saved(&self, path: &Path, allowed: &Allowed) -> Result<Work, Failure> {
        let plan = self.read(path)?;
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let (mut info, environment) = sides::some_database(&self.database, &config)?;
        if !plan.timezone.is_empty() {
            info = info.with_timezone(&plan.timezone);
        }
        let connection = sides::open(&info).await?;
        // An object may be there that the plan leaves alone.
        let ids = match allowed.check(plan.ids()) {
            Ok(()) => BTreeSet::new(),
            Err(_) => sides::read_over(&connection, &info).await?.objects.into_keys().collect(),
        };
        Ok(Work { plan, connection, config, environment, ids, wanted: None })
    }

    async fn made(&self, allowed: &Allowed, colours: Colours) -> Result<Work, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let (info, environment) = sides::some_database(&self.database, &config)?;
        let reading = async {
            let connection = sides::open(&info).await?;
            let policy = self.in_use.policy(&environment);
            let current = sides::read_marked(&connection, &info, policy).await?;
            Ok((connection, current))
        };
        let (declaration, (connection, current)) =
            sides::declaration_beside(&self.declared, reading, &mut Timings::default()).await?;
        warn(&declaration, colours);
        let named = (allowed, colours);
        self.towards(current, declaration, connection, config, environment, named, info, None).await
    }

    /// The plan towards a declaration, shown.
    #[allow(clippy::too_many_arguments, reason = "they are the parts of Work")]
    async fn towards(
        &self,
        current: Catalog,
        declaration: Declaration,
        connection: Connection,
        config: Config,
        environment: Environment,
        (allowed, colours): (&Allowed, Colours),
        info: ConnInfo,
        back_from: Option<Plan>,
    ) -> Result<Work, Failure> {
        let objects = current.objects.keys().chain(declaration.catalog.objects.keys());
        let ids = objects.filter(|_| allowed.names_objects()).cloned().collect();
        let mut scratch = sides::scratch(&self.scratch, &config, Some(&self.database))?
            .checking(!self.checked.no_check);
        let again = declaration.clone();
        let mut plan = sides::compared(
            current,
            declaration,
            &mut scratch,
            self.strict,
            &mut Timings::default(),
        )
        .await?;
        if let Some(from) = &back_from {
            rollback::explain(&mut plan, from);
        }
        for note in &plan.notes {
            say(format!("note: {note}"));
        }
        if !plan.is_empty() {
            print(&render::text(&plan, colours.style()));
        }
        let wanted = Some(Wanted { declaration: again, scratch, info });
        Ok(Work { plan, connection, config, environment, ids, wanted })
    }

    async fn timeouts(
        &self,
        connection: &Connection,
        environment: &Environment,
    ) -> Result<(), Failure> {
        // A client that hangs, or is gone, gives its locks back.
        execute(&connection.client, "SET idle_in_transaction_session_timeout = '30s'")
            .await
            .map_err(|error| Failure::text(pgplumb::introspect::server_message(&error)))?;
        // Not every operating system can tell.
        let _ = execute(&connection.client, "SET client_connection_check_interval = '1s'").await;
        let settings = [
            ("lock_timeout", self.lock_timeout.as_ref().or(environment.lock_timeout.as_ref())),
            ("statement_timeout", environment.statement_timeout.as_ref()),
        ];
        for (name, value) in settings {
            if let Some(value) = value {
                let sql = format!("SET {name} = {}", pgplumb::sql::quote::literal(value));
                execute(&connection.client, &sql).await.map_err(|error| {
                    Failure::text(format!(
                        "{name}: {}",
                        pgplumb::introspect::server_message(&error)
                    ))
                })?;
            }
        }
        Ok(())
    }
}

/// What a person has to decide is refused.
fn failure(error: ApplyError) -> Failure {
    match error {
        ApplyError::Gated(_)
        | ApplyError::Stale(_)
        | ApplyError::Secrets(_)
        | ApplyError::OtherDatabase { .. }
        | ApplyError::OtherServer { .. }
        | ApplyError::Forbidden(_)
        | ApplyError::Harmful(_)
        | ApplyError::Understated(_)
        | ApplyError::Pooled { .. }
        | ApplyError::Unlike { .. } => Failure::refused(error),
        error => Failure::of(error),
    }
}

/// Asks on a terminal; without one nobody can say yes.
fn confirmed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::refused("no terminal to ask on; pass --yes to apply without asking"));
    }
    let mut err = std::io::stderr();
    let _ = write!(err, "apply this plan? [y/N] ");
    let _ = err.flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(Failure::text)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
