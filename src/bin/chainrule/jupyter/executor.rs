//! The thread that owns the evaluator: what needs it, one request after the other.

use super::history::History;
use super::iopub::IoPub;
use super::kernel::Cleanup;
use super::mailbox::Address;
use super::message::{ExecuteRequest, HistoryRequest, Message, PositionRequest, error_content};
use super::stdin::{Question, StdIn};
use crate::evaluator::{Answers, Evaluator, Failure, Output, Sink, StreamName};
use crate::settings::{Flags, Settings};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

/// The answer to a request, for the shell thread.
pub struct Reply {
    pub request: Message,
    pub kind: String,
    pub content: Value,
}

/// Whether a request has to wait for the evaluator. The others are answered at once, while it starts or works.
pub fn needs_evaluator(kind: &str) -> bool {
    matches!(kind, "execute_request" | "complete_request" | "inspect_request" | "history_request")
}

pub struct Executor {
    evaluator: Option<Evaluator>,
    folder: PathBuf,
    flags: Flags,
    iopub: IoPub,
    stdin: StdIn,
    cleanup: Cleanup,
    history: History,
    count: u32,
}

impl Executor {
    pub fn new(iopub: IoPub, stdin: StdIn, cleanup: Cleanup, flags: Flags) -> anyhow::Result<Executor> {
        let folder = std::env::current_dir()?;
        Ok(Executor { evaluator: None, folder, flags, iopub, stdin, cleanup, history: History::default(), count: 0 })
    }

    /// Starts the evaluator, then answers requests until there can be no more.
    pub fn run(mut self, requests: &Receiver<Message>, replies: &Address<Reply>) {
        // If it fails, the first cell tries again and says why.
        let _ = self.evaluator(&|_| {});
        for request in requests {
            let content = self.answer(&request).unwrap_or_else(|why| error_content("BadRequest", &why, &[]));
            let kind = request.kind().replace("_request", "_reply");
            replies.send(Reply { request, kind, content });
        }
    }

    fn answer(&mut self, request: &Message) -> Result<Value, String> {
        match request.kind() {
            "execute_request" => Ok(self.execute(request, &request.request()?)),
            "complete_request" => Ok(self.complete(&request.request()?)),
            "inspect_request" => Ok(self.inspect(&request.request()?)),
            "history_request" => Ok(self.history.answer(&request.request::<HistoryRequest>()?)),
            kind => Err(format!("{kind} is not known")),
        }
    }

    fn execute(&mut self, request: &Message, execute: &ExecuteRequest) -> Value {
        let parent = &request.header;
        let is_stored = execute.store_history && !execute.silent;
        self.count += u32::from(is_stored);
        // A cell that is not stored has the number that the next one will have.
        let count = self.count + u32::from(!is_stored);
        if !execute.silent {
            let content = json!({"code": execute.code, "execution_count": count});
            self.iopub.send("execute_input", parent, content);
        }
        let shown = Arc::new(Mutex::new(None));
        let result = self.evaluate(request, execute, count, &shown);
        if is_stored {
            let output = shown.lock().unwrap_or_else(PoisonError::into_inner).take();
            self.history.add(count, &execute.code, output);
        }
        let mut content = match result {
            Ok(()) => {
                let expressions = self.user_expressions(&execute.user_expressions);
                json!({"status": "ok", "payload": [], "user_expressions": expressions})
            }
            Err(failure) => {
                if !execute.silent {
                    self.iopub.error(parent, &failure);
                }
                error_content(failure.name, &failure.value, &failure.traceback)
            }
        };
        content["execution_count"] = json!(count);
        content
    }

    fn evaluate(
        &mut self,
        request: &Message,
        execute: &ExecuteRequest,
        count: u32,
        shown: &Arc<Mutex<Option<String>>>,
    ) -> Result<(), Failure> {
        if execute.code.trim().is_empty() {
            return Ok(());
        }
        let (iopub, parent) = (self.iopub.clone(), request.header.clone());
        let answers = self
            .evaluator(&|notice| {
                let notice = Output::Stream { name: StreamName::Stdout, text: notice.to_owned() };
                iopub.output(&parent, count, notice);
            })?
            .answers();
        let sink = self.sink(request, execute, count, shown.clone(), answers);
        self.evaluator(&|_| {})?.execute(count, &execute.code, sink)
    }

    /// Where the output of a cell goes; `shown` keeps the text of its result for the history.
    fn sink(
        &self,
        request: &Message,
        execute: &ExecuteRequest,
        count: u32,
        shown: Arc<Mutex<Option<String>>>,
        answers: Answers,
    ) -> Sink {
        let (iopub, stdin, request) = (self.iopub.clone(), self.stdin.clone(), request.clone());
        let (is_silent, may_ask) = (execute.silent, execute.allow_stdin);
        Arc::new(move |output| match output {
            Output::Question { prompt, is_password } if may_ask => {
                let prompt = prompt.unwrap_or_default();
                stdin.ask(Question { request: request.clone(), prompt, is_password, answers: answers.clone() });
            }
            Output::Question { .. } => answers.give(None),
            _ if is_silent => {}
            output => {
                if let Output::Result(bundle) = &output {
                    let text = bundle.data.get("text/plain").and_then(Value::as_str).map(str::to_owned);
                    *shown.lock().unwrap_or_else(PoisonError::into_inner) = text;
                }
                iopub.output(&request.header, count, output);
            }
        })
    }

    fn user_expressions(&mut self, expressions: &Map<String, Value>) -> Map<String, Value> {
        let mut answers = Map::new();
        for (name, expression) in expressions {
            let expression = expression.as_str().unwrap_or_default();
            let answer = self.evaluator(&|_| {}).and_then(|evaluator| evaluator.evaluate(expression));
            let answer = match answer {
                Ok(bundle) => json!({"status": "ok", "data": bundle.data, "metadata": {}}),
                Err(failure) => error_content(failure.name, &failure.value, &failure.traceback),
            };
            answers.insert(name.clone(), answer);
        }
        answers
    }

    fn complete(&mut self, request: &PositionRequest) -> Value {
        let offset = request.offset();
        let found = self.evaluator(&|_| {}).ok().map(|evaluator| evaluator.complete(&request.code, offset));
        let (matches, range) = found.map_or((Vec::new(), offset..offset), |found| (found.matches, found.range));
        let (start, end) = (request.position(range.start), request.position(range.end));
        let types = matches.iter().map(|found| {
            json!({"start": start, "end": end, "text": found.text, "type": found.kind, "signature": found.label})
        });
        json!({
            "status": "ok",
            "matches": matches.iter().map(|found| &found.text).collect::<Vec<_>>(),
            "cursor_start": start,
            "cursor_end": end,
            "metadata": {"_jupyter_types_experimental": types.collect::<Vec<_>>()},
        })
    }

    fn inspect(&mut self, request: &PositionRequest) -> Value {
        let offset = request.offset();
        let found = self.evaluator(&|_| {}).ok().and_then(|evaluator| evaluator.inspect(&request.code, offset));
        let data = found.map(|found| json!({"text/plain": found.text, "text/html": found.html}));
        json!({
            "status": "ok",
            "found": data.is_some(),
            "data": data.unwrap_or_else(|| json!({})),
            "metadata": {},
        })
    }

    /// The evaluator, started if it is not there.
    fn evaluator(&mut self, notice: &dyn Fn(&str)) -> Result<&mut Evaluator, Failure> {
        if self.evaluator.is_none() {
            let evaluator = Settings::load(&self.flags)
                .and_then(|settings| Evaluator::start(&self.folder, settings, notice))
                .map_err(|error| Failure::new("SetupError", format!("{error:#}"), None))?;
            self.cleanup.set_session(&evaluator);
            self.evaluator = Some(evaluator);
        }
        match &mut self.evaluator {
            Some(evaluator) => Ok(evaluator),
            None => unreachable!("started above"),
        }
    }
}
