//! Messages as frames: signing, checking, headers.

use super::message::Message;
use super::replays::Replays;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

const DELIMITER: &[u8] = b"<IDS|MSG>";

/// How serde_json says that lists are nested more than 128 deep: it reads no further.
const TOO_DEEP: &str = "recursion limit exceeded";

/// Version of the messaging protocol that we speak.
pub const PROTOCOL: &str = "5.5";

/// Makes and reads frames for one kernel process.
#[derive(Clone)]
pub struct Wire {
    key: Vec<u8>,
    session: String,
    /// Of all sockets together: what was sent to one is not valid for another.
    replays: Arc<Mutex<Replays>>,
    dropped: Arc<AtomicUsize>,
}

/// So many messages that were dropped are reported; somebody who means it could fill a disk with
/// reports.
const MOST_REPORTS: usize = 20;

impl Wire {
    pub fn new(key: &str) -> Wire {
        Wire {
            key: key.as_bytes().to_vec(),
            session: uuid::Uuid::new_v4().to_string(),
            replays: Arc::default(),
            dropped: Arc::default(),
        }
    }

    /// Says that a message was dropped, and why; nothing of what was in it.
    pub fn note_dropped(&self, socket: &str, why: &str) {
        match self.dropped.fetch_add(1, Ordering::Relaxed) {
            0..MOST_REPORTS => eprintln!("chainrule: a message on {socket} was dropped: {why}"),
            MOST_REPORTS => {
                eprintln!("chainrule: more messages were dropped; no more of them are reported")
            }
            _ => {}
        }
    }

    /// The frames of a message of ours.
    pub fn encode(
        &self,
        identities: &[Vec<u8>],
        kind: &str,
        parent: &Value,
        content: &Value,
    ) -> Vec<Vec<u8>> {
        self.encode_with(identities, kind, parent, content, &json!({}))
    }

    /// The same for a message with metadata.
    pub fn encode_with(
        &self,
        identities: &[Vec<u8>],
        kind: &str,
        parent: &Value,
        content: &Value,
        metadata: &Value,
    ) -> Vec<Vec<u8>> {
        let header = json!({
            "msg_id": uuid::Uuid::new_v4().to_string(),
            "session": self.session,
            "username": "kernel",
            // jupyter_client takes nothing more exact than microseconds for a date.
            "date": format!("{:.6}", jiff::Timestamp::now()),
            "msg_type": kind,
            "version": PROTOCOL,
        });
        let dictionaries =
            [&header, parent, metadata, content].map(|part| part.to_string().into_bytes());
        let mut frames = identities.to_vec();
        frames.push(DELIMITER.to_vec());
        frames.push(self.sign(&dictionaries).into_bytes());
        frames.extend(dictionaries);
        frames
    }

    /// Reads a message, or says why it is none for us.
    pub fn decode(&self, mut frames: Vec<Vec<u8>>) -> Result<Message, String> {
        let delimiter = frames
            .iter()
            .position(|frame| frame == DELIMITER)
            .ok_or("no <IDS|MSG>")?;
        let rest = frames.split_off(delimiter + 1);
        frames.truncate(delimiter);
        let [signature, dictionaries @ ..] = rest.as_slice() else {
            return Err("no signature".to_owned());
        };
        // Whatever follows the four are binary buffers, which are not signed.
        let dictionaries = dictionaries.get(..4).ok_or("fewer than four parts")?;
        if !self.key.is_empty() {
            let signature = from_hex(signature);
            // In the same time however many bytes are right.
            self.hmac(dictionaries)
                .verify_slice(&signature)
                .map_err(|_| "wrong signature")?;
            if !self
                .replays
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .note(&signature)
            {
                return Err("it was sent before".to_owned());
            }
        }
        let parse = |index: usize| -> Result<Value, String> {
            let value = match serde_json::from_slice::<Value>(&dictionaries[index]) {
                // It is JSON as far as it was read. Whoever has sent it gets an answer that nothing
                // could be read.
                Err(error) if index > 0 && error.to_string().starts_with(TOO_DEEP) => {
                    Value::Object(Default::default())
                }
                read => read.map_err(|_| "a part is no JSON")?,
            };
            if value.is_object() {
                Ok(value)
            } else {
                Err("a part is no dictionary".to_owned())
            }
        };
        let (header, content) = (parse(0)?, parse(3)?);
        parse(1).and_then(|_| parse(2))?;
        if !header["msg_type"].is_string() || !header["msg_id"].is_string() {
            return Err("the header has no type or no id".to_owned());
        }
        Ok(Message {
            identities: frames,
            header,
            content,
        })
    }

    fn sign(&self, dictionaries: &[Vec<u8>]) -> String {
        if self.key.is_empty() {
            return String::new();
        }
        self.hmac(dictionaries).finalize().into_bytes().iter().fold(
            String::new(),
            |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            },
        )
    }

    fn hmac(&self, dictionaries: &[Vec<u8>]) -> Hmac<Sha256> {
        let mut hmac = match Hmac::<Sha256>::new_from_slice(&self.key) {
            Ok(hmac) => hmac,
            Err(_) => unreachable!("HMAC takes keys of every length"),
        };
        dictionaries.iter().for_each(|part| hmac.update(part));
        hmac
    }
}

/// Bytes from hexadecimal digits; nothing where there are others, which no signature equals.
fn from_hex(hex: &[u8]) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).map(|digit| digit as u8);
    let pairs = hex
        .chunks(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?));
    pairs.collect::<Option<Vec<u8>>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(wire: &Wire) -> Vec<Vec<u8>> {
        wire.encode(
            &[b"peer".to_vec()],
            "execute_request",
            &json!({}),
            &json!({"code": "1"}),
        )
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let wire = Wire::new("secret");
        let mut sent = frames(&wire);
        sent.push(b"a buffer, not signed".to_vec());
        let message = wire.decode(sent.clone()).unwrap();
        assert_eq!(wire.clone().decode(sent).unwrap_err(), "it was sent before");
        assert_eq!(
            (message.kind(), &message.content["code"]),
            ("execute_request", &json!("1"))
        );
        assert_eq!(message.identities, [b"peer".to_vec()]);
    }

    #[test]
    fn a_changed_message_is_refused() {
        let wire = Wire::new("secret");
        for part in 2..7 {
            let mut changed = frames(&wire);
            changed[part].push(b' ');
            assert!(wire.decode(changed).is_err(), "part {part}");
        }
        assert!(Wire::new("other").decode(frames(&wire)).is_err());
        assert!(wire.decode(frames(&Wire::new(""))).is_err());
        for length in 0..7 {
            assert!(wire.decode(frames(&wire)[..length].to_vec()).is_err());
        }
    }
}
