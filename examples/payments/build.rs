//! Compiles the grammar.

fn main() {
    rqg_build::compile("payments.rqg");
}
