//! The comms that are open, what waits in them for cells, and the targets that cells have
//! registered.

use super::iopub::IoPub;
use super::message::{CommMessage, Message};
use super::widgets::{self, Traits};
use crate::evaluator::{Answers, CommAct};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What waits beyond this number is dropped, the oldest first: a cell that never asks shall not
/// fill the memory.
const MOST_WAITING: usize = 10_000;
/// Bytes of a message that a cell can get: the pipe to the cell takes as much at once, even if the
/// cell has gone.
pub const LONGEST: usize = 60_000;

/// Shared by the threads that hear the front end and that hear the cells.
#[derive(Clone, Default)]
pub struct Comms(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    open: BTreeMap<String, Comm>,
    /// Names that cells have a handler for.
    targets: BTreeSet<String>,
    /// What the handlers of cells have not yet been called with, in order.
    events: VecDeque<Value>,
}

struct Comm {
    target: String,
    has_handler: bool,
    /// The front end has closed it. It stays until a cell has got what came before.
    is_closed: bool,
    /// What a cell without a handler has not yet asked for.
    waiting: VecDeque<Value>,
    /// Of a widget, its state.
    widget: Option<Traits>,
    /// Whether a page has asked for that state, which knows nothing of what was displayed before.
    was_reloaded: bool,
}

impl Comm {
    fn new(target: String) -> Comm {
        Comm {
            target,
            has_handler: false,
            is_closed: false,
            waiting: VecDeque::new(),
            widget: None,
            was_reloaded: false,
        }
    }
}

impl State {
    fn is_open(&self, id: &str) -> bool {
        self.open.get(id).is_some_and(|comm| !comm.is_closed)
    }

    /// A cell opens one. What is returned says what the message is about.
    fn open(&mut self, id: String, target: String, data: &Value) -> Value {
        let is_widget = target == widgets::WIDGET;
        let mut comm = Comm::new(target);
        comm.widget = widgets::traits(data).cloned().filter(|_| is_widget);
        self.open.insert(id, comm);
        if is_widget {
            json!({"version": widgets::VERSION})
        } else {
            json!({})
        }
    }

    fn widget(&mut self, id: &str) -> Option<&mut Traits> {
        self.open.get_mut(id)?.widget.as_mut()
    }

    /// What a cell gets that asks: a message, or whether there may be one later.
    fn receive(&mut self, id: &str) -> Value {
        let Some(comm) = self.open.get_mut(id) else {
            return Value::Bool(false);
        };
        let message = comm.waiting.pop_front();
        message.unwrap_or(Value::Bool(!comm.is_closed))
    }

    /// The answer to a page that asks what state widgets are in.
    fn answer(&mut self, id: &str, data: &Value) -> Option<Value> {
        let is_control = self
            .open
            .get(id)
            .is_some_and(|comm| comm.target == widgets::CONTROL);
        if is_control && widgets::is_question(data) {
            self.open
                .values_mut()
                .for_each(|comm| comm.was_reloaded = true);
        }
        let comm = self.open.get(id).filter(|_| widgets::is_question(data))?;
        match &comm.widget {
            Some(widget) => Some(widgets::state(widget)),
            None if comm.target == widgets::CONTROL => {
                let widgets = self.open.iter().filter(|(_, comm)| !comm.is_closed);
                Some(widgets::states(
                    widgets.filter_map(|(id, comm)| Some((id, comm.widget.as_ref()?))),
                ))
            }
            None => None,
        }
    }
}

/// What is to be done about a message of the front end.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing more.
    Kept,
    /// It is too long for a cell.
    Dropped,
    /// The handlers of cells wait for it.
    ForHandlers,
    /// There is no such target: the comm has to be closed.
    Refused,
    /// This is to be sent back.
    Answered(Value),
}

impl Comms {
    /// The content of a `comm_info_reply`.
    pub fn info(&self, message: &CommMessage) -> Value {
        let state = self.state();
        let is_wanted = |comm: &Comm| {
            message
                .target_name
                .as_ref()
                .is_none_or(|name| *name == comm.target)
        };
        let wanted = state
            .open
            .iter()
            .filter(|(_, comm)| !comm.is_closed && is_wanted(comm));
        let comms: Map<String, Value> = wanted
            .map(|(id, comm)| (id.clone(), json!({"target_name": comm.target})))
            .collect();
        json!({"status": "ok", "comms": comms})
    }

    /// Whether a cell waits to ask for this message, so that it need not queue behind that cell.
    pub fn is_asked_for(&self, message: &Message) -> bool {
        let (state, content) = (self.state(), &message.content);
        let comm = content["comm_id"]
            .as_str()
            .and_then(|id| state.open.get(id));
        match message.kind() {
            "comm_open" => content["target_name"] == widgets::CONTROL,
            "comm_msg" | "comm_close" => {
                comm.is_some_and(|comm| !comm.has_handler || widgets::is_question(&content["data"]))
            }
            _ => false,
        }
    }

    /// Takes a `comm_open`, `comm_msg` or `comm_close` of the front end.
    pub fn arrive(&self, kind: &str, message: CommMessage) -> Arrival {
        let mut state = self.state();
        let CommMessage {
            comm_id,
            target_name,
            data,
        } = message;
        match kind {
            "comm_open" => {
                let target = target_name.unwrap_or_default();
                let is_control = target == widgets::CONTROL;
                if !(is_control || state.targets.contains(&target)) || state.is_open(&comm_id) {
                    return Arrival::Refused;
                }
                if is_control {
                    state.open.insert(comm_id, Comm::new(target));
                    return Arrival::Kept;
                }
                let event = json!({"comm_id": comm_id, "target_name": target, "data": data});
                let arrival = push(&mut state.events, event, Arrival::ForHandlers);
                if arrival == Arrival::ForHandlers {
                    state.open.insert(comm_id, Comm::new(target));
                }
                arrival
            }
            "comm_msg" => {
                if let Some(answer) = state.answer(&comm_id, &data) {
                    return Arrival::Answered(answer);
                }
                let State { open, events, .. } = &mut *state;
                let Some(comm) = open.get_mut(&comm_id).filter(|comm| !comm.is_closed) else {
                    return Arrival::Kept;
                };
                if let Some(widget) = &mut comm.widget
                    && widgets::merge(widget, &data)
                    && !comm.has_handler
                {
                    return Arrival::Kept;
                }
                if comm.has_handler {
                    let event = json!({"comm_id": comm_id, "data": data});
                    return push(events, event, Arrival::ForHandlers);
                }
                push(&mut comm.waiting, json!({"data": data}), Arrival::Kept)
            }
            _ => {
                if let Some(comm) = state.open.get_mut(&comm_id) {
                    comm.is_closed = true;
                    if comm.waiting.is_empty() {
                        state.open.remove(&comm_id);
                    }
                }
                Arrival::Kept
            }
        }
    }

    /// Does what a cell wants, whose request has the header `parent`.
    pub fn act(&self, act: CommAct, parent: &Value, iopub: &IoPub, answers: &Answers) {
        let mut state = self.state();
        match act {
            CommAct::Open {
                comm_id,
                target_name,
                data,
            } => {
                let content = json!({"comm_id": comm_id, "target_name": target_name, "data": data});
                let metadata = state.open(comm_id, target_name, &data);
                iopub.send_with("comm_open", parent, content, metadata);
            }
            // What is closed says nothing more.
            CommAct::Send { comm_id, data } if state.is_open(&comm_id) => {
                if let Some(widget) = state.widget(&comm_id) {
                    widgets::merge(widget, &data);
                }
                let content = json!({"comm_id": comm_id, "data": data});
                iopub.send("comm_msg", parent, content);
            }
            CommAct::Close { comm_id, data } if state.is_open(&comm_id) => {
                state.open.remove(&comm_id);
                let content = json!({"comm_id": comm_id, "data": data});
                iopub.send("comm_close", parent, content);
            }
            CommAct::Send { .. } | CommAct::Close { .. } => {}
            CommAct::Register { target_name } => {
                state.targets.insert(target_name);
            }
            CommAct::Listen { comm_id } => {
                if let Some(comm) = state.open.get_mut(&comm_id) {
                    comm.has_handler = true;
                }
            }
            CommAct::Receive { comm_id } => answers.give(Some(&state.receive(&comm_id))),
            CommAct::IsOpen { comm_id } => answers.give(Some(&state.is_open(&comm_id).into())),
            CommAct::State { comm_id, name } if name == widgets::WAS_RELOADED => {
                let comm = state.open.get(&comm_id);
                let was_reloaded = comm.is_some_and(|comm| comm.was_reloaded);
                answers.give(Some(&was_reloaded.into()));
            }
            CommAct::State { comm_id, name } => {
                let value = state.widget(&comm_id).and_then(|widget| widget.get(&name));
                answers.give(value.filter(|value| value.to_string().len() <= LONGEST));
            }
            CommAct::Next => answers.give(state.events.pop_front().as_ref()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says what became of it: `kept`, if it is not too long.
fn push(queue: &mut VecDeque<Value>, event: Value, kept: Arrival) -> Arrival {
    if event.to_string().len() > LONGEST {
        return Arrival::Dropped;
    }
    if queue.len() >= MOST_WAITING {
        queue.pop_front();
    }
    queue.push_back(event);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, target: Option<&str>, data: Value) -> CommMessage {
        CommMessage {
            comm_id: id.to_owned(),
            target_name: target.map(str::to_owned),
            data,
        }
    }

    #[test]
    fn only_registered_targets_are_opened() {
        let comms = Comms::default();
        assert_eq!(
            comms.arrive("comm_open", message("1", Some("ours"), json!({}))),
            Arrival::Refused
        );
        comms.state().targets.insert("ours".to_owned());
        assert_eq!(
            comms.arrive("comm_open", message("1", Some("ours"), json!({}))),
            Arrival::ForHandlers
        );
        // Nobody can take over what is open.
        assert_eq!(
            comms.arrive("comm_open", message("1", Some("ours"), json!({}))),
            Arrival::Refused
        );
        let info = |target| comms.info(&message("", target, Value::Null))["comms"].clone();
        assert_eq!(info(None), json!({"1": {"target_name": "ours"}}));
        assert_eq!(info(Some("other")), json!({}));
        assert_eq!(
            comms.arrive("comm_close", message("1", None, json!({}))),
            Arrival::Kept
        );
        assert_eq!(info(None), json!({}));
    }

    #[test]
    fn what_waits_is_bounded() {
        let comms = Comms::default();
        comms.state().targets.insert("ours".to_owned());
        comms.arrive("comm_open", message("1", Some("ours"), json!({})));
        for number in 0..MOST_WAITING + 7 {
            assert_eq!(
                comms.arrive("comm_msg", message("1", None, json!(number))),
                Arrival::Kept
            );
        }
        let long = message("1", None, "x".repeat(LONGEST).into());
        assert_eq!(comms.arrive("comm_msg", long), Arrival::Dropped);
        let state = comms.state();
        let waiting = &state.open["1"].waiting;
        assert_eq!(
            (waiting.len(), &waiting[0]),
            (MOST_WAITING, &json!({"data": 7}))
        );
    }
}
