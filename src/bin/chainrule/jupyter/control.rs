//! The control socket: what must be answered while a cell runs.

use super::info::kernel_info;
use super::iopub::IoPub;
use super::message::error_content;
use super::session::SessionHandle;
use super::usage::Usage;
use super::wire::Wire;
use serde_json::{Value, json};

pub struct Control {
    pub socket: zmq::Socket,
    pub wire: Wire,
    pub iopub: IoPub,
    pub session: SessionHandle,
    pub usage: Usage,
}

impl Control {
    pub fn run(mut self) {
        loop {
            let Ok(frames) = self.socket.recv_multipart(0) else {
                continue;
            };
            let request = match self.wire.decode(frames) {
                Ok(request) => request,
                Err(why) => {
                    self.wire.note_dropped("control", &why);
                    continue;
                }
            };
            let busy = self.iopub.busy(&request.header);
            let kind = request.kind();
            if !request.wants_reply() {
                continue;
            }
            let content = match kind {
                "kernel_info_request" => kernel_info(),
                "interrupt_request" => {
                    self.session.interrupt();
                    json!({"status": "ok"})
                }
                "shutdown_request" => {
                    json!({"status": "ok", "restart": request.content["restart"] == true})
                }
                "usage_request" => self.usage.reply(),
                "debug_request" => no_debugger(&request.content),
                _ => error_content(
                    "NotSupported",
                    &format!("{kind} is not supported on control"),
                    &[],
                ),
            };
            let frames = self.wire.answer(&request, &request.reply_kind(), &content);
            let _ = self.socket.send_multipart(frames, zmq::DONTWAIT);
            if kind == "shutdown_request" {
                self.iopub.send("shutdown_reply", &request.header, content);
            }
            drop(busy);
            if kind == "shutdown_request" {
                self.session.exit_soon();
            }
        }
    }
}

/// The answer in the words of the debug adapter protocol: a response that says no.
fn no_debugger(request: &Value) -> Value {
    let mut content = error_content("NotSupported", "there is no debugger in this kernel", &[]);
    content["type"] = "response".into();
    content["seq"] = request["seq"].clone();
    content["request_seq"] = request["seq"].clone();
    content["command"] = request["command"].clone();
    content["success"] = false.into();
    content["message"] = "there is no debugger in this kernel".into();
    content
}
