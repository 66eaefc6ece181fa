//! The connection file: where to listen, and the key to sign with.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;

/// The content of a connection file.
#[derive(Debug, Deserialize)]
pub struct ConnectionInfo {
    pub transport: String,
    pub ip: String,
    pub shell_port: u16,
    pub iopub_port: u16,
    pub stdin_port: u16,
    pub control_port: u16,
    pub hb_port: u16,
    pub key: String,
    #[serde(default = "hmac_sha256")]
    pub signature_scheme: String,
}

fn hmac_sha256() -> String {
    "hmac-sha256".to_owned()
}

impl ConnectionInfo {
    /// Reads a connection file and warns of what is unsafe about it.
    pub fn read(path: &Path) -> Result<ConnectionInfo> {
        use std::os::unix::fs::PermissionsExt;
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let info: ConnectionInfo =
            serde_json::from_str(&text).with_context(|| format!("{} is no connection file", path.display()))?;
        if info.signature_scheme != "hmac-sha256" {
            bail!("the signature scheme {:?} is not known; use hmac-sha256", info.signature_scheme);
        }
        if std::fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            eprintln!("chainrule: warning: others can read {} and with it run code as you", path.display());
        }
        if info.key.is_empty() {
            eprintln!("chainrule: warning: there is no key, messages are not verified");
        }
        Ok(info)
    }

    /// The address of one socket.
    pub fn endpoint(&self, port: u16) -> String {
        let separator = if self.transport == "tcp" { ':' } else { '-' };
        format!("{}://{}{separator}{port}", self.transport, self.ip)
    }
}
