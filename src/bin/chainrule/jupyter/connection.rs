//! The connection file: where to listen, and the key to sign with.

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

/// The content of a connection file.
#[derive(Deserialize)] // not Debug: nobody shall print the key
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
    /// Reads a connection file. What is unsafe about it is refused, or warned of. Nothing that it
    /// says, such as the key, gets into a message.
    pub fn read(path: &Path, allows_unsigned: bool) -> Result<ConnectionInfo> {
        use std::os::unix::fs::PermissionsExt;
        let name = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        let content: Value =
            serde_json::from_str(&text).with_context(|| format!("{name} is no connection file"))?;
        if content.get("registration_port").is_some() {
            bail!(
                "{name} asks for a registration handshake, which chainrule does not know; it needs \
                a file with ports"
            );
        }
        if content.get("curve_publickey").is_some() {
            // The crate `zmq` builds libzmq without libsodium.
            bail!(
                "{name} asks for encryption (CurveZMQ), which chainrule's libzmq cannot do; start \
                 the server with --KernelManager.transport_encryption=disabled, or, to keep other \
                 users out, with --KernelManager.transport=ipc"
            );
        }
        // The errors of serde quote what they do not understand.
        let info: ConnectionInfo = serde_json::from_value(content)
            .map_err(|error| error.to_string())
            .map_err(|error| match error.strip_prefix("missing field") {
                Some(field) => anyhow!("{name} is no connection file: there is no{field}"),
                None => anyhow!("{name} is no connection file: a value is of the wrong kind"),
            })?;
        if info.signature_scheme != "hmac-sha256" {
            bail!("{name}: only the signature scheme hmac-sha256 is known");
        }
        if std::fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            eprintln!("chainrule: warning: others can read {name} and with it run code as you");
        }
        if info.key.is_empty() {
            if !allows_unsigned {
                bail!(
                    "{name} has no key, so that everybody who reaches the ports could run code as \
                     you; if that is what you want, start the kernel with --unsigned"
                );
            }
            eprintln!("chainrule: warning: there is no key, messages are not verified");
        }
        Ok(info)
    }

    /// The content of a `connect_reply`.
    pub fn ports(&self) -> Value {
        json!({
            "status": "ok",
            "shell_port": self.shell_port,
            "iopub_port": self.iopub_port,
            "stdin_port": self.stdin_port,
            "control_port": self.control_port,
            "hb_port": self.hb_port,
        })
    }

    /// The address of one socket.
    pub fn endpoint(&self, port: u16) -> String {
        let separator = if self.transport == "tcp" { ':' } else { '-' };
        format!("{}://{}{separator}{port}", self.transport, self.ip)
    }
}
