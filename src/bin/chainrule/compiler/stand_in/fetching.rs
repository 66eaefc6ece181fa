//! Running cargo where a cell asks for crates: first with what was fetched before, then with the
//! network, and where there is none the learner hears what there is without.
//!
//! Nobody asks beforehand whether there is a network: cargo finds out by itself, with a proxy, a
//! mirror or whatever a person has set, and is told not to try for long.

use super::process;
use crate::compiler::network::crates_at_hand;
use crate::machine::processes::set_name;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// Has cargo do without the network.
const OFFLINE: &str = "CARGO_NET_OFFLINE";
/// What cargo does where a person has set nothing else: it gives up at once, and waits so many
/// seconds for an answer.
const IMPATIENCE: [(&str, &str); 2] = [("CARGO_NET_RETRY", "0"), ("CARGO_HTTP_TIMEOUT", "8")];

/// Runs cargo, which `make` makes, and ends the process.
pub fn run(make: impl Fn() -> Command) -> ! {
    // The kernel knows by the name which of its processes compile.
    set_name(c"cargo");
    let mut command = make();
    let is_offline_anyway = std::env::var_os(OFFLINE).is_some();
    command.env(OFFLINE, "true");
    let (code, without) = listen_to(command);
    if code == 0 || !wants_network(&without) {
        end(code, &without);
    }
    if is_offline_anyway {
        end(code, &in_short(&without));
    }
    let mut command = make();
    for (name, value) in IMPATIENCE {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    let (code, said) = listen_to(command);
    if code != 0 && has_no_network(&said) {
        end(code, &(in_short(&without) + &what_there_is()));
    }
    end(code, &said)
}

fn listen_to(mut command: Command) -> (i32, String) {
    let mut said = Vec::new();
    command.stderr(Stdio::piped());
    let code = process::compile(command, |mut stderr| drop(stderr.read_to_end(&mut said)));
    (code, String::from_utf8_lossy(&said).into_owned())
}

fn end(code: i32, said: &str) -> ! {
    let _ = std::io::stderr().write_all(said.as_bytes());
    std::process::exit(code)
}

/// Whether cargo would have asked the network. rustc's lines, as JSON, do not count: a cell may
/// have any words.
fn wants_network(said: &str) -> bool {
    own_lines(said).any(|line| line.contains("offline"))
}

/// Whether cargo has asked the network in vain. libcurl's errors have numbers.
fn has_no_network(said: &str) -> bool {
    const WORDS: [&str; 4] = [
        "network failure",
        "spurious network error",
        "failed to download from `",
        "failed to query replaced source registry",
    ];
    // No such proxy, no such host, no connection, no time, no handshake, nothing sent, nothing got.
    const CURL: [&str; 8] = ["[5]", "[6]", "[7]", "[28]", "[35]", "[52]", "[55]", "[56]"];
    own_lines(said).any(|line| {
        WORDS.iter().any(|words| line.contains(words))
            || CURL.iter().any(|code| line.trim_start().starts_with(code))
    })
}

fn own_lines(said: &str) -> impl Iterator<Item = &str> {
    said.lines().filter(|line| !line.starts_with('{'))
}

/// Without the advice to do without what nobody asked for.
fn in_short(said: &str) -> String {
    let lines = said.lines().filter(|line| !line.contains("offline mode"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// What a learner can do without a network.
fn what_there_is() -> String {
    const MOST: usize = 60;
    let crates = crates_at_hand();
    let names: Vec<&str> = crates.iter().map(String::as_str).take(MOST).collect();
    let more = match crates.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!(
        "There is no network. Crates that were fetched before: {}{more}.\nUse one of these, or run \
         the cell again where there is a network.\n",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_says_tells_whether_there_is_a_network() {
        let missing = "error: no matching package named `x` found\nAs a reminder, you're using \
                       offline mode (--offline)";
        assert!(wants_network(missing));
        assert_eq!(
            in_short(missing),
            "error: no matching package named `x` found\n"
        );
        let of_a_cell = "{\"message\":\"[6] offline, network failure\"}\n";
        assert!(!wants_network(of_a_cell) && !has_no_network(of_a_cell));
        for vain in [
            "  [6] Could not resolve hostname (Could not resolve host: index.crates.io)",
            "  [7] Couldn't connect to server",
            "  [28] Timeout was reached",
            "warning: spurious network error (1 try remaining)",
        ] {
            assert!(has_no_network(vain), "{vain}");
        }
        assert!(!has_no_network(
            "error: no matching package named `x` found"
        ));
    }
}
