//! A value in several representations, of which a front end shows the richest that it can.

use base64::Engine;
use serde_json::{Map, Value};

/// One thing to show, in one or more MIME types. Always has `text/plain`, for terminals, tests and screen readers.
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
        self.mime("image/png", base64::engine::general_purpose::STANDARD.encode(bytes))
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
            let (first, last) =
                (text.floor_char_boundary(longest / 2), text.ceil_char_boundary(text.len() - longest / 2));
            let note = format!("\n[… {} MB left out]\n", (last - first) >> 20);
            let text = format!("{}{note}{}", &text[..first], &text[last..]);
            self.data.insert("text/plain".to_owned(), text.into());
        }
        self
    }

    pub(super) fn into_data(self) -> Map<String, Value> {
        self.data
    }
}

/// Something that can be shown in a notebook: a figure, a table, a tensor.
///
/// A type that implements it should also have an inherent method `evcxr_display` that calls [`result`](super::result),
/// so that it is shown when it is the last expression of a cell.
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

/// Text as it can stand inside HTML and SVG, between tags or inside a quoted attribute.
pub fn escape_html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}
