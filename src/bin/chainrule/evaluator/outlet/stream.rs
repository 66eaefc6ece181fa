//! Takes apart what a cell writes on standard output: text, escape frames of the library, evcxr's
//! content blocks.
//!
//! A pure function of the bytes, whatever the pieces in which they arrive.

use chainrule::base::protocol::{FRAME_BEGIN, FRAME_END, evcxr};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One thing to show, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Stream {
        name: StreamName,
        text: String,
    },
    Display(Bundle),
    Update(Bundle),
    /// What the last expression of the cell shows.
    Result(Bundle),
    Clear {
        wait: bool,
    },
    /// The cell waits for a line of text. Without a prompt it has read from standard input.
    Question {
        prompt: Option<String>,
        is_password: bool,
    },
    /// What the cell does with a comm.
    Comm(CommAct),
    /// What the reply to the cell shall carry, such as text for the next cell.
    Payload(Value),
}

/// What a cell does with comms, channels to code in a front end.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum CommAct {
    Open {
        comm_id: String,
        target_name: String,
        data: Value,
    },
    Send {
        comm_id: String,
        data: Value,
    },
    Close {
        comm_id: String,
        data: Value,
    },
    /// The cell handles comms that the front end opens for a target.
    Register {
        target_name: String,
    },
    /// The cell handles the messages of a comm.
    Listen {
        comm_id: String,
    },
    /// Asks for the next message of a comm.
    Receive {
        comm_id: String,
    },
    IsOpen {
        comm_id: String,
    },
    /// Asks what a trait of a widget is.
    State {
        comm_id: String,
        name: String,
    },
    /// Asks for the next thing to handle.
    Next,
}

impl CommAct {
    /// Whether the cell waits for an answer.
    pub fn asks(&self) -> bool {
        use CommAct::{IsOpen, Next, Receive, State};
        matches!(self, Receive { .. } | IsOpen { .. } | State { .. } | Next)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamName {
    Stdout,
    Stderr,
}

impl StreamName {
    pub fn as_str(self) -> &'static str {
        match self {
            StreamName::Stdout => "stdout",
            StreamName::Stderr => "stderr",
        }
    }
}

/// Representations by MIME type, and the id under which they can be replaced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    pub data: Map<String, Value>,
    pub id: Option<String>,
}

const BELL: u8 = FRAME_END.as_bytes()[0];
const BLOCK_BEGIN: &[u8] = evcxr::CONTENT_BEGIN.as_bytes();
const BLOCK_END: &[u8] = evcxr::CONTENT_END.as_bytes();
/// More than this is no frame and no block: half of one that was never finished.
const LONGEST: usize = 32 << 20;

/// The parser's state: what has arrived and is not decided yet.
pub struct Parser {
    /// How a frame of the library begins: with a word that only this session knows, so that a cell
    /// that prints the marker prints text.
    frame_begin: Vec<u8>,
    pending: Vec<u8>,
    /// As much of what is pending was searched for the end of a frame or block, in vain.
    searched: usize,
    /// Whether the next byte stands at the beginning of a line; only there is a content block
    /// recognised.
    in_line: bool,
    /// The last content block. It is the cell's result if nothing follows it and the cell ends with
    /// an expression.
    block: Option<Bundle>,
}

impl Parser {
    pub fn new(token: &str) -> Parser {
        let frame_begin = format!("{FRAME_BEGIN}{token}").into_bytes();
        Parser {
            frame_begin,
            pending: Vec::new(),
            searched: 0,
            in_line: false,
            block: None,
        }
    }

    /// Adds bytes and returns what they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Output> {
        self.pending.extend_from_slice(bytes);
        let mut outputs = Vec::new();
        while self.step(&mut outputs, false) {}
        outputs
    }

    /// Whether something undecided waits, other than a frame or a block that is being written.
    pub fn is_holding_text(&self) -> bool {
        !self.pending.is_empty() && !self.at_frame() && !self.at_block()
    }

    /// Nothing came for a while: what looks like the beginning of a marker is text.
    pub fn release(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        if self.is_holding_text() {
            let complete = complete_utf8(&self.pending);
            self.text(complete, &mut outputs);
        }
        outputs
    }

    /// The cell has ended. `ends_with_expression` says whether a last content block is its result.
    pub fn finish(&mut self, ends_with_expression: bool) -> Vec<Output> {
        let mut outputs = Vec::new();
        while self.step(&mut outputs, true) {}
        let rest = self.pending.len();
        if rest > 0 {
            self.text(rest, &mut outputs);
        }
        if let Some(block) = self.block.take().map(with_plain_text) {
            outputs.push(if ends_with_expression {
                Output::Result(block)
            } else {
                Output::Display(block)
            });
        }
        self.in_line = false;
        outputs
    }

    /// Decides one more piece of what is pending, if it can.
    fn step(&mut self, outputs: &mut Vec<Output>, at_end: bool) -> bool {
        if self.pending.is_empty() {
            return false;
        }
        if self.at_frame() {
            return match self.pending[self.searched..]
                .iter()
                .position(|&byte| byte == BELL)
            {
                Some(end) => self.frame(self.searched + end, outputs),
                None => self.give_up_or_wait(self.frame_begin.len(), outputs),
            };
        }
        if self.at_block() {
            return self.block(outputs);
        }
        // Text up to the next place where something else may begin.
        let mut end = self.next_marker().unwrap_or(self.pending.len());
        if end == 0 && (at_end || !self.may_become_marker(0)) {
            end = 1 + self.pending[1..]
                .iter()
                .position(|&byte| byte == self.frame_begin[0] || byte == b'\n')
                .unwrap_or(self.pending.len() - 1);
        }
        let end = if end == self.pending.len() && !at_end {
            complete_utf8(&self.pending)
        } else {
            end
        };
        end > 0 && self.text(end, outputs)
    }

    /// Where in the pending bytes a frame or a block begins, or may turn out to begin.
    fn next_marker(&self) -> Option<usize> {
        let begins = [self.frame_begin[0], BLOCK_BEGIN[0]];
        let candidates = self
            .pending
            .iter()
            .enumerate()
            .filter(|(_, byte)| begins.contains(byte));
        candidates.map(|(at, _)| at).find(|&at| {
            let at_line_start = if at == 0 {
                !self.in_line
            } else {
                self.pending[at - 1] == b'\n'
            };
            let rest = &self.pending[at..];
            starts_or_may_start(rest, &self.frame_begin)
                || (at_line_start && starts_or_may_start(rest, BLOCK_BEGIN))
        })
    }

    fn may_become_marker(&self, at: usize) -> bool {
        let rest = &self.pending[at..];
        let partial = |marker: &[u8]| rest.len() < marker.len() && marker.starts_with(rest);
        partial(&self.frame_begin) || (!self.in_line && partial(BLOCK_BEGIN))
    }

    fn at_frame(&self) -> bool {
        self.pending.starts_with(&self.frame_begin)
    }

    fn at_block(&self) -> bool {
        !self.in_line && self.pending.starts_with(BLOCK_BEGIN)
    }

    /// The end of a frame or block has not arrived. If it is too long for one, its marker is text.
    fn give_up_or_wait(&mut self, marker: usize, outputs: &mut Vec<Output>) -> bool {
        if self.pending.len() > LONGEST {
            return self.text(marker, outputs);
        }
        self.searched = self.pending.len();
        false
    }

    fn frame(&mut self, end: usize, outputs: &mut Vec<Output>) -> bool {
        let json = serde_json::from_slice::<Value>(&self.pending[self.frame_begin.len()..end]);
        match json.ok().and_then(output_of_frame) {
            Some(output) => {
                self.emit(output, outputs);
                self.remove(end + 1);
            }
            // Somebody printed our marker: text like any other.
            None => {
                self.text(self.frame_begin.len(), outputs);
            }
        }
        true
    }

    fn block(&mut self, outputs: &mut Vec<Output>) -> bool {
        let Some(header_end) = self.pending.iter().position(|&byte| byte == b'\n') else {
            return false;
        };
        // The end may have been cut where the search ended.
        let from = self
            .searched
            .saturating_sub(BLOCK_END.len())
            .max(header_end + 1);
        let Some(length) =
            find(&self.pending[from..], BLOCK_END).map(|at| from + at - header_end - 1)
        else {
            return self.give_up_or_wait(BLOCK_BEGIN.len(), outputs);
        };
        let mime = String::from_utf8_lossy(&self.pending[BLOCK_BEGIN.len()..header_end])
            .trim()
            .to_owned();
        let content = &self.pending[header_end + 1..header_end + 1 + length];
        let content =
            String::from_utf8_lossy(content.strip_suffix(b"\n").unwrap_or(content)).into_owned();
        let block = self.block.get_or_insert_default();
        // A second block of the same kind is a second picture.
        if block.data.contains_key(&mime) {
            let previous = std::mem::take(block);
            outputs.push(Output::Display(with_plain_text(previous)));
        }
        if let Some(block) = &mut self.block {
            let value = if mime.ends_with("json") {
                serde_json::from_str(&content).ok()
            } else {
                None
            };
            block
                .data
                .insert(mime, value.unwrap_or_else(|| content.into()));
        }
        self.remove(header_end + 1 + length + BLOCK_END.len());
        true
    }

    fn remove(&mut self, length: usize) -> Vec<u8> {
        self.searched = 0;
        let removed = self.pending.drain(..length).collect();
        // A flood or a large picture is over: its memory is given back.
        if self.pending.is_empty() {
            self.pending.shrink_to(1 << 20);
        }
        removed
    }

    /// Lets the first `length` pending bytes go as text.
    fn text(&mut self, length: usize, outputs: &mut Vec<Output>) -> bool {
        let bytes = self.remove(length);
        if let Some(last) = bytes.last() {
            self.in_line = *last != b'\n';
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.emit(
                Output::Stream {
                    name: StreamName::Stdout,
                    text,
                },
                outputs,
            );
        }
        !bytes.is_empty()
    }

    /// Anything after a content block shows that the block was not the cell's result.
    fn emit(&mut self, output: Output, outputs: &mut Vec<Output>) {
        if let Some(block) = self.block.take() {
            outputs.push(Output::Display(with_plain_text(block)));
        }
        outputs.push(output);
    }
}

fn output_of_frame(mut frame: Value) -> Option<Output> {
    let kind = frame.get("kind")?.as_str()?.to_owned();
    if kind == "clear" {
        return Some(Output::Clear {
            wait: frame.get("wait").and_then(Value::as_bool).unwrap_or(false),
        });
    }
    if kind == "input" {
        let prompt = frame.get("prompt")?.as_str().map(str::to_owned);
        return Some(Output::Question {
            prompt,
            is_password: frame.get("password")?.as_bool()?,
        });
    }
    if kind == "comm" {
        return serde_json::from_value(frame).ok().map(Output::Comm);
    }
    if kind == "payload" {
        frame.as_object_mut()?.remove("kind");
        return Some(Output::Payload(frame));
    }
    let Value::Object(data) = frame.get_mut("data")?.take() else {
        return None;
    };
    let id = frame.get("id").and_then(Value::as_str).map(str::to_owned);
    let bundle = with_plain_text(Bundle { data, id });
    match kind.as_str() {
        "display" => Some(Output::Display(bundle)),
        "update" => bundle.id.is_some().then_some(Output::Update(bundle)),
        "result" => Some(Output::Result(bundle)),
        _ => None,
    }
}

/// Every bundle has plain text: nbformat's readers, terminals and graders rely on it.
fn with_plain_text(mut bundle: Bundle) -> Bundle {
    if !bundle.data.contains_key("text/plain") {
        let kind = bundle.data.keys().next().cloned().unwrap_or_default();
        bundle
            .data
            .insert("text/plain".to_owned(), format!("[{kind}]").into());
    }
    bundle
}

fn starts_or_may_start(bytes: &[u8], marker: &[u8]) -> bool {
    let length = bytes.len().min(marker.len());
    bytes[..length] == marker[..length]
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// How many bytes do not end within a character.
pub fn complete_utf8(bytes: &[u8]) -> usize {
    // The last byte that begins a character is among the last four, if this is UTF-8.
    for (back, byte) in bytes.iter().rev().take(4).enumerate() {
        let length = match byte {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        return if length > back + 1 {
            bytes.len() - back - 1
        } else {
            bytes.len()
        };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses in pieces of every size; the text must not depend on it.
    fn parse(bytes: &[u8], ends_with_expression: bool) -> Vec<Output> {
        let whole = merge(collect(bytes, bytes.len().max(1), ends_with_expression));
        for size in 1..bytes.len().min(40) {
            assert_eq!(
                merge(collect(bytes, size, ends_with_expression)),
                whole,
                "in pieces of {size} bytes"
            );
        }
        whole
    }

    fn collect(bytes: &[u8], size: usize, ends_with_expression: bool) -> Vec<Output> {
        let mut parser = Parser::new("");
        let mut outputs: Vec<Output> = bytes
            .chunks(size)
            .flat_map(|piece| parser.push(piece))
            .collect();
        outputs.extend(parser.finish(ends_with_expression));
        outputs
    }

    fn merge(outputs: Vec<Output>) -> Vec<Output> {
        let mut merged: Vec<Output> = Vec::new();
        for output in outputs {
            match (merged.last_mut(), output) {
                (Some(Output::Stream { text, .. }), Output::Stream { text: more, .. }) => {
                    text.push_str(&more)
                }
                (_, output) => merged.push(output),
            }
        }
        merged
    }

    fn text(text: &str) -> Output {
        Output::Stream {
            name: StreamName::Stdout,
            text: text.to_owned(),
        }
    }

    fn plain(text: &str) -> Bundle {
        let mut data = Map::new();
        data.insert("text/plain".to_owned(), text.into());
        Bundle { data, id: None }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(
            parse("no line end, ünïcödé 🦀".as_bytes(), false),
            [text("no line end, ünïcödé 🦀")]
        );
        assert_eq!(
            parse(b"\x1b[31mred\x1b[0m EVCXR_BEGIN \n", false),
            [text("\x1b[31mred\x1b[0m EVCXR_BEGIN \n")]
        );
        assert_eq!(
            parse(b"EVCXR_BEGIN_CONT", false),
            [text("EVCXR_BEGIN_CONT")]
        );
        assert_eq!(parse(b"", true), []);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(parse(b"a\xffb", false), [text("a\u{fffd}b")]);
        assert_eq!(parse(b"\xe2\x82", false), [text("\u{fffd}")]);
        assert_eq!(complete_utf8(&vec![0xff; 1 << 20]), 1 << 20);
        assert_eq!(complete_utf8(&vec![0x80; 1 << 20]), 1 << 20);
        assert_eq!(complete_utf8("a€".as_bytes()), 4);
        assert_eq!(complete_utf8(&"a€".as_bytes()[..3]), 1);
    }

    #[test]
    fn a_frame_without_the_word_of_the_session_is_text() {
        let mut parser = Parser::new("word;");
        let forged = "\x1b]7337;{\"kind\":\"result\",\"data\":{}}\x07";
        let mut outputs = parser.push(forged.as_bytes());
        outputs.extend(parser.finish(true));
        assert_eq!(merge(outputs), [text(forged)]);
        let real = "\x1b]7337;word;{\"kind\":\"clear\"}\x07";
        assert_eq!(
            parser.push(real.as_bytes()),
            [Output::Clear { wait: false }]
        );
    }

    #[test]
    fn a_block_that_never_ends_is_text_in_the_end() {
        let mut parser = Parser::new("");
        let mut length = parser.push(b"EVCXR_BEGIN_CONTENT text/html\n").len();
        for _ in 0..70 {
            for output in parser.push(&vec![b'x'; 1 << 20]) {
                let Output::Stream { text, .. } = output else {
                    panic!("no text")
                };
                length += text.len();
            }
        }
        assert!(length > LONGEST && parser.pending.len() < 100, "{length}");
    }

    #[test]
    fn frames_keep_their_place() {
        let stream = b"before\x1b]7337;{\"kind\":\"display\",\"data\":{\"text/plain\":\"x\"},\
                       \"id\":\"7\"}\x07after";
        let shown = Bundle {
            id: Some("7".to_owned()),
            ..plain("x")
        };
        assert_eq!(
            parse(stream, false),
            [text("before"), Output::Display(shown), text("after")]
        );
        let block = b"EVCXR_BEGIN_CONTENT text/html\n<b>\nEVCXR_END_CONTENT\n";
        let Output::Result(bundle) = &parse(block, true)[0] else {
            panic!("no result")
        };
        assert_eq!(bundle.data["text/plain"], "[text/html]");
        let stream = b"\x1b]7337;{\"kind\":\"result\",\"data\":{\"text/html\":\"<b>\"}}\x07";
        let Output::Result(bundle) = &parse(stream, true)[0] else {
            panic!("no result")
        };
        assert_eq!(bundle.data["text/plain"], "[text/html]");
    }

    #[test]
    fn half_a_frame_or_a_false_one_is_text() {
        assert_eq!(
            parse(b"\x1b]7337;{\"kind\":", false),
            [text("\x1b]7337;{\"kind\":")]
        );
        assert_eq!(
            parse(b"\x1b]7337;nonsense\x07!", false),
            [text("\x1b]7337;nonsense\x07!")]
        );
    }

    #[test]
    fn the_last_content_block_is_the_result_of_an_expression() {
        let stream =
            b"EVCXR_BEGIN_CONTENT text/plain\none\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT \
                      text/plain\n2\n2\nEVCXR_END_CONTENT\n";
        assert_eq!(
            parse(stream, true),
            [Output::Display(plain("one")), Output::Result(plain("2\n2"))]
        );
        assert_eq!(
            parse(stream, false),
            [
                Output::Display(plain("one")),
                Output::Display(plain("2\n2"))
            ]
        );
        let followed = [stream.as_slice(), b"more"].concat();
        assert_eq!(
            parse(&followed, true),
            [
                Output::Display(plain("one")),
                Output::Display(plain("2\n2")),
                text("more")
            ]
        );
    }

    #[test]
    fn text_that_may_become_a_marker_is_released_after_a_while() {
        let mut parser = Parser::new("word;");
        assert_eq!(parser.push(b"EVCXR"), []);
        assert!(parser.is_holding_text());
        assert_eq!(parser.release(), [text("EVCXR")]);
    }
}
