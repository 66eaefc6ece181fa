//! The stdin socket. Cells do not ask for input yet; what arrives here is read and dropped, so that no peer is held up.

/// Reads until the process ends.
pub fn run(socket: &zmq::Socket) {
    loop {
        let _ = socket.recv_multipart(0);
    }
}
