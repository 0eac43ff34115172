//! `vigil users`: who may use the console and the API. Works on the data folder, beside a running appliance or without one;
//! a running appliance sees a change at once.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use vigil_messages::DurationText;
use vigil_people::audit::{Action, Entry, Object};
use vigil_people::password::Cost;
use vigil_people::{PeopleError, Role, Store, setup};

use super::{CommandError, CommandResult, Printer};
use crate::{audit, clock};

/// Arguments of `vigil users`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil users add n.okafor --role nurse")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Sub,
    /// The data folder of the appliance (`appliance.data_dir`).
    #[arg(long, value_name = "DIR", default_value = "/var/lib/vigil", global = true)]
    data: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    /// Makes an account; the password is asked for, or read from standard input.
    #[command(after_help = "Example: vigil users add n.okafor --role nurse\n\
                            Example: pass show vigil/ada | vigil users add ada --role admin")]
    Add {
        /// Letters, digits and `.-_@`.
        name: String,
        /// viewer, nurse, biomed, interface or admin.
        #[arg(long)]
        role: Role,
    },
    /// Everybody with an account.
    #[command(after_help = "Example: vigil users list")]
    List,
    /// Removes an account and ends its sessions.
    #[command(after_help = "Example: vigil users remove n.okafor")]
    Remove {
        /// Name of the account.
        name: String,
    },
    /// Sets another password and ends the account's sessions.
    #[command(after_help = "Example: vigil users passwd n.okafor")]
    Passwd {
        /// Name of the account.
        name: String,
    },
    /// Sets another role and ends the account's sessions.
    #[command(after_help = "Example: vigil users role n.okafor biomed")]
    Role {
        /// Name of the account.
        name: String,
        /// viewer, nurse, biomed, interface or admin.
        role: Role,
    },
    /// Tokens: for programs that use the API, and for screens on a wall.
    #[command(after_help = "Example: vigil users token add grafana --role interface --expires 90d")]
    Token {
        #[command(subcommand)]
        command: TokenSub,
    },
    /// The code by which the first administrator is made in the browser.
    #[command(after_help = "Example: vigil users setup-code")]
    SetupCode,
}

#[derive(Debug, clap::Subcommand)]
enum TokenSub {
    /// Makes a token and prints it once.
    #[command(after_help = "Example: vigil users token add wall-4b --role viewer")]
    Add {
        /// Name of the token.
        name: String,
        /// viewer, nurse, biomed, interface or admin.
        #[arg(long)]
        role: Role,
        /// After which time it is worth nothing: `90d`. Without it, it does not expire.
        #[arg(long)]
        expires: Option<DurationText>,
    },
    /// Every token.
    #[command(after_help = "Example: vigil users token list")]
    List,
    /// Withdraws a token.
    #[command(after_help = "Example: vigil users token remove wall-4b")]
    Remove {
        /// Name of the token.
        name: String,
    },
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let Arguments { command, data } = arguments;
    let (store, at) = (Store::new(&data, Cost::Normal), clock::system()().utc);
    let changed = |action: Action, kind: &str, name: &str, detail: String| {
        let entry = Entry::done(at, audit::operator(), action).about(Object::new(kind, name)).with(detail);
        audit::by_operator(&data, entry).map_err(refused)
    };
    let mut out = Printer::new();
    match command {
        Sub::Add { name, role } => {
            let password = new_password(&name)?;
            store.add(&name, role, &password, at).map_err(refused)?;
            setup::is_done(&data).map_err(refused)?;
            changed(Action::UserChanged, "user", &name, format!("added, {role}"))?;
            out.line(format_args!("{name} may log in as {role}."))?;
        }
        Sub::List => {
            for user in store.users().map_err(refused)? {
                if json {
                    let (created, changed) = (user.created.to_string(), user.changed.to_string());
                    out.json(&serde_json::json!({ "name": user.name, "role": user.role, "created": created, "changed": changed }))?;
                } else {
                    out.line(format_args!("{:<24}  {:<9}  since {}", user.name, user.role.as_str(), user.created))?;
                }
            }
        }
        Sub::Remove { name } => {
            store.remove(&name).map_err(refused)?;
            changed(Action::UserChanged, "user", &name, "removed".to_owned())?;
            out.line(format_args!("{name} is removed."))?;
        }
        Sub::Passwd { name } => {
            let password = new_password(&name)?;
            store.set_password(&name, &password, at).map_err(refused)?;
            changed(Action::UserChanged, "user", &name, "another password".to_owned())?;
            out.line(format_args!("{name} has another password."))?;
        }
        Sub::Role { name, role } => {
            store.set_role(&name, role, at).map_err(refused)?;
            changed(Action::UserChanged, "user", &name, format!("now {role}"))?;
            out.line(format_args!("{name} is {role} now."))?;
        }
        Sub::Token { command: TokenSub::Add { name, role, expires } } => {
            let expires = expires.map(|after| at + after.get());
            let token = store.add_token(&name, role, at, expires).map_err(refused)?;
            changed(Action::TokenChanged, "token", &name, format!("added, {role}"))?;
            if json {
                let expires = expires.map(|at| at.to_string());
                out.json(&serde_json::json!({ "name": name, "role": role, "token": token, "expires": expires }))?;
            } else {
                out.line(token)?;
            }
        }
        Sub::Token { command: TokenSub::List } => {
            for token in store.tokens().map_err(refused)? {
                let expires = token.expires.map(|at| at.to_string());
                if json {
                    let created = token.created.to_string();
                    out.json(&serde_json::json!({ "name": token.name, "role": token.role, "created": created, "expires": expires }))?;
                } else {
                    let until = expires.map_or("does not expire".to_owned(), |at| format!("until {at}"));
                    out.line(format_args!(
                        "{:<24}  {:<9}  since {}  {until}",
                        token.name,
                        token.role.as_str(),
                        token.created
                    ))?;
                }
            }
        }
        Sub::Token { command: TokenSub::Remove { name } } => {
            store.remove_token(&name).map_err(refused)?;
            changed(Action::TokenChanged, "token", &name, "removed".to_owned())?;
            out.line(format_args!("The token {name} is worth nothing any more."))?;
        }
        Sub::SetupCode => {
            if !store.users().map_err(refused)?.is_empty() {
                let text =
                    "there are users already; an administrator among them makes others, or `vigil users add` here";
                return Err(CommandError::Input(text.to_owned()));
            }
            let path = setup::prepare(&data).map_err(refused)?;
            out.line(super::read_text(&path)?.trim())?;
        }
    }
    out.finish()
}

/// What is wrong with the names and words given is one thing, what the disk refuses another.
fn refused(error: PeopleError) -> CommandError {
    match error {
        PeopleError::Refused(_) | PeopleError::Damaged { .. } | PeopleError::Key { .. } => {
            CommandError::Input(error.to_string())
        }
        PeopleError::File { .. } | PeopleError::NoRandomness => CommandError::Outside(error.to_string()),
    }
}

/// From a terminal twice and unseen; else the first line of standard input.
fn new_password(name: &str) -> Result<String, CommandError> {
    if !std::io::stdin().is_terminal() {
        return line();
    }
    let first = unseen(&format!("Password for {name}: "))?;
    if unseen("The same again: ")? != first {
        return Err(CommandError::Input("these were two different passwords; nothing was changed".to_owned()));
    }
    Ok(first)
}

fn unseen(prompt: &str) -> Result<String, CommandError> {
    let failed = |error: std::io::Error| CommandError::Outside(format!("asking for the password: {error}"));
    let mut terminal = std::io::stderr();
    write!(terminal, "{prompt}").and_then(|()| terminal.flush()).map_err(failed)?;
    let before = tcgetattr(std::io::stdin()).map_err(|error| failed(error.into()))?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(std::io::stdin(), OptionalActions::Flush, &silent).map_err(|error| failed(error.into()))?;
    let line = line();
    // What cannot be undone here, the shell undoes.
    let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &before);
    let _ = writeln!(terminal);
    line
}

fn line() -> Result<String, CommandError> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| CommandError::Outside(format!("reading the password: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
