//! Messages, and the requests whose content we read.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A message as it arrives: the parts that a reply needs, and the content.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where a ROUTER socket sends the reply.
    pub identities: Vec<Vec<u8>>,
    pub header: Value,
    pub content: Value,
}

impl Message {
    /// For example `execute_request`.
    pub fn kind(&self) -> &str {
        self.header["msg_type"].as_str().unwrap_or_default()
    }

    /// For example `execute_reply`.
    pub fn reply_kind(&self) -> String {
        self.kind().replace("_request", "_reply")
    }

    /// Whether the sender waits for a reply.
    pub fn wants_reply(&self) -> bool {
        self.kind().ends_with("_request")
    }

    /// The content as one of the types below. Front ends leave out fields; those have defaults.
    pub fn request<T: for<'a> Deserialize<'a>>(&self) -> Result<T, String> {
        T::deserialize(&self.content).map_err(|error| error.to_string())
    }
}

/// `execute_request`.
#[derive(Clone, Debug, Deserialize)]
pub struct ExecuteRequest {
    pub code: String,
    #[serde(default)]
    pub silent: bool,
    #[serde(default = "yes")]
    pub store_history: bool,
    #[serde(default)]
    pub user_expressions: Map<String, Value>,
    #[serde(default = "yes")]
    pub allow_stdin: bool,
    #[serde(default = "yes")]
    pub stop_on_error: bool,
}

impl ExecuteRequest {
    /// What the kernel itself has to do: nothing to ask, nothing to remember.
    pub fn of_kernel() -> ExecuteRequest {
        ExecuteRequest {
            code: String::new(),
            silent: false,
            store_history: false,
            user_expressions: Map::new(),
            allow_stdin: false,
            stop_on_error: false,
        }
    }
}

/// `complete_request` and `inspect_request`: positions count Unicode code points.
#[derive(Debug, Deserialize)]
pub struct PositionRequest {
    pub code: String,
    pub cursor_pos: usize,
    /// For `inspect_request`: 1 asks for the source as well.
    #[serde(default)]
    pub detail_level: u8,
}

impl PositionRequest {
    /// The cursor as an index of bytes.
    pub fn offset(&self) -> usize {
        self.code
            .char_indices()
            .nth(self.cursor_pos)
            .map_or(self.code.len(), |(at, _)| at)
    }

    /// An index of bytes as a position for the front end.
    pub fn position(&self, offset: usize) -> usize {
        self.code
            .char_indices()
            .take_while(|(at, _)| *at < offset)
            .count()
    }
}

/// `is_complete_request`.
#[derive(Debug, Deserialize)]
pub struct IsCompleteRequest {
    pub code: String,
}

/// `history_request`.
#[derive(Debug, Deserialize)]
pub struct HistoryRequest {
    pub hist_access_type: String,
    #[serde(default)]
    pub output: bool,
    #[serde(default)]
    pub session: i64,
    #[serde(default)]
    pub start: i64,
    pub stop: Option<i64>,
    pub n: Option<usize>,
    pub pattern: Option<String>,
    #[serde(default)]
    pub unique: bool,
}

/// `comm_info_request`, `comm_open`, `comm_msg`, `comm_close`.
#[derive(Debug, Deserialize)]
pub struct CommMessage {
    #[serde(default)]
    pub comm_id: String,
    pub target_name: Option<String>,
    #[serde(default)]
    pub data: Value,
}

fn yes() -> bool {
    true
}

/// The content of an error reply.
pub fn error_content(name: &str, value: &str, traceback: &[String]) -> Value {
    json!({"status": "error", "ename": name, "evalue": value, "traceback": traceback})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_points() {
        let request = PositionRequest {
            code: "é🦀x".to_owned(),
            cursor_pos: 2,
            detail_level: 0,
        };
        assert_eq!(request.offset(), 6);
        assert_eq!(request.position(6), 2);
        assert_eq!(
            PositionRequest {
                code: "ab".to_owned(),
                cursor_pos: 9,
                detail_level: 0
            }
            .offset(),
            2
        );
    }
}
