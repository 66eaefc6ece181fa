//! A queue into a thread that waits for a ZeroMQ socket.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// The sending end. Cheap to clone.
pub struct Address<T> {
    queue: Sender<T>,
    bell: Arc<OwnedFd>,
}

impl<T> Clone for Address<T> {
    fn clone(&self) -> Self {
        Address {
            queue: self.queue.clone(),
            bell: self.bell.clone(),
        }
    }
}

impl<T> Address<T> {
    /// Never waits for the receiver.
    pub fn send(&self, item: T) {
        if self.queue.send(item).is_ok() {
            // A full pipe has rung already.
            let _ = nix::unistd::write(&self.bell, b".");
        }
    }
}

/// The receiving end: its descriptor is polled together with the socket.
pub struct Mailbox<T> {
    queue: Receiver<T>,
    bell: OwnedFd,
}

impl<T> Mailbox<T> {
    pub fn new() -> anyhow::Result<(Address<T>, Mailbox<T>)> {
        use nix::fcntl::{FcntlArg, OFlag, fcntl};
        let (sender, queue) = channel();
        let (heard, bell) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        for end in [&heard, &bell] {
            fcntl(end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok((
            Address {
                queue: sender,
                bell: Arc::new(bell),
            },
            Mailbox { queue, bell: heard },
        ))
    }

    /// For `zmq::poll`.
    pub fn poll_item(&self) -> zmq::PollItem<'static> {
        zmq::PollItem::from_fd(self.bell.as_raw_fd(), zmq::POLLIN)
    }

    /// Everything that has arrived.
    pub fn take(&self) -> impl Iterator<Item = T> + '_ {
        // First the bell, then the queue: what comes in between rings again.
        let mut rings = [0; 256];
        while nix::unistd::read(&self.bell, &mut rings).is_ok_and(|length| length == rings.len()) {}
        self.queue.try_iter()
    }
}
