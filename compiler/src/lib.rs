//! The compiler of random-query grammars: `.rqg` to a checked, lowered program, and its interpreter.

pub mod builtins;
pub mod diagnostics;
pub mod hir;
pub mod interpret;
pub mod ir;
pub mod lower;
pub mod source;
pub mod syntax;
