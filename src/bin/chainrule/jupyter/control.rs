//! The control socket: what must be answered while a cell runs.

use super::iopub::IoPub;
use super::kernel::{Cleanup, kernel_info};
use super::message::error_content;
use super::wire::Wire;
use serde_json::json;

pub struct Control {
    pub socket: zmq::Socket,
    pub wire: Wire,
    pub iopub: IoPub,
    pub cleanup: Cleanup,
}

impl Control {
    pub fn run(self) {
        loop {
            let Ok(frames) = self.socket.recv_multipart(0) else { continue };
            let request = match self.wire.decode(frames) {
                Ok(request) => request,
                Err(why) => {
                    eprintln!("chainrule: a message on control was dropped: {why}");
                    continue;
                }
            };
            self.iopub.status("busy", &request.header);
            let kind = request.kind();
            let content = match kind {
                "kernel_info_request" => kernel_info(),
                "interrupt_request" => {
                    self.cleanup.interrupt();
                    json!({"status": "ok"})
                }
                "shutdown_request" => json!({"status": "ok", "restart": request.content["restart"] == true}),
                _ => error_content("NotSupported", &format!("{kind} is not supported on control"), &[]),
            };
            let reply = kind.replace("_request", "_reply");
            let frames = self.wire.encode(&request.identities, &reply, &request.header, &content);
            let _ = self.socket.send_multipart(frames, zmq::DONTWAIT);
            if kind == "shutdown_request" {
                self.iopub.send("shutdown_reply", &request.header, content);
            }
            self.iopub.status("idle", &request.header);
            if kind == "shutdown_request" {
                self.cleanup.exit_soon();
            }
        }
    }
}
