//! The shell socket: one request at a time, in order.
//!
//! What needs the evaluator is passed to its thread, and the next request waits until the answer is out. One place
//! publishes `busy` and `idle`, so that no request can be without them.

use super::executor::{Reply, needs_evaluator};
use super::iopub::IoPub;
use super::kernel::{Cleanup, kernel_info};
use super::mailbox::Mailbox;
use super::message::{CommMessage, ExecuteRequest, IsCompleteRequest, Message, error_content};
use super::wire::Wire;
use crate::evaluator::cell::{Completeness, completeness};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::mpsc::Sender;

pub struct Shell {
    pub socket: zmq::Socket,
    pub wire: Wire,
    pub iopub: IoPub,
    pub executor: Sender<Message>,
    pub replies: Mailbox<Reply>,
    pub cleanup: Cleanup,
}

impl Shell {
    pub fn run(self) {
        let mut waiting: VecDeque<Message> = VecDeque::new();
        let mut is_evaluating = false;
        loop {
            let mut items = [self.socket.as_poll_item(zmq::POLLIN), self.replies.poll_item()];
            let _ = zmq::poll(&mut items, -1);
            self.receive(&mut waiting);
            for reply in self.replies.take() {
                is_evaluating = false;
                let stops = stops_the_queue(&reply);
                if stops {
                    // What was sent before the front end could know of the error: once it has the reply, it can.
                    self.receive(&mut waiting);
                }
                self.finish(&reply.request, &reply.kind, &reply.content);
                if stops {
                    self.abort(&mut waiting);
                }
            }
            while !is_evaluating && let Some(request) = waiting.pop_front() {
                self.iopub.status("busy", &request.header);
                if needs_evaluator(request.kind()) {
                    is_evaluating = self.executor.send(request).is_ok();
                } else {
                    self.answer(&request);
                }
            }
        }
    }

    /// Takes what has arrived. What is no valid message is dropped: it must never cost the kernel.
    fn receive(&self, waiting: &mut VecDeque<Message>) {
        while let Ok(frames) = self.socket.recv_multipart(zmq::DONTWAIT) {
            match self.wire.decode(frames) {
                Ok(message) => waiting.push_back(message),
                Err(why) => eprintln!("chainrule: a message on shell was dropped: {why}"),
            }
        }
    }

    /// Sends the reply; with it a request is done.
    fn finish(&self, request: &Message, kind: &str, content: &Value) {
        let frames = self.wire.encode(&request.identities, kind, &request.header, content);
        let _ = self.socket.send_multipart(frames, zmq::DONTWAIT);
        self.iopub.status("idle", &request.header);
    }

    /// Answers a request that does not need the evaluator.
    fn answer(&self, request: &Message) {
        let content = match request.kind() {
            "kernel_info_request" => kernel_info(),
            "is_complete_request" => match request.request::<IsCompleteRequest>() {
                Ok(request) => is_complete(&request.code),
                Err(why) => error_content("BadRequest", &why, &[]),
            },
            "comm_info_request" => json!({"status": "ok", "comms": {}}),
            "comm_open" => {
                // We know no target: the protocol asks for a comm_close.
                if let Ok(comm) = request.request::<CommMessage>() {
                    self.iopub.send("comm_close", &request.header, json!({"comm_id": comm.comm_id, "data": {}}));
                }
                return self.iopub.status("idle", &request.header);
            }
            "shutdown_request" => {
                let content = json!({"status": "ok", "restart": request.content["restart"] == true});
                self.finish(request, "shutdown_reply", &content);
                self.cleanup.exit_soon();
                return;
            }
            kind if kind.ends_with("_request") => {
                error_content("NotSupported", &format!("{kind} is not supported on shell"), &[])
            }
            // Messages that want no reply: comm_msg, comm_close.
            _ => return self.iopub.status("idle", &request.header),
        };
        self.finish(request, &request.kind().replace("_request", "_reply"), &content);
    }

    /// Answers the executions that wait behind one that failed.
    fn abort(&self, waiting: &mut VecDeque<Message>) {
        let (aborted, others): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(waiting).into_iter().partition(|message| message.kind() == "execute_request");
        *waiting = others;
        for request in aborted {
            self.iopub.status("busy", &request.header);
            let content = error_content("Aborted", "not run, because a cell before it failed", &[]);
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
    match completeness(code) {
        Completeness::Complete => json!({"status": "complete"}),
        Completeness::Incomplete { indent } => json!({"status": "incomplete", "indent": indent}),
        Completeness::Invalid => json!({"status": "invalid"}),
    }
}
