//! The heartbeat socket: sends back what it gets.

/// Echoes until the process ends. A ROUTER, because a REP socket gets stuck when a peer does not
/// keep to its rules.
pub fn run(socket: &zmq::Socket) {
    loop {
        if let Ok(frames) = socket.recv_multipart(0) {
            // A peer that has gone needs no answer.
            let _ = socket.send_multipart(frames, zmq::DONTWAIT);
        }
    }
}
