//! Several figures of which one is seen at a time: a slider that needs no kernel.

use super::figure::Figure;
use super::raster::data_uri;
use crate::display::{Bundle, Show, escape_html};
use crate::tensor::fail::fail;
use std::fmt;

/// All frames together take at most so many bytes: a notebook that cannot be opened teaches nobody.
const MOST_BYTES: usize = 2_000_000;

/// Figures with a slider and a button that plays them, also in a notebook that nobody runs. Where scripts do not run
/// (on GitHub, or in a notebook that is not trusted) the last one is seen.
pub struct Frames {
    frames: Vec<String>,
    /// What is said of the first and of the last.
    text: String,
}

/// A film of figures, such as the decision boundary after each epoch: a slider to look at each, and a button that plays
/// them. If they are too large together, every second, third, … is kept, and the last.
///
/// Panics if there is none.
///
/// ```
/// # use chainrule::prelude::*;
/// let waves: Vec<_> = (1..=5).map(|k| plot::function(|x| (k as Float * x).sin(), 0.0..6.3)).collect();
/// plot::frames(waves)
/// # ;
/// ```
#[track_caller]
pub fn frames(figures: Vec<Figure>) -> Frames {
    let (Some(first), Some(last)) = (figures.first(), figures.last()) else {
        fail("frames: there is no figure", &[], "collect at least one: let mut film = vec![]; film.push(plot::…);")
    };
    let count = figures.len();
    let bytes: usize = figures.iter().map(|figure| figure.svg().len()).sum();
    let every = bytes.div_ceil(MOST_BYTES).max(1);
    let kept = figures.iter().enumerate().filter(|(i, _)| i % every == 0 || i + 1 == count);
    let frames: Vec<String> = kept.map(|(_, figure)| figure.svg().to_owned()).collect();
    let thinned = if frames.len() < count { format!(", of {count}") } else { String::new() };
    let text = format!(
        "{} frames{thinned}\nfirst: {}\nlast: {}",
        frames.len(),
        first.text().replace('\n', "\n  "),
        last.text().replace('\n', "\n  ")
    );
    Frames { frames, text }
}

impl Frames {
    /// The film in words: how many frames, and what the first and the last show.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn html(&self) -> String {
        let sources: Vec<String> =
            self.frames.iter().map(|frame| data_uri("image/svg+xml", frame.as_bytes())).collect();
        let (last, text) = (sources.len() - 1, escape_html(&self.text));
        let list = escape_html(&serde_json::Value::from(sources.clone()).to_string());
        // One element holds all, so that several films on a page do not meet; nothing but attributes, because scripts in
        // tags are taken out by some front ends.
        let seek = "var d=this.closest('div'),n=+this.value;d.querySelector('img').src=JSON.parse(this.dataset.frames)[n];\
                    d.querySelector('output').value=(n+1)+' / '+(+this.max+1)";
        let play = "var b=this,r=b.closest('div').querySelector('input');if(b.t){clearInterval(b.t);b.t=0;b.textContent='▶';return}\
                    if(+r.value>=+r.max)r.value=-1;b.textContent='❚❚';b.t=setInterval(function(){\
                    if(!b.isConnected||+r.value>=+r.max){clearInterval(b.t);b.t=0;b.textContent='▶';return}\
                    r.value=+r.value+1;r.oninput()},150)";
        format!(
            "<div style=\"max-width:660px\"><img alt=\"{text}\" style=\"max-width:100%;background:#fff\" src=\"{}\"/><br/>\
             <button type=\"button\" aria-label=\"play\" onclick=\"{play}\">▶</button> \
             <input type=\"range\" aria-label=\"frame\" min=\"0\" max=\"{last}\" value=\"{last}\" style=\"width:70%;vertical-align:middle\" \
             data-frames=\"{list}\" oninput=\"{seek}\"/> <output>{} / {}</output></div>",
            sources[last],
            last + 1,
            last + 1
        )
    }
}

impl Show for Frames {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.text.clone()).html(self.html())
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
