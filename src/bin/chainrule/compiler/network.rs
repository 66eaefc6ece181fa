//! Whether cargo can fetch crates, and what there is without.
//!
//! Without a network cargo tries several times before it gives up, and does not look for the
//! versions that were fetched before. So where nothing answers it is told to do without.

use super::toolchain::cargo_home;
use std::collections::BTreeSet;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::channel;
use std::time::Duration;

/// Where crates.io's list of crates is.
const REGISTRY: &str = "index.crates.io:443";
/// A name that cannot be found out may take far longer.
const PATIENCE: Duration = Duration::from_secs(3);
const PROXIES: [&str; 6] = [
    "CARGO_HTTP_PROXY",
    "HTTPS_PROXY",
    "https_proxy",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Whether crates can be fetched, as far as trying tells. Where cargo's settings name another
/// source, they decide.
pub fn is_there() -> bool {
    if std::env::var_os("CARGO_NET_OFFLINE").is_some() || has_source_of_its_own() {
        return true;
    }
    let proxy = PROXIES
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let address = proxy.map_or(REGISTRY.to_owned(), |proxy| address_of(&proxy));
    let (done, wait) = channel();
    std::thread::spawn(move || {
        let addresses = address.to_socket_addrs().into_iter().flatten();
        let answers = |address| TcpStream::connect_timeout(&address, PATIENCE).is_ok();
        let _ = done.send(addresses.take(2).any(answers));
    });
    wait.recv_timeout(PATIENCE).unwrap_or(false)
}

/// The names of the crates that were fetched before.
pub fn crates_at_hand() -> BTreeSet<String> {
    let folders = cargo_home().and_then(|home| std::fs::read_dir(home.join("registry/cache")).ok());
    let files = folders
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|folder| std::fs::read_dir(folder.path()).ok());
    let names = files
        .flatten()
        .flatten()
        .filter_map(|file| file.file_name().into_string().ok());
    names.filter_map(|name| crate_name(&name)).collect()
}

/// Of `rand_core-0.9.1.crate`.
fn crate_name(file: &str) -> Option<String> {
    let name = file.strip_suffix(".crate")?;
    // A name may have a part that is a number; a version has dots.
    let is_version = |at: &usize| {
        let rest = name[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < name[at + 1..].len() && rest.starts_with('.')
    };
    let end = name.match_indices('-').map(|(at, _)| at).find(is_version)?;
    Some(name[..end].to_owned())
}

/// Whether cargo gets crates from elsewhere than crates.io.
fn has_source_of_its_own() -> bool {
    let Some(home) = cargo_home() else {
        return false;
    };
    let settings = ["config.toml", "config"]
        .map(|name| std::fs::read_to_string(home.join(name)).unwrap_or_default());
    settings.iter().any(|text| {
        ["replace-with", "proxy", "offline"]
            .iter()
            .any(|word| text.contains(word))
    })
}

/// Host and port of a proxy's URL.
fn address_of(proxy: &str) -> String {
    let (scheme, rest) = proxy.split_once("://").unwrap_or(("http", proxy));
    let host = rest
        .rsplit('@')
        .next()
        .unwrap_or(rest)
        .split('/')
        .next()
        .unwrap_or(rest);
    let port = match scheme {
        "https" => 443,
        "socks5" | "socks5h" | "socks4" => 1080,
        _ => 80,
    };
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_crates() {
        let cases = [
            ("rand_core-0.9.1.crate", Some("rand_core")),
            ("wasm-bindgen-0.2.100.crate", Some("wasm-bindgen")),
            ("md-5-0.10.6.crate", Some("md-5")),
            (
                "toml_datetime-0.7.5+spec-1.1.0.crate",
                Some("toml_datetime"),
            ),
            ("note.txt", None),
        ];
        for (file, name) in cases {
            assert_eq!(crate_name(file).as_deref(), name);
        }
    }

    #[test]
    fn addresses_of_proxies() {
        let cases = [
            ("http://proxy.school.org:3128", "proxy.school.org:3128"),
            ("http://user:secret@10.0.0.1:8080/", "10.0.0.1:8080"),
            ("https://proxy", "proxy:443"),
            ("socks5://127.0.0.1", "127.0.0.1:1080"),
            ("proxy:3128", "proxy:3128"),
        ];
        for (proxy, address) in cases {
            assert_eq!(address_of(proxy), address);
        }
    }
}
