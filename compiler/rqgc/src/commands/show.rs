//! `rqgc show`

use crate::cli::ShowArgs;
use crate::config;
use crate::failure::Failure;
use crate::identity::Compiled;
use crate::server;
use crate::terminal;
use rqg_runtime::engine::EngineError;
use rqg_runtime::unit_text::{Emission, Generate};

pub fn run(args: &ShowArgs) -> Result<(), Failure> {
    let args = &config::show(args)?;
    let compiled = Compiled::new(&args.identity)?;
    let server = server::for_schema(args.dsn.as_deref())?;
    let identity = compiled.resolve(server.as_ref(), None)?;
    identity.announce(&args.identity, &identity.epoch(args.index));
    let format = identity.format(args.format, args.prepared)?;
    let made = identity.generator.with_stack(|generator| {
        let mut worker = generator.worker();
        let mut unit = format.unit();
        if worker.generate(args.index, &mut unit) == Emission::Skipped {
            return None;
        }
        let mut text = Vec::new();
        format.write(args.index, &unit, &mut text);
        let mut text = String::from_utf8_lossy(&text).into_owned();
        if args.tree {
            let tree = worker.tree(args.index, &mut unit);
            text += &tree.map_or_else(String::new, |tree| tree.print(generator.program()));
        }
        Some(text)
    });
    match made.map_err(EngineError::Spawn)? {
        Some(text) => terminal::print(&text),
        None => Err(rqg_cli::Failure::skipped(args.index).into()),
    }
}
