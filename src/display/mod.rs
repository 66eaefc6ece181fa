//! How anything reaches the notebook: MIME bundles, displays that are updated in place, plain text
//! elsewhere.
//!
//! Inside a notebook a bundle travels in the stream of standard output as an escape frame,
//!
//! ```text
//! ESC ] 7337 ; token ; {"kind": "display", "data": {"text/plain": "…", …}, …} BEL
//! ```
//!
//! so that it keeps its place between what the cell prints. The token is the kernel's, new in each
//! session: a cell that prints such a text itself has printed a text. `ESC ]` opens an operating
//! system command, which terminals ignore. Outside a notebook the same call prints the bundle's
//! plain text. Nothing here knows Jupyter's messages: the executable translates frames into them.

mod bundle;
mod frame;
mod language;
mod lines;

pub use bundle::{Bundle, Show, escape_html};
pub(crate) use bundle::{image, svg_uri};
pub use frame::{DisplayHandle, clear_output, in_notebook, result, set_notebook, show};
pub(crate) use frame::{set_token, write_frame};
pub use language::{Language, language, say, set_language};
pub use lines::{broken, columns};
pub(crate) use lines::{in_one_line, parts};

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

/// Shows a picture, given the bytes of a PNG file. `text` is what front ends without pictures show.
pub fn display_png(bytes: &[u8], text: &str) {
    show(&Bundle::text(text).png(bytes));
}

/// Shows text written in Markdown.
pub fn display_markdown(markdown: &str) {
    show(&Bundle::text(markdown).mime("text/markdown", markdown));
}

/// Shows a formula in LaTeX, with its dollar signs.
///
/// ```
/// # use chainrule::display::display_latex;
/// display_latex(r"$\sigma(x) = \frac{1}{1 + e^{-x}}$");
/// ```
pub fn display_latex(latex: &str) {
    show(&Bundle::text(latex).mime("text/latex", latex));
}

/// Shows JSON as a tree that can be opened and closed.
///
/// Panics if the text is not JSON.
///
/// ```
/// # use chainrule::display::display_json;
/// display_json(r#"{"epochs": 3, "loss": [0.9, 0.5, 0.3]}"#);
/// ```
#[track_caller]
pub fn display_json(json: &str) {
    match serde_json::from_str::<serde_json::Value>(json) {
        Ok(value) => show(&Bundle::text(json).mime("application/json", value)),
        Err(error) => {
            panic!(
                "display_json: the text is not JSON: {error}\n  hint: keys and texts stand in \
                double quotes"
            )
        }
    }
}
