//! The stdin socket: questions of cells to the front end that runs them, and its answers.

use super::mailbox::{Address, Mailbox};
use super::message::Message;
use super::wire::Wire;
use crate::evaluator::Answers;
use serde_json::json;

/// A cell waits for a line of text.
pub struct Question {
    /// The request that runs the cell: its front end is asked.
    pub request: Message,
    pub prompt: String,
    pub is_password: bool,
    pub answers: Answers,
}

/// For the other threads: asks without waiting.
#[derive(Clone)]
pub struct StdIn(Address<Question>);

impl StdIn {
    /// Takes over the socket and starts its thread.
    pub fn start(socket: zmq::Socket, wire: Wire) -> anyhow::Result<StdIn> {
        let (address, mailbox) = Mailbox::new()?;
        std::thread::Builder::new()
            .name("stdin".to_owned())
            .spawn(move || run(&socket, &wire, &mailbox))?;
        Ok(StdIn(address))
    }

    pub fn ask(&self, question: Question) {
        self.0.send(question);
    }
}

fn run(socket: &zmq::Socket, wire: &Wire, mailbox: &Mailbox<Question>) {
    // The question that has no answer yet. A cell asks one at a time.
    let mut open: Option<Answers> = None;
    loop {
        let mut items = [socket.as_poll_item(zmq::POLLIN), mailbox.poll_item()];
        let _ = zmq::poll(&mut items, -1);
        // First the replies: one that comes before its question answers an older one, whose cell
        // has ended.
        while let Ok(frames) = socket.recv_multipart(zmq::DONTWAIT) {
            match wire.decode(frames) {
                Ok(reply) if reply.kind() == "input_reply" => {
                    if let Some(answers) = open.take() {
                        let text = reply.content["value"].as_str().unwrap_or_default();
                        answers.give(Some(&text.into()));
                    }
                }
                Ok(_) => {}
                Err(why) => wire.note_dropped("stdin", &why),
            }
        }
        for question in mailbox.take() {
            let content = json!({"prompt": question.prompt, "password": question.is_password});
            let frames = wire.answer(&question.request, "input_request", &content);
            match socket.send_multipart(frames, zmq::DONTWAIT) {
                Ok(()) => open = Some(question.answers),
                Err(_) => question.answers.give(None),
            }
        }
    }
}
