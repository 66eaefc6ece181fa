//! A value in several representations, of which a front end shows the richest that it can.

use super::lines::in_one_line;
use base64::Engine;
use serde_json::{Map, Value};

/// One thing to show, in one or more MIME types. Always has `text/plain`, for terminals, tests and
/// screen readers.
#[derive(Clone, Debug)]
pub struct Bundle {
    data: Map<String, Value>,
}

impl Bundle {
    /// A bundle of plain text alone.
    pub fn text(text: impl Into<String>) -> Bundle {
        Bundle { data: Map::new() }.mime("text/plain", text.into())
    }

    /// Adds a representation; the text of a JSON type must be a JSON value already.
    pub fn mime(mut self, mime_type: &str, content: impl Into<Value>) -> Bundle {
        self.data.insert(mime_type.to_owned(), content.into());
        self
    }

    /// Adds `text/html`.
    pub fn html(self, html: impl Into<String>) -> Bundle {
        self.mime("text/html", html.into())
    }

    /// Adds `image/svg+xml`.
    pub fn svg(self, svg: impl Into<String>) -> Bundle {
        self.mime("image/svg+xml", svg.into())
    }

    /// Adds `image/png`, given the bytes of the file.
    pub fn png(self, bytes: &[u8]) -> Bundle {
        self.mime(
            "image/png",
            base64::engine::general_purpose::STANDARD.encode(bytes),
        )
    }

    /// The plain text.
    pub fn plain(&self) -> &str {
        self.data["text/plain"].as_str().unwrap_or_default()
    }

    /// The content of one MIME type.
    pub fn get(&self, mime_type: &str) -> Option<&Value> {
        self.data.get(mime_type)
    }

    /// Its plain text cut to about so many bytes, if it is longer: the beginning and the end stay.
    pub(super) fn shortened(mut self, longest: usize) -> Bundle {
        let text = self.plain();
        if text.len() > longest {
            let (first, last) = (
                text.floor_char_boundary(longest / 2),
                text.ceil_char_boundary(text.len() - longest / 2),
            );
            let note = format!("\n[… {} MB left out]\n", (last - first) >> 20);
            let text = format!("{}{note}{}", &text[..first], &text[last..]);
            self.data.insert("text/plain".to_owned(), text.into());
        }
        self
    }

    /// What goes to the notebook. JupyterLab and Notebook 7 put a drawing into an `<img>` without a
    /// word about it, where screen readers find nothing, and read no key of the metadata for it. So
    /// a picture that comes without HTML goes as HTML as well: the same image, with the plain text
    /// as its alternative.
    pub(super) fn into_data(self) -> Map<String, Value> {
        let content = |mime_type: &str| self.data.get(mime_type).and_then(Value::as_str);
        let source = match (content("image/svg+xml"), content("image/png")) {
            (Some(svg), _) => Some(svg_uri(svg)),
            (None, Some(png)) => Some(format!("data:image/png;base64,{png}")),
            (None, None) => None,
        };
        if let Some(source) = source.filter(|_| !self.data.contains_key("text/html")) {
            let image = image(&source, self.plain());
            return self.html(image).data;
        }
        self.data
    }
}

/// Something that can be shown in a notebook: a figure, a table, a tensor.
///
/// A type that implements it should also have an inherent method `evcxr_display` that calls
/// [`result`](super::result), so that it is shown when it is the last expression of a cell.
pub trait Show {
    /// The representations of the value.
    fn bundle(&self) -> Bundle;
}

impl Show for Bundle {
    fn bundle(&self) -> Bundle {
        self.clone()
    }
}

impl Show for str {
    fn bundle(&self) -> Bundle {
        Bundle::text(self)
    }
}

impl Show for String {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.as_str())
    }
}

impl<T: Show + ?Sized> Show for &T {
    fn bundle(&self) -> Bundle {
        (**self).bundle()
    }
}

impl<T: Show + ?Sized> Show for Box<T> {
    fn bundle(&self) -> Bundle {
        (**self).bundle()
    }
}

/// A picture with its text alternative, as HTML. It shrinks with the page.
pub(crate) fn image(source: &str, alternative: &str) -> String {
    let text = escape_html(&in_one_line(alternative));
    format!(
        "<img alt=\"{text}\" style=\"max-width:100%;height:auto;background:#fff\" \
        src=\"{source}\"/>"
    )
}

/// A drawing as it can stand in a `src`. Only what has a meaning there is escaped, which takes less
/// room than base64.
pub(crate) fn svg_uri(svg: &str) -> String {
    // A page finds the drawing's kind by its name space, which inside of HTML nobody needs to
    // write.
    let named = match svg.split_once('>') {
        Some((tag, _)) if !tag.contains("xmlns=") => {
            svg.replacen("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", 1)
        }
        _ => svg.to_owned(),
    };
    let mut uri = String::with_capacity(named.len() * 9 / 8 + 20);
    uri.push_str("data:image/svg+xml,");
    for character in named.trim().chars() {
        match character {
            '"' => uri.push_str("%22"),
            '\'' => uri.push_str("%27"),
            '%' => uri.push_str("%25"),
            '#' => uri.push_str("%23"),
            '<' => uri.push_str("%3C"),
            '>' => uri.push_str("%3E"),
            '&' => uri.push_str("%26"),
            '\n' | '\r' | '\t' => uri.push(' '),
            other => uri.push(other),
        }
    }
    uri
}

/// Text as it can stand inside HTML and SVG, between tags or inside a quoted attribute.
pub fn escape_html(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}
