//! Comms: channels between a cell and code in the front end, such as a slider. A comm belongs to a
//! target, a name that both sides know; either side may open one.
//!
//! What a cell does with a comm goes to the kernel as an escape frame in its output and keeps its
//! place there. The kernel keeps what the front end sends: a cell asks for it with
//! [`Comm::received`], or leaves a handler that runs when no cell does.

use super::input::{Answer, ask_kernel};
use crate::base::interrupt;
use crate::base::worker::input_channel;
use crate::display;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// JSON, written as it is: `json!({"from": 0, "to": [1, 2]})`. Names of variables stand for their
/// values.
#[macro_export]
macro_rules! json {
    ($($value:tt)+) => {
        $crate::front::serde_json::json!($($value)+)
    };
}

/// A channel to code in the front end. Outside a notebook nobody is at the other end: nothing
/// arrives.
///
/// ```
/// # use chainrule::prelude::*;
/// let comm = Comm::open("my-slider", json!({"from": 0, "to": 10}));
/// comm.send(json!({"label": "learning rate"}));
/// if let Some(message) = comm.received() {
///     println!("the slider is at {}", message["value"]);
/// }
/// comm.close();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comm {
    id: String,
}

type Handler = Arc<Mutex<dyn FnMut(&Comm, Value) + Send>>;

/// By the id of a comm, and by the name of a target.
#[derive(Default)]
struct Handlers {
    messages: HashMap<String, Handler>,
    targets: HashMap<String, Handler>,
}

static HANDLERS: LazyLock<Mutex<Handlers>> = LazyLock::new(Mutex::default);

fn handlers() -> MutexGuard<'static, Handlers> {
    HANDLERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Comm {
    /// Opens a comm to a target that the front end knows. If it does not know it, the comm is
    /// closed from there.
    pub fn open(target: &str, data: impl Into<Value>) -> Comm {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let comm = Comm {
            id: format!("chainrule-comm-{}-{number}", std::process::id()),
        };
        comm.act("open", json!({"target_name": target, "data": data.into()}));
        comm
    }

    /// Calls `handler` with each comm that the front end opens for this target, and with what it
    /// sent along. It runs when no cell does.
    pub fn register(target: &str, handler: impl FnMut(&Comm, Value) + Send + 'static) {
        handlers()
            .targets
            .insert(target.to_owned(), Arc::new(Mutex::new(handler)));
        write(json!({"kind": "comm", "act": "register", "target_name": target}));
    }

    /// Sends a message to the front end.
    pub fn send(&self, data: impl Into<Value>) {
        self.act("send", json!({"data": data.into()}));
    }

    /// The next message of the front end, if there is one.
    pub fn received(&self) -> Option<Value> {
        match self.ask() {
            Value::Object(mut answer) => answer.remove("data"),
            _ => None,
        }
    }

    /// Waits for the next message of the front end. `None`, if the comm is closed.
    pub fn wait(&self) -> Option<Value> {
        loop {
            match self.ask() {
                Value::Object(mut answer) => return answer.remove("data"),
                Value::Bool(true) => std::thread::sleep(Duration::from_millis(20)),
                _ => return None,
            }
        }
    }

    /// The id by which both sides know it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether neither side has closed the comm.
    pub fn is_open(&self) -> bool {
        write_and_ask(json!({"kind": "comm", "act": "is_open", "comm_id": self.id})) == true
    }

    /// Calls `handler` with each message from now on. It runs when no cell does; what it prints and
    /// shows appears where the front end puts the output of this comm.
    pub fn on_message(&self, mut handler: impl FnMut(&Comm, Value) + Send + 'static) {
        while let Some(message) = self.received() {
            handler(self, message);
        }
        handlers()
            .messages
            .insert(self.id.clone(), Arc::new(Mutex::new(handler)));
        self.act("listen", json!({}));
    }

    /// Ends the comm on both sides.
    pub fn close(&self) {
        handlers().messages.remove(&self.id);
        self.act("close", json!({"data": {}}));
    }

    fn act(&self, act: &str, mut frame: Value) {
        frame["kind"] = "comm".into();
        frame["act"] = act.into();
        frame["comm_id"] = self.id.as_str().into();
        write(frame);
    }

    /// A message as an object with `data`, `true` where none has come, anything else where none can
    /// come.
    fn ask(&self) -> Value {
        write_and_ask(json!({"kind": "comm", "act": "receive", "comm_id": self.id}))
    }
}

fn write(frame: Value) {
    if input_channel().is_some() {
        display::write_frame(frame);
    }
}

pub(super) fn write_and_ask(frame: Value) -> Value {
    let Some(channel) = input_channel() else {
        return Value::Null;
    };
    match ask_kernel(channel, frame) {
        Answer::Given(answer) => answer,
        Answer::Nobody => Value::Null,
        Answer::Interrupted => {
            interrupt::check();
            Value::Null
        }
    }
}

/// Calls the handlers for what the front end has sent; the kernel runs this as a cell.
pub fn handle_comms() {
    while let Value::Object(mut event) = write_and_ask(json!({"kind": "comm", "act": "next"})) {
        let text = |name: &str| {
            event
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (comm, target) = (
            Comm {
                id: text("comm_id"),
            },
            text("target_name"),
        );
        let handler = match target.as_str() {
            "" => handlers().messages.get(&comm.id).cloned(),
            target => handlers().targets.get(target).cloned(),
        };
        if let Some(handler) = handler {
            let data = event.remove("data").unwrap_or_default();
            // One that has panicked before may do better with another message.
            (handler.lock().unwrap_or_else(PoisonError::into_inner))(&comm, data);
        }
    }
}

/// Puts text into the next cell, for the learner to change and to run.
pub fn set_next_input(text: &str) {
    write(json!({"kind": "payload", "source": "set_next_input", "text": text, "replace": false}));
}
