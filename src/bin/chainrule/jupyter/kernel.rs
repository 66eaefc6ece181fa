//! Binds the sockets, starts the threads, and ends the process.

use super::comms::Comms;
use super::connection::ConnectionInfo;
use super::control::Control;
use super::executor::Executor;
use super::heartbeat;
use super::iopub::IoPub;
use super::mailbox::Mailbox;
use super::session::SessionHandle;
use super::shell::Shell;
use super::stdin::StdIn;
use super::usage::Usage;
use super::wire::Wire;
use crate::machine::STACK_OF_READERS;
use crate::settings::Flags;
use anyhow::{Context, Result};
use nix::sys::stat::{Mode, umask};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Messages that a socket holds back for a peer that does not read, before it drops: far more than
/// a cell may print, and not so many that a front end which hangs while a model trains fills the
/// memory with pictures.
const HIGH_WATER: i32 = 10_000;
/// Bytes. Who sends more is disconnected before anything is kept of it.
const LONGEST_FRAME: i64 = 256 << 20;
/// A heartbeat is a few bytes; a long one would hold up all the others.
const LONGEST_BEAT: i64 = 64 << 10;

/// Serves front ends until one of them, or a signal, ends the kernel.
pub fn serve(connection_file: &Path, allows_unsigned: bool, flags: &Flags) -> Result<()> {
    let info = ConnectionInfo::read(connection_file, allows_unsigned)?;
    let wire = Wire::new(&info.key);
    let sockets = Sockets::bind(&info)?;
    let session = SessionHandle::default();
    let iopub = IoPub::start(sockets.publisher, wire.clone())?;
    let (to_executor, requests) = channel();
    let (reply_to, replies) = Mailbox::new()?;
    let stdin = StdIn::start(sockets.input, wire.clone())?;
    let comms = Comms::default();
    let executor = Executor::new(
        iopub.clone(),
        stdin,
        session.clone(),
        comms.clone(),
        flags.clone(),
    )?;
    let heart = sockets.heart;
    thread("heartbeat", move || heartbeat::run(&heart))?;
    let control = Control {
        socket: sockets.control,
        wire: wire.clone(),
        iopub: iopub.clone(),
        session: session.clone(),
        usage: Usage::begin(),
    };
    thread("control", move || control.run())?;
    let shell = Shell {
        socket: sockets.shell,
        wire,
        iopub,
        executor: to_executor,
        replies,
        comms,
        session: session.clone(),
        info,
        assistant: executor.assistant(),
    };
    thread("shell", move || shell.run())?;
    // The evaluator's thread starts the worker, which ends with the thread that started it.
    thread("evaluator", move || executor.run(&requests, &reply_to))?;
    wait_for_signals(&session)
}

/// What front ends connect to.
struct Sockets {
    shell: zmq::Socket,
    control: zmq::Socket,
    input: zmq::Socket,
    heart: zmq::Socket,
    publisher: zmq::Socket,
}

impl Sockets {
    fn bind(info: &ConnectionInfo) -> Result<Sockets> {
        // A context has one thread that sends and receives for its sockets: a flood on shell shall
        // not hold up an interrupt, and nothing a heartbeat.
        let [context, of_control, of_heart] = std::array::from_fn(|_| zmq::Context::new());
        let router = |context: &zmq::Context, port: u16, longest: i64| {
            bind(context, zmq::ROUTER, &info.endpoint(port), longest)
        };
        let publisher = info.endpoint(info.iopub_port);
        // With `transport=ipc` sockets are files: who can open one can listen, or have code run.
        let before = umask(Mode::S_IRWXG | Mode::S_IRWXO);
        let sockets = Sockets {
            shell: router(&context, info.shell_port, LONGEST_FRAME)?,
            control: router(&of_control, info.control_port, LONGEST_FRAME)?,
            input: router(&context, info.stdin_port, LONGEST_FRAME)?,
            heart: router(&of_heart, info.hb_port, LONGEST_BEAT)?,
            publisher: bind(&context, zmq::XPUB, &publisher, LONGEST_FRAME)?,
        };
        umask(before);
        sockets.publisher.set_xpub_verbose(true)?;
        Ok(sockets)
    }
}

fn bind(
    context: &zmq::Context,
    kind: zmq::SocketType,
    endpoint: &str,
    longest: i64,
) -> Result<zmq::Socket> {
    let socket = context.socket(kind)?;
    socket.set_linger(1000)?;
    socket.set_sndhwm(HIGH_WATER)?;
    socket.set_maxmsgsize(longest)?;
    // Ports are chosen before we start: another program may have taken one, and Jupyter then tries
    // again.
    socket
        .bind(endpoint)
        .with_context(|| format!("cannot listen at {endpoint}"))?;
    Ok(socket)
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK_OF_READERS)
        .spawn(run)?;
    Ok(())
}

/// SIGINT interrupts the cell, SIGTERM and the end of the program that started us end the kernel.
fn wait_for_signals(session: &SessionHandle) -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    if std::env::var_os("JPY_PARENT_PID").is_some() {
        let (parent, session) = (nix::unistd::getppid(), session.clone());
        thread("parent", move || {
            while nix::unistd::getppid() == parent {
                std::thread::sleep(Duration::from_millis(200));
            }
            session.exit();
        })?;
    }
    for signal in signals.forever() {
        match signal {
            SIGINT => session.interrupt(),
            _ => session.exit(),
        }
    }
    Ok(())
}
