//! How anything reaches the notebook: MIME bundles, displays that are updated in place, plain text elsewhere.
//!
//! Inside a notebook a bundle travels in the stream of standard output as an escape frame,
//!
//! ```text
//! ESC ] 7337 ; token ; {"kind": "display", "data": {"text/plain": "…", "image/svg+xml": "…"}, …} BEL
//! ```
//!
//! so that it keeps its place between what the cell prints. The token is the kernel's, new in each session: a cell that
//! prints such a text itself has printed a text. `ESC ]` opens an operating system command, which terminals
//! ignore. Outside a notebook the same call prints the bundle's plain text. Nothing here knows Jupyter's messages: the
//! executable translates frames into them.

mod bundle;
mod frame;

pub use bundle::{Bundle, Show, escape_html};
pub use frame::{DisplayHandle, clear_output, in_notebook, result, set_notebook, show};
pub(crate) use frame::{set_token, write_frame};

/// Shows a piece of HTML. `text` is what front ends without HTML show.
///
/// ```
/// # use chainrule::display::display_html;
/// display_html("<b>done</b>", "done");
/// ```
pub fn display_html(html: &str, text: &str) {
    show(&Bundle::text(text).html(html));
}

/// Shows a drawing in SVG. `text` is what front ends without pictures show.
pub fn display_svg(svg: &str, text: &str) {
    show(&Bundle::text(text).svg(svg));
}

/// Shows text written in Markdown.
pub fn display_markdown(markdown: &str) {
    show(&Bundle::text(markdown).mime("text/markdown", markdown));
}
