//! A new migration has to end up in the binary, though no source names it.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
