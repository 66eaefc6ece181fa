//! The shell socket: one request at a time, in order.
//!
//! What needs the evaluator is passed to its thread, and the next request waits until the answer is
//! out; only completion and inspection are answered meanwhile, from what is known without it. A
//! request that has been begun is a `Request`: it is `busy` from then on, and `idle` when it is
//! dropped, so that none can be without them.

use super::assist::{self, Quick};
use super::comms::{Arrival, Comms, LONGEST};
use super::connection::ConnectionInfo;
use super::executor::{Reply, needs_evaluator};
use super::info::kernel_info;
use super::iopub::{Busy, IoPub};
use super::mailbox::Mailbox;
use super::message::{CommMessage, IsCompleteRequest, Message, error_content};
use super::pager::may_be_question;
use super::session::SessionHandle;
use super::wire::Wire;
use crate::evaluator::Assistant;
use crate::evaluator::cell::{Completeness, completeness};
use crate::evaluator::limit::excess;
use crate::machine::faults::contained;
use chainrule::display::say;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::mpsc::Sender;
use std::time::Instant;

pub struct Shell {
    pub socket: zmq::Socket,
    pub wire: Wire,
    pub iopub: IoPub,
    pub executor: Sender<Message>,
    pub replies: Mailbox<Reply>,
    pub comms: Comms,
    pub session: SessionHandle,
    pub info: ConnectionInfo,
    pub assistant: Assistant,
}

/// Messages that are taken at once before replies have their turn: a front end that floods us shall
/// not hold them up.
const MOST_AT_ONCE: usize = 1000;

/// A message that is being answered, from its `busy` to its `idle`.
struct Request {
    message: Message,
    _busy: Busy,
}

impl Deref for Request {
    type Target = Message;

    fn deref(&self) -> &Message {
        &self.message
    }
}

/// What has arrived and what the evaluator is at.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Message>,
    work: Option<Work>,
}

/// What the evaluator has been given.
struct Work {
    /// Nothing if it took so long that it has been answered without it.
    request: Option<Request>,
    /// A completion or an inspection: the answer without the evaluator, and when it is given.
    fallback: Option<(Instant, Value)>,
}

impl Queue {
    /// The cell that runs.
    fn running(&self) -> Option<&Request> {
        let request = self.work.as_ref()?.request.as_ref()?;
        (request.kind() == "execute_request").then_some(request)
    }

    /// Milliseconds until the evaluator has been waited for long enough; -1 for ever.
    fn patience(&self) -> i64 {
        let deadline = self
            .work
            .as_ref()
            .and_then(|work| work.fallback.as_ref())
            .map(|(deadline, _)| *deadline);
        deadline.map_or(-1, |deadline| {
            deadline
                .saturating_duration_since(Instant::now())
                .as_millis() as i64
                + 1
        })
    }

    /// The request that the evaluator takes too long for, and what is answered instead.
    fn take_late(&mut self) -> Option<(Request, Value)> {
        let work = self.work.as_mut()?;
        let (_, content) = work
            .fallback
            .take_if(|(deadline, _)| *deadline <= Instant::now())?;
        Some((work.request.take()?, content))
    }

    /// Those of the waiting messages that are meant, in order.
    fn take_waiting(&mut self, is_meant: impl Fn(&Message) -> bool) -> VecDeque<Message> {
        let (meant, others) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(is_meant);
        self.waiting = others;
        meant
    }
}

impl Shell {
    pub fn run(self) {
        let mut queue = Queue::default();
        loop {
            let mut items = [
                self.socket.as_poll_item(zmq::POLLIN),
                self.replies.poll_item(),
            ];
            let _ = zmq::poll(&mut items, queue.patience());
            self.receive(&mut queue);
            for reply in self.replies.take() {
                self.pass_on(&reply, &mut queue);
            }
            if let Some((request, content)) = queue.take_late() {
                self.finish(request, &content);
            }
            if queue.work.is_some() {
                self.answer_meanwhile(&mut queue);
            }
            while queue.work.is_none()
                && let Some(message) = queue.waiting.pop_front()
            {
                queue.work = self.answer(self.begin(message));
            }
        }
    }

    fn begin(&self, message: Message) -> Request {
        let busy = self.iopub.busy(&message.header);
        Request {
            message,
            _busy: busy,
        }
    }

    /// Sends the reply, if one is waited for; with it a request is done.
    fn finish(&self, request: Request, content: &Value) {
        if request.wants_reply() {
            let frames = self.wire.answer(&request, &request.reply_kind(), content);
            let _ = self.socket.send_multipart(frames, zmq::DONTWAIT);
        }
    }

    /// Takes what has arrived. What is no valid message is dropped: it must never cost the kernel.
    fn receive(&self, queue: &mut Queue) {
        for _ in 0..MOST_AT_ONCE {
            let Ok(frames) = self.socket.recv_multipart(zmq::DONTWAIT) else {
                return;
            };
            match self.wire.decode(frames) {
                // A cell that runs may wait for it.
                Ok(message) if self.comms.is_asked_for(&message) => {
                    self.comm(self.begin(message));
                    self.still_running(queue);
                }
                Ok(message) if message.kind() == "interrupt_request" => {
                    self.answer_at_once(self.begin(message));
                    self.still_running(queue);
                }
                Ok(message) => queue.waiting.push_back(message),
                Err(why) => self.wire.note_dropped("shell", &why),
            }
        }
    }

    /// Passes the evaluator's answer on; what waited behind a cell that failed is not run.
    fn pass_on(&self, reply: &Reply, queue: &mut Queue) {
        let Some(request) = queue.work.take().and_then(|work| work.request) else {
            return;
        };
        if reply.stops_queue {
            // What was sent before the front end could know of the error: once it has the reply, it
            // can.
            self.receive(queue);
        }
        self.finish(request, &reply.content);
        if reply.stops_queue {
            for message in queue.take_waiting(|message| message.kind() == "execute_request") {
                let mut content =
                    error_content("Aborted", "not run, because a cell before it failed", &[]);
                content["execution_count"] = reply.content["execution_count"].clone();
                self.finish(self.begin(message), &content);
            }
        }
    }

    /// Answers completions and inspections while the evaluator works.
    fn answer_meanwhile(&self, queue: &mut Queue) {
        for message in queue.take_waiting(assist::is_ours) {
            let request = self.begin(message);
            let quick = self.quick(&request);
            self.finish_assist(request, quick);
            self.still_running(queue);
        }
    }

    fn quick(&self, request: &Request) -> Option<Quick> {
        contained(|| assist::quick(&self.assistant, request)).unwrap_or_default()
    }

    /// Answers a completion or inspection with what is known without the evaluator.
    fn finish_assist(&self, request: Request, quick: Option<Quick>) {
        let content = quick.map_or_else(
            || error_content("BadRequest", "there is no code, or no cursor in it", &[]),
            |quick| quick.content,
        );
        self.finish(request, &content);
    }

    /// Front ends show the state that was published last: after the `idle` of something else, a
    /// cell that runs is said to be running again.
    fn still_running(&self, queue: &Queue) {
        if let Some(running) = queue.running() {
            self.iopub.status("busy", &running.header);
        }
    }

    /// Answers a request, or gives it to the evaluator.
    fn answer(&self, request: Request) -> Option<Work> {
        let mut fallback = None;
        if assist::is_ours(&request) {
            match self.quick(&request) {
                Some(quick) if quick.is_partial => {
                    fallback = Some(assist::with_patience(quick.content))
                }
                quick => {
                    self.finish_assist(request, quick);
                    return None;
                }
            }
        }
        if needs_evaluator(request.kind()) {
            return self.hand_over(request, fallback);
        }
        if request.kind().starts_with("comm_") && !request.wants_reply() {
            return self.comm(request);
        }
        self.answer_at_once(request);
        None
    }

    fn hand_over(&self, request: Request, fallback: Option<(Instant, Value)>) -> Option<Work> {
        self.executor.send(request.message.clone()).ok()?;
        Some(Work {
            request: Some(request),
            fallback,
        })
    }

    /// Takes a message of a comm, which the evaluator may have to work on.
    fn comm(&self, request: Request) -> Option<Work> {
        let id = &request.content["comm_id"];
        match request
            .request::<CommMessage>()
            .map(|message| self.comms.arrive(request.kind(), message))
        {
            Ok(Arrival::ForHandlers) => return self.hand_over(request, None),
            Ok(Arrival::Refused) => {
                self.iopub.send(
                    "comm_close",
                    &request.header,
                    json!({"comm_id": id, "data": {}}),
                );
            }
            Ok(Arrival::Answered(data)) => {
                self.iopub.send(
                    "comm_msg",
                    &request.header,
                    json!({"comm_id": id, "data": data}),
                );
            }
            Ok(Arrival::Dropped) => self.say_dropped(&request),
            // What is no message of a comm is worth as little as one for a comm that is not there,
            // unless it could not be read.
            Ok(Arrival::Kept) | Err(_) if id.is_string() => {}
            Ok(Arrival::Kept) | Err(_) => self.say_dropped(&request),
        }
        None
    }

    /// Nobody answers a message of a comm: where it is lost, it is said in the notebook.
    fn say_dropped(&self, request: &Request) {
        let most = LONGEST / 1000;
        let text = say(
            format!(
                "A message for a comm or a widget was lost: it can have at most {most} kB, and \
                 lists within lists 120 deep.\n"
            ),
            format!("一条发给 comm 或控件的消息丢失了：最多 {most} kB，列表嵌套最多 120 层。\n"),
        );
        let content = json!({"name": "stderr", "text": text});
        self.iopub.send("stream", &request.header, content);
    }

    /// Answers a request that does not need the evaluator.
    fn answer_at_once(&self, request: Request) {
        let content = match request.kind() {
            "kernel_info_request" => kernel_info(),
            "is_complete_request" => match request.request::<IsCompleteRequest>() {
                Ok(request) => is_complete(&request.code),
                Err(why) => error_content("BadRequest", &why, &[]),
            },
            "comm_info_request" => match request.request::<CommMessage>() {
                Ok(message) => self.comms.info(&message),
                Err(why) => error_content("BadRequest", &why, &[]),
            },
            "connect_request" => self.info.ports(),
            // Its place is control, but VS Code sends it here.
            "interrupt_request" => {
                self.session.interrupt();
                json!({"status": "ok"})
            }
            "shutdown_request" => {
                let content =
                    json!({"status": "ok", "restart": request.content["restart"] == true});
                self.finish(request, &content);
                self.session.exit_soon();
                return;
            }
            // If nobody waits for a reply, none is sent.
            kind => error_content(
                "NotSupported",
                &format!("{kind} is not supported on shell"),
                &[],
            ),
        };
        self.finish(request, &content);
    }
}

fn is_complete(code: &str) -> Value {
    if excess(code).is_some() {
        // The cell itself will say why it cannot be run.
        return json!({"status": "unknown"});
    }
    if may_be_question(code) {
        return json!({"status": "complete"});
    }
    match contained(|| completeness(code)) {
        Ok(Completeness::Complete) => json!({"status": "complete"}),
        Ok(Completeness::Incomplete { indent }) => {
            json!({"status": "incomplete", "indent": indent})
        }
        Ok(Completeness::Invalid) => json!({"status": "invalid"}),
        Err(_) => json!({"status": "unknown"}),
    }
}
