//! `rqgc completions` and `rqgc man`, made from the definition of the command line.

use crate::cli::Cli;
use crate::failure::Failure;
use crate::terminal;
use clap::CommandFactory;
use clap_complete::Shell;

pub fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "rqgc", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))
}

/// One page with all subcommands, theirs after the main one's.
pub fn man() -> Result<(), Failure> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(Failure::Stdout)?;
    for subcommand in command.get_subcommands() {
        let man = clap_mangen::Man::new(subcommand.clone());
        // Sections only: a page has one title.
        man.render_synopsis_section(&mut page)
            .and_then(|()| man.render_description_section(&mut page))
            .and_then(|()| man.render_options_section(&mut page))
            .map_err(Failure::Stdout)?;
    }
    terminal::print(&String::from_utf8_lossy(&page))
}
