//! The shell socket: one request at a time, in order.
//!
//! What needs the evaluator is passed to its thread, and the next request waits until the answer is out; only
//! completion and inspection are answered meanwhile, from what is known without it. One place publishes `busy` and
//! `idle`, so that no request can be without them.

use super::assist::{self, Pending, Quick};
use super::comms::{Arrival, Comms};
use super::connection::ConnectionInfo;
use super::executor::{Reply, needs_evaluator};
use super::iopub::IoPub;
use super::kernel::{Cleanup, kernel_info};
use super::mailbox::Mailbox;
use super::message::{CommMessage, ExecuteRequest, IsCompleteRequest, Message, error_content};
use super::pager::may_be_question;
use super::wire::Wire;
use crate::evaluator::Assistant;
use crate::evaluator::cell::{Completeness, completeness};
use crate::evaluator::limit::excess;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::time::Instant;

pub struct Shell {
    pub socket: zmq::Socket,
    pub wire: Wire,
    pub iopub: IoPub,
    pub executor: Sender<Message>,
    pub replies: Mailbox<Reply>,
    pub comms: Comms,
    pub cleanup: Cleanup,
    pub info: ConnectionInfo,
    pub assistant: Assistant,
}

/// Messages that are taken at once before replies have their turn: a front end that floods us shall not hold them up.
const MOST_AT_ONCE: usize = 1000;

impl Shell {
    pub fn run(self) {
        let mut waiting: VecDeque<Message> = VecDeque::new();
        let mut is_evaluating = false;
        // A completion that rust-analyzer is asked for, too.
        let mut pending: Option<Pending> = None;
        // The cell that runs.
        let mut running: Option<Message> = None;
        loop {
            let mut items = [self.socket.as_poll_item(zmq::POLLIN), self.replies.poll_item()];
            let patience = pending.as_ref().map(|one| one.deadline.saturating_duration_since(Instant::now()));
            let _ = zmq::poll(&mut items, patience.map_or(-1, |left| left.as_millis() as i64 + 1));
            self.receive(&mut waiting, running.as_ref());
            for reply in self.replies.take() {
                is_evaluating = false;
                running = None;
                if reply.kind != "execute_reply" && assist::is_ours(&reply.request) && pending.take().is_none() {
                    continue; // too late: it has been answered
                }
                let stops = stops_the_queue(&reply);
                if stops {
                    // What was sent before the front end could know of the error: once it has the reply, it can.
                    self.receive(&mut waiting, None);
                }
                self.finish(&reply.request, &reply.kind, &reply.content);
                if stops {
                    self.abort(&mut waiting, &reply.content["execution_count"]);
                }
            }
            if let Some(late) = pending.take_if(|one| one.deadline <= Instant::now()) {
                self.finish(&late.request, &assist::reply_kind(&late.request), &late.content);
            }
            if is_evaluating {
                self.answer_meanwhile(&mut waiting, running.as_ref());
            }
            while !is_evaluating && let Some(request) = waiting.pop_front() {
                self.iopub.status("busy", &request.header);
                if assist::is_ours(&request) {
                    match assist::quick(&self.assistant, &request) {
                        Some(quick) if quick.is_partial => pending = Some(Pending::new(request.clone(), quick.content)),
                        quick => {
                            self.finish_assist(&request, quick);
                            continue;
                        }
                    }
                }
                if needs_evaluator(request.kind()) {
                    running = (request.kind() == "execute_request").then(|| request.clone());
                    is_evaluating = self.executor.send(request).is_ok();
                } else if request.kind().starts_with("comm_") && !request.wants_reply() {
                    is_evaluating = self.comm(request);
                } else {
                    self.answer(&request);
                }
            }
        }
    }

    /// Answers completions and inspections while the evaluator works.
    fn answer_meanwhile(&self, waiting: &mut VecDeque<Message>, running: Option<&Message>) {
        let (ours, others): (VecDeque<_>, VecDeque<_>) = std::mem::take(waiting).into_iter().partition(assist::is_ours);
        *waiting = others;
        for request in ours {
            self.iopub.status("busy", &request.header);
            self.finish_assist(&request, assist::quick(&self.assistant, &request));
            self.still_running(running);
        }
    }

    /// Answers a completion or inspection with what is known without the evaluator.
    fn finish_assist(&self, request: &Message, quick: Option<Quick>) {
        let content = quick.map_or_else(
            || error_content("BadRequest", "there is no code, or no cursor in it", &[]),
            |quick| quick.content,
        );
        self.finish(request, &assist::reply_kind(request), &content);
    }

    /// Front ends show the state that was published last: after the `idle` of something else, a cell that runs is said to
    /// be running again.
    fn still_running(&self, running: Option<&Message>) {
        if let Some(running) = running {
            self.iopub.status("busy", &running.header);
        }
    }

    /// Takes what has arrived. What is no valid message is dropped: it must never cost the kernel.
    fn receive(&self, waiting: &mut VecDeque<Message>, running: Option<&Message>) {
        for _ in 0..MOST_AT_ONCE {
            let Ok(frames) = self.socket.recv_multipart(zmq::DONTWAIT) else { return };
            match self.wire.decode(frames) {
                // A cell that runs may wait for it.
                Ok(message) if self.comms.is_asked_for(&message) => {
                    self.iopub.status("busy", &message.header);
                    self.comm(message);
                    self.still_running(running);
                }
                Ok(message) => waiting.push_back(message),
                Err(why) => self.wire.note_dropped("shell", &why),
            }
        }
    }

    /// Sends the reply, if one is waited for; with it a request is done.
    fn finish(&self, request: &Message, kind: &str, content: &Value) {
        if request.wants_reply() {
            let frames = self.wire.encode(&request.identities, kind, &request.header, content);
            let _ = self.socket.send_multipart(frames, zmq::DONTWAIT);
        }
        self.iopub.status("idle", &request.header);
    }

    /// Takes a message of a comm. Returns whether the evaluator's thread is at work on it.
    fn comm(&self, request: Message) -> bool {
        let arrival = request.request::<CommMessage>().map(|message| self.comms.arrive(request.kind(), message));
        match arrival {
            Ok(Arrival::ForHandlers) => return self.executor.send(request).is_ok(),
            Ok(Arrival::Refused) => {
                let content = json!({"comm_id": request.content["comm_id"], "data": {}});
                self.iopub.send("comm_close", &request.header, content);
            }
            Ok(Arrival::Answered(data)) => {
                let content = json!({"comm_id": request.content["comm_id"], "data": data});
                self.iopub.send("comm_msg", &request.header, content);
            }
            // What is no message of a comm is worth as little as one for a comm that is not there.
            Ok(Arrival::Kept) | Err(_) => {}
        }
        self.iopub.status("idle", &request.header);
        false
    }

    /// Answers a request that does not need the evaluator.
    fn answer(&self, request: &Message) {
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
            "shutdown_request" => {
                let content = json!({"status": "ok", "restart": request.content["restart"] == true});
                self.finish(request, "shutdown_reply", &content);
                self.cleanup.exit_soon();
                return;
            }
            kind if request.wants_reply() => {
                error_content("NotSupported", &format!("{kind} is not supported on shell"), &[])
            }
            // Nothing is known about it, and nobody waits for a reply.
            _ => return self.iopub.status("idle", &request.header),
        };
        self.finish(request, &request.kind().replace("_request", "_reply"), &content);
    }

    /// Answers the executions that wait behind one that failed, the `count`th.
    fn abort(&self, waiting: &mut VecDeque<Message>, count: &Value) {
        let (aborted, others): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(waiting).into_iter().partition(|message| message.kind() == "execute_request");
        *waiting = others;
        for request in aborted {
            self.iopub.status("busy", &request.header);
            let mut content = error_content("Aborted", "not run, because a cell before it failed", &[]);
            content["execution_count"] = count.clone();
            self.finish(&request, "execute_reply", &content);
        }
    }
}

fn stops_the_queue(reply: &Reply) -> bool {
    reply.kind == "execute_reply"
        && reply.content["status"] == "error"
        && reply.request.request::<ExecuteRequest>().is_ok_and(|request| request.stop_on_error)
}

fn is_complete(code: &str) -> Value {
    if excess(code).is_some() {
        // The cell itself will say why it cannot be run.
        return json!({"status": "unknown"});
    }
    if may_be_question(code) {
        return json!({"status": "complete"});
    }
    match completeness(code) {
        Completeness::Complete => json!({"status": "complete"}),
        Completeness::Incomplete { indent } => json!({"status": "incomplete", "indent": indent}),
        Completeness::Invalid => json!({"status": "invalid"}),
    }
}
