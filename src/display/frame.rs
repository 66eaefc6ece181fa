//! Escape frames: how a bundle travels inside the stream of standard output.

use super::{Bundle, Show};
use crate::base::protocol::{FRAME_BEGIN, FRAME_END};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

static IN_NOTEBOOK: AtomicBool = AtomicBool::new(false);
/// A word that the kernel recognises this process's frames by; empty where nobody has given one.
static TOKEN: OnceLock<String> = OnceLock::new();
/// Bytes of plain text in a frame; the kernel's own limit is usually lower.
const LONGEST_TEXT: usize = 4 << 20;
static NEXT_DISPLAY: AtomicU64 = AtomicU64::new(1);

/// Says whether standard output goes to a notebook (escape frames) or to people and files (plain
/// text).
pub fn set_notebook(is_notebook: bool) {
    IN_NOTEBOOK.store(is_notebook, Ordering::Relaxed);
}

/// Has the kernel's word written into each frame, so that text which only looks like a frame is
/// told apart.
pub(crate) fn set_token(token: String) {
    let _ = TOKEN.set(token);
}

/// Whether standard output goes to a notebook.
pub fn in_notebook() -> bool {
    IN_NOTEBOOK.load(Ordering::Relaxed)
}

/// Shows a value now, at this place of the cell's output.
pub fn show(value: &(impl Show + ?Sized)) {
    send("display", value.bundle(), None);
}

/// Shows a value as the result of the cell (what `Out[3]:` stands before). The kernel calls it for
/// the last expression.
pub fn result(bundle: Bundle) {
    send("result", bundle, None);
}

/// Clears the output of the cell. With `wait`, only when the next output arrives, which avoids
/// flicker.
pub fn clear_output(wait: bool) {
    if in_notebook() {
        write_frame(json!({"kind": "clear", "wait": wait}));
    }
}

/// A display that can be changed in place, also from a later cell.
///
/// ```
/// # use chainrule::display::{Bundle, DisplayHandle};
/// let counter = DisplayHandle::new("0");
/// for step in 1..=3 {
///     counter.update(&step.to_string());
/// }
/// counter.update(&Bundle::text("done").html("<b>done</b>"));
/// ```
#[derive(Clone, Debug)]
pub struct DisplayHandle {
    id: String,
}

impl DisplayHandle {
    /// Shows `value` and returns the handle to change it.
    pub fn new(value: &(impl Show + ?Sized)) -> DisplayHandle {
        let number = NEXT_DISPLAY.fetch_add(1, Ordering::Relaxed);
        let handle = DisplayHandle {
            id: format!("chainrule-{}-{number}", std::process::id()),
        };
        send("display", value.bundle(), Some(&handle.id));
        handle
    }

    /// Replaces what the display shows. A terminal cannot take back what it printed: there nothing
    /// is shown, unless the caller prints it.
    pub fn update(&self, value: &(impl Show + ?Sized)) {
        if in_notebook() {
            send("update", value.bundle(), Some(&self.id));
        }
    }
}

fn send(kind: &str, bundle: Bundle, id: Option<&str>) {
    if !in_notebook() {
        println!("{}", bundle.plain());
        return;
    }
    let bundle = bundle.shortened(LONGEST_TEXT);
    let mut frame = json!({"kind": kind, "data": bundle.into_data()});
    if let Some(id) = id {
        frame["id"] = id.into();
    }
    write_frame(frame);
}

/// Writes one frame whole: JSON escapes control characters, so that neither ESC nor BEL can stand
/// inside it.
pub(crate) fn write_frame(frame: Value) {
    let token = TOKEN.get().map_or("", String::as_str);
    let mut stdout = std::io::stdout().lock();
    // A closed output must not turn a picture into a panic.
    let _ = write!(stdout, "{FRAME_BEGIN}{token}{frame}{FRAME_END}").and_then(|()| stdout.flush());
}
