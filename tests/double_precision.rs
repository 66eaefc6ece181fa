//! The gradient checks and the comparison with PyTorch again with `f64`, where a difference
//! quotient is accurate to 1e-6 and the values to 1e-10, in a build of the library alone: a feature
//! cannot be switched on for one test. It stands beside the other build, whose dependencies it
//! takes; the executable needs a feature that is not on here, and stays as it is.

mod common;

use common::{PROGRAM, finish, root, text};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

#[test]
fn gradients_in_f64() {
    let target = Path::new(PROGRAM)
        .ancestors()
        .nth(2)
        .expect("a target folder");
    let mut command = Command::new("cargo");
    command
        .args([
            "test",
            "--release",
            "--no-default-features",
            "--features",
            "f64",
            "--test",
            "gradients",
        ])
        .args(["--test", "oracle", "--locked"])
        // Compiled for these two alone: quickly.
        .args(["--config", "profile.release.package.chainrule.opt-level=1"])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target);
    let output = finish(command, Duration::from_secs(900));
    println!("{}", text(&output));
    assert!(output.status.success(), "{}", output.status);
}
