//! `rqgc config`

use crate::cli::ConfigArgs;
use crate::config::{self, show};
use crate::failure::Failure;
use crate::terminal;

pub fn run(args: &ConfigArgs) -> Result<(), Failure> {
    let reading = config::read(args.config.as_deref())?;
    if let Some(reading) = &reading {
        config::check(args, reading)?;
    }
    if args.print {
        terminal::print(&show::resolved(args, reading.as_ref()))?;
    }
    Ok(())
}
