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

    /// The frames of a message to who has sent a request.
    pub fn answer(&self, request: &Message, kind: &str, content: &Value) -> Vec<Vec<u8>> {
        let (to, parent) = (&request.identities, &request.header);
        self.encode(to, kind, parent, content, &json!({}))
    }

    /// The frames of a message of ours.
    pub fn encode(
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
        let header = read(&dictionaries[0]).ok_or("the header is no JSON")?;
        // Lists nested more than 128 deep, numbers without end: whoever has sent them waits for an
        // answer, and gets one that nothing could be read. The two parts between are not needed.
        let content = read(&dictionaries[3]).filter(Value::is_object);
        let content = content.unwrap_or_else(|| json!({}));
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

/// JSON as clients write it. Half of a sign that takes two (an emoji that was cut in the middle) is
/// no character, nor is every byte: both are read as the sign for what is not known.
fn read(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes)
        .or_else(|_| serde_json::from_str(&with_whole_characters(&String::from_utf8_lossy(bytes))))
        .ok()
}

fn with_whole_characters(json: &str) -> String {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let (mut whole, mut rest) = (String::with_capacity(json.len()), json);
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let second = rest.get(6..).and_then(unit);
        let (escape, length) = match unit(rest) {
            Some(0xd800..0xdc00) if second.is_some_and(|low| (0xdc00..0xe000).contains(&low)) => {
                (&rest[..12], 12)
            }
            Some(0xd800..0xe000) => ("\\ufffd", 6),
            _ => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                (&rest[..length], length)
            }
        };
        whole.push_str(escape);
        rest = &rest[length..];
    }
    whole + rest
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
            &json!({}),
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
    fn half_a_character_is_read_as_one_that_is_not_known() {
        let cases: [(&[u8], &str); 7] = [
            (br#"{"a":"x\ud83dy"}"#, "x\u{fffd}y"),
            (br#"{"a":"\udc00\ud83d"}"#, "\u{fffd}\u{fffd}"),
            (br#"{"a":"\ud83e\udd80\ud83e"}"#, "🦀\u{fffd}"),
            (br#"{"a":"\ud83d\ud83e\udd80"}"#, "\u{fffd}🦀"),
            (br#"{"a":"\\ud83d\ud83d\n"}"#, "\\ud83d\u{fffd}\n"),
            (b"{\"a\":\"\xff\xc3\"}", "\u{fffd}\u{fffd}"),
            (br#"{"a":"as it is"}"#, "as it is"),
        ];
        for (bytes, expected) in cases {
            let shown = String::from_utf8_lossy(bytes);
            assert_eq!(read(bytes), Some(json!({"a": expected})), "{shown}");
        }
        for none in [
            br#"{"a":1e999}"#.as_slice(),
            b"{\"a\":Infinity}",
            br#"{"\u"#,
            b"\\",
        ] {
            assert_eq!(read(none), None);
        }
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
