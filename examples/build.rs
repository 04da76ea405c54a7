//! Compiles the grammar that `embed` links.

fn main() {
    rqg_build::compile("hello/hello.rqg");
}
