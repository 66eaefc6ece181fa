//! Several figures of which one is seen at a time: a slider that needs no kernel.

use super::figure::Figure;
use super::header::outer_size;
use super::raster::data_uri;
use crate::display::{Bundle, Show, escape_html, in_one_line, say};
use crate::tensor::fail::fail;
use std::fmt;

/// All frames together take at most so many bytes: a notebook that cannot be opened teaches nobody.
const MOST_BYTES: usize = 2_000_000;

/// How many of the frames are seen one after the other where no script runs: the page holds these
/// twice.
const MOST_WITHOUT_SCRIPTS: usize = 16;
/// Seconds for which such a frame is seen, and for which the last stays before the film begins
/// again.
const SECONDS: f64 = 0.4;
const SECONDS_OF_LAST: f64 = 2.0;

/// Figures with a slider and a button that plays them, also in a notebook that nobody runs. Where
/// scripts do not run (in a notebook that is not trusted, or on a page that was exported) some of
/// them are seen one after the other, or the last one by a reader who does not want anything to
/// move.
pub struct Frames {
    frames: Vec<String>,
    /// Width and height that all of them fit in.
    size: (f64, f64),
    /// What is said of the first and of the last.
    text: String,
}

/// A film of figures, such as the decision boundary after each epoch: a slider to look at each, and
/// a button that plays them. If they are too large together, every second, third, … is kept, and
/// the last.
///
/// Panics if there is none.
///
/// ```
/// # use chainrule::prelude::*;
/// let wave = |k: usize| plot::function(|x| (k as Float * x).sin(), 0.0..6.3);
/// let waves: Vec<_> = (1..=5).map(wave).collect();
/// plot::frames(waves)
/// # ;
/// ```
#[track_caller]
pub fn frames(figures: Vec<Figure>) -> Frames {
    let (Some(first), Some(last)) = (figures.first(), figures.last()) else {
        fail(
            "frames: there is no figure",
            &[],
            "collect at least one: let mut film = vec![]; film.push(plot::…);",
        )
    };
    let count = figures.len();
    let bytes: usize = figures.iter().map(|figure| figure.svg().len()).sum();
    let every = bytes.div_ceil(MOST_BYTES).max(1);
    let kept = figures
        .iter()
        .enumerate()
        .filter(|(i, _)| i % every == 0 || i + 1 == count);
    let frames: Vec<String> = kept.map(|(_, figure)| figure.svg().to_owned()).collect();
    let (thinned, chinese) = match frames.len() < count {
        true => (format!(", of {count}"), format!("（共 {count} 帧）")),
        false => (String::new(), String::new()),
    };
    let shown = frames.len();
    let [first, last] = [first, last].map(|figure| figure.text().replace('\n', "\n  "));
    let text = say(
        format!("{shown} frames{thinned}\nfirst: {first}\nlast: {last}"),
        format!("{shown} 帧{chinese}\n第一帧：{first}\n最后一帧：{last}"),
    );
    let sizes = figures.iter().map(outer_size);
    let size = sizes.fold((0.0f64, 0.0f64), |(width, height), (w, h)| {
        (width.max(w), height.max(h))
    });
    Frames { frames, size, text }
}

impl Frames {
    /// The film in words: how many frames, and what the first and the last show.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A picture that moves without scripts, as an animated GIF would, but sharp and smaller. What
    /// does not know animations shows the last frame.
    fn film(&self) -> String {
        let every = self.frames.len().div_ceil(MOST_WITHOUT_SCRIPTS);
        let mut shown: Vec<&String> = self.frames.iter().rev().step_by(every).collect();
        shown.reverse();
        let length = SECONDS * (shown.len() - 1) as f64 + SECONDS_OF_LAST;
        let keyframes = |name: &str, seconds: f64| {
            let end = 100.0 * seconds / length;
            format!(
                "@keyframes \
                {name}{{0%,{end:.3}%{{visibility:visible}}{:.3}%,100%{{visibility:hidden}}}}",
                end + 0.001
            )
        };
        let ((width, height), mut body) = (self.size, String::new());
        for (i, frame) in shown.iter().enumerate() {
            let is_last = i + 1 == shown.len();
            let (name, base) = if is_last {
                ("last", "visible")
            } else {
                ("each", "hidden")
            };
            // A delay that has passed already: every frame is at its place in the film from the
            // beginning.
            let delay = SECONDS * i as f64 - length;
            body += &format!(
                "<g style=\"visibility:{base};animation:{name} {length}s {delay:.1}s \
                infinite\">{frame}</g>"
            );
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\"><style>{}{}</style>{body}</svg>",
            keyframes("each", SECONDS),
            keyframes("last", SECONDS_OF_LAST)
        )
    }

    fn html(&self) -> String {
        let sources: Vec<String> = self
            .frames
            .iter()
            .map(|frame| data_uri("image/svg+xml", frame.as_bytes()))
            .collect();
        let (last, text) = (sources.len() - 1, escape_html(&in_one_line(&self.text)));
        let list = escape_html(&serde_json::Value::from(sources.clone()).to_string());
        // One element holds all, so that several films on a page do not meet; nothing but
        // attributes, because scripts in tags are taken out by some front ends.
        let seek = "var d=this.closest('div'),n=+this.value;\
                    d.querySelector('img').src=JSON.parse(this.dataset.frames)[n];\
                    d.querySelector('output').value=(n+1)+' / '+(+this.max+1)";
        let play = "var b=this,r=b.closest('div').querySelector('input');\
                    if(b.t){clearInterval(b.t);b.t=0;b.textContent='▶';return}\
                    if(+r.value>=+r.max)r.value=-1;b.textContent='❚❚';b.t=setInterval(function(){\
                    if(!b.isConnected||+r.value>=+r.max)\
                    {clearInterval(b.t);b.t=0;b.textContent='▶';return}\
                    r.value=+r.value+1;r.oninput()},150)";
        // Where scripts run, the last frame waits for the slider instead.
        let film = if last == 0 {
            sources[0].clone()
        } else {
            data_uri("image/svg+xml", self.film().as_bytes())
        };
        let rest = "var d=this.closest('div'),r=d.querySelector('input'),\
                    s=d.querySelector('source');this.onload=null;\
                    if(s)s.remove();this.src=JSON.parse(r.dataset.frames)[+r.value]";
        format!(
            "<div style=\"max-width:660px\"><picture><source media=\"(prefers-reduced-motion: \
             reduce)\" srcset=\"{}\"/><img alt=\"{text}\" style=\"max-width:100%;background:#fff\" \
             src=\"{film}\" onload=\"{rest}\"/></picture><br/><button type=\"button\" \
             aria-label=\"{}\" onclick=\"{play}\">▶</button> <input type=\"range\" \
             aria-label=\"{}\" min=\"0\" max=\"{last}\" value=\"{last}\" \
             style=\"width:70%;vertical-align:middle\" data-frames=\"{list}\" oninput=\"{seek}\"/> \
             <output>{} / {}</output></div>",
            sources[last],
            say("play", "播放"),
            say("frame", "帧"),
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
