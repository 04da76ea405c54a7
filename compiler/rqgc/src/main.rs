//! The command: turns arguments into calls of the compiler, the interpreter and the engine.

#![allow(
    missing_docs,
    reason = "a program has no callers; what its items are for is said where it is not plain"
)]

mod cli;
mod commands;
mod config;
mod coverage;
mod failure;
mod grammar;
mod identity;
mod monitoring;
mod package;
mod progress;
mod report;
mod server;
mod terminal;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.usage() {
                // Printed as clap prints its own findings.
                let _ = Cli::command()
                    .error(clap::error::ErrorKind::ValueValidation, message)
                    .print();
            } else if let Some(message) = failure.message() {
                terminal::note(&message);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List => commands::list::run(),
        Command::Check(args) => commands::check::run(&args),
        Command::Fmt(args) => commands::fmt::run(&args),
        Command::Explain { code } => commands::explain::run(&code),
        Command::Analyze(args) => commands::analyze::run(&args),
        Command::Compile(args) => commands::compile::run(&args),
        Command::New(args) => commands::new::run(&args),
        Command::Generate(args) => commands::generate::run(&args),
        Command::Exec(args) => commands::exec::run(&args),
        Command::Show(args) => commands::show::run(&args),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Data(args) => commands::data::run(&args),
        Command::Config(args) => commands::config::run(&args),
        Command::Completions { shell } => commands::manual::completions(shell),
        Command::Man => commands::manual::man(),
    }
}
