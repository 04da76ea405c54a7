//! The subcommands, one a file.

pub mod analyze;
pub mod check;
pub mod compile;
pub mod config;
pub mod data;
pub mod exec;
pub mod explain;
pub mod fmt;
pub mod generate;
pub mod list;
pub mod manual;
pub mod new;
pub mod schema;
pub mod show;
