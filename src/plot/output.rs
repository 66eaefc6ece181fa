//! A figure as SVG and PNG: in the notebook and in files.

use super::figure::Figure;
use super::{parts, pixels, svg};
use crate::display::{Bundle, Show, say};
use std::io;
use std::path::Path;

impl Figure {
    /// The picture as a document in SVG. The same figure gives the same bytes.
    pub fn svg(&self) -> &str {
        self.svg.get_or_init(|| svg::svg(self))
    }

    /// The picture as a PNG file, twice as sharp as it is large: for documents that take no SVG.
    ///
    /// Errors where a text in it needs letters that no font of this computer has.
    pub fn png(&self) -> io::Result<Vec<u8>> {
        pixels::png(self)
    }

    /// Writes the picture into a file: as SVG, which stays sharp at any size, or as PNG, by the end
    /// of its name.
    ///
    /// Errors where the file cannot be written, where its name asks for another format, and where a
    /// PNG needs letters that no font of this computer has.
    ///
    /// ```
    /// # use chainrule::plot;
    /// let figure = plot::curve(&[0.0, 1.0], &[2.3, 0.9]);
    /// # let folder = std::env::temp_dir();
    /// # let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    /// figure.save(&path("loss.svg"))?;
    /// figure.save(&path("loss.png"))?;
    /// assert!(figure.save("loss.pdf").unwrap_err().to_string().contains("loss.svg"));
    /// # ["loss.svg", "loss.png"].iter().try_for_each(|name| std::fs::remove_file(path(name)))?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn save(&self, path: &str) -> io::Result<()> {
        save(path, self.svg(), &|| self.png())
    }
}

impl Show for Figure {
    fn bundle(&self) -> Bundle {
        let picture = Bundle::text(self.text()).svg(self.svg());
        match self.parts.as_slice() {
            [] => picture,
            _ => picture.html(parts::html(self)),
        }
    }
}

/// Writes a picture into a file, in the form that the end of its name asks for.
pub(super) fn save(path: &str, svg: &str, png: &dyn Fn() -> io::Result<Vec<u8>>) -> io::Result<()> {
    let file = Path::new(path);
    let written = match file
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase()
        .as_str()
    {
        "svg" => std::fs::write(file, svg),
        "png" => png().and_then(|png| std::fs::write(file, png)),
        _ => {
            let [svg, png] = ["svg", "png"].map(|extension| file.with_extension(extension));
            let (svg, png) = (svg.display(), png.display());
            let message = say(
                format!(
                    "a figure is saved as SVG, which stays sharp at any size, or as PNG: give it \
                     the name {svg} or {png}"
                ),
                format!("图可以存成 SVG（放大也清晰）或 PNG：请把文件名写成 {svg} 或 {png}"),
            );
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
    };
    written.map_err(|error| {
        // What the system says is in English.
        let is_of_system = error.raw_os_error().is_some();
        let colon = if is_of_system { ": " } else { say(": ", "：") };
        io::Error::new(error.kind(), format!("{path}{colon}{error}"))
    })
}
