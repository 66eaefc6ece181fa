//! The thread that owns the evaluator: what needs it, one request after the other.

use super::assist;
use super::comms::Comms;
use super::history::History;
use super::iopub::IoPub;
use super::mailbox::Address;
use super::message::{ExecuteRequest, HistoryRequest, Message, PositionRequest, error_content};
use super::pager;
use super::session::SessionHandle;
use super::stdin::{Question, StdIn};
use crate::evaluator::{Answers, Assistant, Evaluator, Failure, Output, Sink, StreamName};
use crate::machine::faults::contained;
use crate::machine::memory;
use crate::settings::{Flags, Settings};
use chainrule::display::say;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The answer to a request, for the shell thread.
pub struct Reply {
    pub content: Value,
    /// Cells that wait behind this one are not to be run.
    pub stops_queue: bool,
}

impl From<Value> for Reply {
    fn from(content: Value) -> Reply {
        Reply {
            content,
            stops_queue: false,
        }
    }
}

/// Whether a request has to wait for the evaluator. The others are answered at once, while it
/// starts or works.
pub fn needs_evaluator(kind: &str) -> bool {
    matches!(
        kind,
        "execute_request" | "complete_request" | "inspect_request" | "history_request"
    )
}

/// When nothing was asked for as long, somebody reads, and may be about to change a cell.
const IDLE: Duration = Duration::from_secs(5);
/// With less, whoever only reads gives memory to those who compile.
const SCARCE_MEMORY: u64 = 1 << 30;

pub struct Executor {
    evaluator: Option<Evaluator>,
    folder: PathBuf,
    flags: Flags,
    /// What of the settings is not understood, until a cell has said so.
    wrong: Vec<String>,
    iopub: IoPub,
    stdin: StdIn,
    session: SessionHandle,
    history: History,
    comms: Comms,
    assistant: Assistant,
    count: u32,
}

/// What a cell leaves for its reply and for the history.
#[derive(Default)]
struct Kept {
    result: Option<String>,
    payload: Vec<Value>,
}

type SharedKept = Arc<Mutex<Kept>>;

fn take(kept: &SharedKept) -> Kept {
    std::mem::take(&mut kept.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Executor {
    pub fn new(
        iopub: IoPub,
        stdin: StdIn,
        session: SessionHandle,
        comms: Comms,
        flags: Flags,
    ) -> anyhow::Result<Executor> {
        let (folder, history) = (std::env::current_dir()?, History::default());
        let assistant = Assistant::new(&folder);
        Ok(Executor {
            evaluator: None,
            folder,
            flags,
            wrong: Vec::new(),
            iopub,
            stdin,
            session,
            history,
            comms,
            assistant,
            count: 0,
        })
    }

    /// For the shell thread.
    pub fn assistant(&self) -> Assistant {
        self.assistant.clone()
    }

    /// Starts the evaluator, then answers requests until there can be no more.
    pub fn run(mut self, requests: &Receiver<Message>, replies: &Address<Reply>) {
        // If it fails, the first cell tries again and says why.
        let _ = self.evaluator(&|_| {});
        loop {
            let request = match requests.recv_timeout(IDLE) {
                Ok(request) => request,
                Err(RecvTimeoutError::Timeout) => match self.wait_for_long(requests) {
                    Some(request) => request,
                    None => return,
                },
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let answer = contained(|| self.answer(&request));
            let reply = match answer {
                Ok(Ok(reply)) => reply,
                Ok(Err(why)) => self.unanswered(&request, "BadRequest", &why),
                Err(panic) => self.unanswered(&request, "KernelError", &panic),
            };
            replies.send(reply);
        }
    }

    fn unanswered(&self, request: &Message, name: &str, why: &str) -> Reply {
        let mut content = error_content(name, why, &[]);
        if request.kind() == "execute_request" {
            content["execution_count"] = json!(self.count);
        }
        content.into()
    }

    /// Waits for a request, while nobody waits for an answer. Nothing if there will be none.
    fn wait_for_long(&mut self, requests: &Receiver<Message>) -> Option<Message> {
        if let Some(evaluator) = &mut self.evaluator {
            let long = if memory::available() < SCARCE_MEMORY {
                Some(IDLE)
            } else {
                evaluator.rests_after()
            };
            if let Some(long) = long {
                match requests.recv_timeout(long) {
                    Ok(request) => return Some(request),
                    Err(RecvTimeoutError::Timeout) => evaluator.rest(),
                    Err(RecvTimeoutError::Disconnected) => return None,
                }
            }
        }
        requests.recv().ok()
    }

    fn answer(&mut self, request: &Message) -> Result<Reply, String> {
        match request.kind() {
            "execute_request" => Ok(self.execute(request, &request.request()?)),
            "complete_request" => Ok(self.complete(&request.request()?).into()),
            "inspect_request" => Ok(self.inspect(&request.request()?).into()),
            "history_request" => Ok(self
                .history
                .answer(&request.request::<HistoryRequest>()?)
                .into()),
            "comm_open" | "comm_msg" => {
                self.handle_comms(request);
                Ok(Value::Null.into())
            }
            kind => Err(format!("{kind} is not known")),
        }
    }

    fn execute(&mut self, request: &Message, execute: &ExecuteRequest) -> Reply {
        let parent = &request.header;
        let is_stored = execute.store_history && !execute.silent;
        self.count += u32::from(is_stored);
        // A cell that is not stored has the number that the next one will have.
        let count = self.count + u32::from(!is_stored);
        if !execute.silent {
            let content = json!({"code": execute.code, "execution_count": count});
            self.iopub.send("execute_input", parent, content);
        }
        let kept = SharedKept::default();
        let result = self.evaluate(request, execute, count, &kept);
        let kept = take(&kept);
        if is_stored {
            self.history.add(count, &execute.code, kept.result);
        }
        let stops_queue = result.is_err() && execute.stop_on_error;
        let mut content = match result {
            Ok(()) => {
                let expressions = self.user_expressions(&execute.user_expressions);
                json!({"status": "ok", "payload": kept.payload, "user_expressions": expressions})
            }
            Err(failure) => {
                if !execute.silent {
                    self.iopub.error(parent, &failure);
                }
                error_content(failure.name, &failure.value, &failure.traceback)
            }
        };
        content["execution_count"] = json!(count);
        Reply {
            content,
            stops_queue,
        }
    }

    fn evaluate(
        &mut self,
        request: &Message,
        execute: &ExecuteRequest,
        count: u32,
        kept: &SharedKept,
    ) -> Result<(), Failure> {
        if execute.code.trim().is_empty() {
            return Ok(());
        }
        let (iopub, parent) = (self.iopub.clone(), request.header.clone());
        let answers = self
            .evaluator(&|notice| {
                let notice = Output::Stream {
                    name: StreamName::Stdout,
                    text: notice.to_owned(),
                };
                iopub.output(&parent, count, notice);
            })?
            .answers();
        if !execute.silent {
            self.say_what_is_wrong(&request.header, count);
        }
        let sink = self.sink(request, execute, count, kept.clone(), answers);
        let evaluator = self.evaluator(&|_| {})?;
        if let Some(name) = pager::question(&execute.code, &evaluator.variables()) {
            let pages = pager::pages(evaluator, &execute.code, name, |output| sink(output));
            pages
                .into_iter()
                .for_each(|page| sink(Output::Payload(page)));
            return Ok(());
        }
        evaluator.execute(count, &execute.code, sink)
    }

    /// Says above the output of a cell which settings are not understood, once.
    fn say_what_is_wrong(&mut self, parent: &Value, count: u32) {
        let counts = say("The default counts instead.", "将改用默认值。");
        for line in std::mem::take(&mut self.wrong) {
            let text = format!("{line}. {counts}\n");
            let name = StreamName::Stderr;
            self.iopub
                .output(parent, count, Output::Stream { name, text });
        }
    }

    /// Has the handlers of cells take what the front end has sent. What they show belongs to its
    /// message.
    fn handle_comms(&mut self, request: &Message) {
        let execute = ExecuteRequest::of_kernel();
        let count = self.count;
        let result = self
            .evaluator(&|_| {})
            .map(|evaluator| evaluator.answers())
            .and_then(|answers| {
                let sink = self.sink(request, &execute, count, SharedKept::default(), answers);
                self.evaluator(&|_| {})?.handle_comms(count, sink)
            });
        if let Err(failure) = result {
            self.iopub.error(&request.header, &failure);
        }
    }

    /// Where the output of a cell goes.
    fn sink(
        &self,
        request: &Message,
        execute: &ExecuteRequest,
        count: u32,
        kept: SharedKept,
        answers: Answers,
    ) -> Sink {
        let (iopub, stdin, comms, request) = (
            self.iopub.clone(),
            self.stdin.clone(),
            self.comms.clone(),
            request.clone(),
        );
        let (is_silent, may_ask) = (execute.silent, execute.allow_stdin);
        Arc::new(move |output| match output {
            Output::Question {
                prompt,
                is_password,
            } if may_ask => {
                let prompt = prompt.unwrap_or_default();
                stdin.ask(Question {
                    request: request.clone(),
                    prompt,
                    is_password,
                    answers: answers.clone(),
                });
            }
            Output::Question { .. } => answers.give(None),
            Output::Comm(act) => comms.act(act, &request.header, &iopub, &answers),
            Output::Payload(payload) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                // A loop that proposes the next cell over and over proposes one.
                kept.payload
                    .retain(|earlier| earlier["source"] != payload["source"]);
                kept.payload.push(payload);
            }
            _ if is_silent => {}
            output => {
                if let Output::Result(bundle) = &output {
                    let text = bundle
                        .data
                        .get("text/plain")
                        .and_then(Value::as_str)
                        .map(str::to_owned);
                    kept.lock().unwrap_or_else(PoisonError::into_inner).result = text;
                }
                iopub.output(&request.header, count, output);
            }
        })
    }

    fn user_expressions(&mut self, expressions: &Map<String, Value>) -> Map<String, Value> {
        let mut answers = Map::new();
        for (name, expression) in expressions {
            let expression = expression.as_str().unwrap_or_default();
            let answer = self
                .evaluator(&|_| {})
                .and_then(|evaluator| evaluator.evaluate(expression));
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
        let found = match self.evaluator(&|_| {}) {
            Ok(evaluator) => evaluator.complete(&request.code, offset),
            Err(_) => self.assistant.complete(&request.code, offset),
        };
        assist::completed(request, &found)
    }

    fn inspect(&mut self, request: &PositionRequest) -> Value {
        let (offset, level) = (request.offset(), request.detail_level);
        let found = match self.evaluator(&|_| {}) {
            Ok(evaluator) => evaluator.inspect(&request.code, offset, level),
            Err(_) => self.assistant.inspect(&request.code, offset, level),
        };
        assist::inspected(&found)
    }

    /// The evaluator, started if it is not there.
    fn evaluator(&mut self, notice: &dyn Fn(&str)) -> Result<&mut Evaluator, Failure> {
        if self.evaluator.is_none() {
            let failure =
                |error: anyhow::Error| Failure::new("SetupError", format!("{error:#}"), None);
            let (settings, wrong) = Settings::load_what_is_right(&self.flags);
            self.wrong = wrong;
            if let Some(file) = History::usual_file().filter(|_| settings.history) {
                self.history.keep_in(file);
            }
            let mut evaluator =
                Evaluator::start(&self.folder, settings, notice).map_err(failure)?;
            evaluator.set_assistant(self.assistant.clone());
            self.session.set_session(&evaluator);
            self.evaluator = Some(evaluator);
        }
        match &mut self.evaluator {
            Some(evaluator) => Ok(evaluator),
            None => unreachable!("started above"),
        }
    }
}
