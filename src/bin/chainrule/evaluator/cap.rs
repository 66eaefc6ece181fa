//! How much of what a cell shows is shown.

use crate::evaluator::outlet::stream::{Bundle, Output, StreamName};
use crate::settings::{how_to_change, size_in_words};
use chainrule::display::say;
use serde_json::Value;
use std::collections::VecDeque;

/// Of a cell's text, this share of the limit is shown from its end.
const TAIL_SHARE: usize = 16;
/// Bytes of pictures and the like that a cell may show. Updates of one that is there do not count.
const DISPLAYS: usize = 64 << 20;
/// Representations that are text, and can be cut; half a page of HTML or half a picture is none.
const TEXTS: [&str; 3] = ["text/plain", "text/markdown", "text/latex"];

/// Keeps a cell that prints without end from filling the notebook: its first part and its last are
/// shown.
pub struct Cap {
    /// Bytes that are shown from the beginning, and from the end.
    head: usize,
    tail: usize,
    admitted: usize,
    last: VecDeque<(StreamName, String)>,
    last_length: usize,
    left_out: usize,
    displays: usize,
    displays_left_out: usize,
}

impl Cap {
    pub fn new(limit: Option<usize>) -> Cap {
        let limit = limit.unwrap_or(usize::MAX);
        let tail = limit / TAIL_SHARE;
        Cap {
            head: limit - tail,
            tail,
            admitted: 0,
            last: VecDeque::new(),
            last_length: 0,
            left_out: 0,
            displays: 0,
            displays_left_out: 0,
        }
    }

    /// The text if it may be shown now.
    pub fn admit(&mut self, name: StreamName, mut text: String) -> Option<String> {
        let room = self.head.saturating_sub(self.admitted);
        self.admitted = self.admitted.saturating_add(text.len());
        if text.len() <= room {
            return Some(text);
        }
        let shown = text.floor_char_boundary(room);
        let rest = text.split_off(shown);
        self.keep(name, rest);
        (!text.is_empty()).then_some(text)
    }

    /// Keeps what may turn out to be the end.
    fn keep(&mut self, name: StreamName, text: String) {
        self.last_length += text.len();
        self.last.push_back((name, text));
        while self.last_length > self.tail {
            let Some((name, first)) = self.last.pop_front() else {
                break;
            };
            let excess = (self.last_length - self.tail).min(first.len());
            let cut = (excess..=first.len())
                .find(|&at| first.is_char_boundary(at))
                .unwrap_or(first.len());
            self.last_length -= cut;
            self.left_out += cut;
            if cut < first.len() {
                self.last.push_front((name, first[cut..].to_owned()));
                break;
            }
        }
    }

    /// Whether a display may be shown. One of text alone counts as the cell's text: the first that
    /// finds no room is cut, and those after it are left out.
    pub fn admit_display(&mut self, bundle: &mut Bundle) -> bool {
        let room = self.head.saturating_sub(self.admitted);
        if is_text(bundle) && room == 0 {
            self.left_out += size(bundle);
            return false;
        }
        self.show(bundle, room);
        self.displays += size(bundle);
        let is_admitted = self.displays <= DISPLAYS;
        self.displays_left_out += usize::from(!is_admitted);
        is_admitted
    }

    /// Cuts the text of a result to what may still be shown; some of it is shown always.
    pub fn admit_result(&mut self, bundle: &mut Bundle) {
        self.show(
            bundle,
            self.head.saturating_sub(self.admitted).max(self.tail),
        );
    }

    /// Cuts the text of what is shown, and counts it if there is nothing else.
    fn show(&mut self, bundle: &mut Bundle, room: usize) {
        self.shorten(bundle, if is_text(bundle) { room } else { self.head });
        if is_text(bundle) {
            self.admitted = self.admitted.saturating_add(size(bundle));
        } else if size(bundle) > DISPLAYS {
            // What is richer than text is a picture or a page: all of it or nothing.
            bundle.data.retain(|mime, _| mime == "text/plain");
        }
    }

    /// Cuts the text of what replaces a display.
    pub fn shorten_update(&self, bundle: &mut Bundle) {
        self.shorten(bundle, self.head);
    }

    /// Cuts the texts of a bundle to about so many bytes: their beginning and their end stay.
    fn shorten(&self, bundle: &mut Bundle, room: usize) {
        for mime in TEXTS {
            let Some(Value::String(text)) = bundle.data.get_mut(mime) else {
                continue;
            };
            if text.len() <= room {
                continue;
            }
            let tail = room / TAIL_SHARE;
            let (first, last) = (
                text.floor_char_boundary(room - tail),
                text.ceil_char_boundary(text.len() - tail),
            );
            let note = self.note_in_value();
            *text = format!("{}{note}{}", &text[..first], &text[last..]);
        }
    }

    /// What is said where a part is left out.
    fn note(&self, left_out: usize) -> String {
        let (left_out, (most, change)) = (size_in_words(left_out as u64), self.limit_in_words());
        say(
            format!("\n[… {left_out} of output left out: of a cell {most} are shown; {change}]\n"),
            format!("\n[…… 省略了 {left_out} 输出：一个单元格最多显示 {most}；{change}]\n"),
        )
    }

    /// What is said in the middle of a value; how much it is altogether may not be known here.
    fn note_in_value(&self) -> String {
        let (most, change) = self.limit_in_words();
        say(
            format!(
                "\n[… the middle of this value is left out: of a cell {most} are shown; {change}]\n"
            ),
            format!("\n[…… 此值的中间部分已省略：一个单元格最多显示 {most}；{change}]\n"),
        )
    }

    /// How much is shown, and how to change that.
    fn limit_in_words(&self) -> (String, String) {
        let limit = self.head.saturating_add(self.tail);
        let change = how_to_change("output-limit", &format!("{}M", (limit >> 20).max(1) * 10));
        (size_in_words(limit as u64), change)
    }

    /// The last part, after a word about what lies between.
    pub fn close(&mut self) -> Vec<Output> {
        let limit = self.head.saturating_add(self.tail);
        let cap = std::mem::replace(self, Cap::new(Some(limit)));
        let mut outputs = Vec::new();
        let mut note = |text: String| {
            outputs.push(Output::Stream {
                name: StreamName::Stdout,
                text,
            })
        };
        if cap.displays_left_out > 0 {
            let (count, most) = (cap.displays_left_out, size_in_words(DISPLAYS as u64));
            note(say(
                format!("\n[… {count} pictures left out: a cell may show {most}]\n"),
                format!("\n[…… 省略了 {count} 幅图：一个单元格最多显示 {most}]\n"),
            ));
        }
        if cap.left_out > 0 {
            note(cap.note(cap.left_out));
        }
        outputs.extend(
            cap.last
                .into_iter()
                .map(|(name, text)| Output::Stream { name, text }),
        );
        outputs
    }
}

/// Whether there is text in it and nothing richer.
fn is_text(bundle: &Bundle) -> bool {
    bundle
        .data
        .keys()
        .all(|mime| TEXTS.contains(&mime.as_str()))
}

fn size(bundle: &Bundle) -> usize {
    bundle
        .data
        .values()
        .map(|value| value.as_str().map_or(1000, str::len))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1 << 20;

    #[test]
    fn a_flood_keeps_its_beginning_and_its_end() {
        let mut cap = Cap::new(Some(LIMIT));
        let mut shown = String::new();
        for line in 0..1_000_000 {
            shown.extend(cap.admit(StreamName::Stdout, format!("{line} ünï\n")));
        }
        assert!(shown.starts_with("0 ünï\n1 ") && shown.len() <= LIMIT);
        let outputs = cap.close();
        let Output::Stream { text, .. } = &outputs[0] else {
            panic!("no text")
        };
        assert!(
            text.contains("left out") && text.contains("CHAINRULE_OUTPUT_LIMIT=10M"),
            "{text}"
        );
        let Some(Output::Stream { text, .. }) = outputs.last() else {
            panic!("no text")
        };
        assert_eq!(text, "999999 ünï\n");
    }

    #[test]
    fn a_single_huge_text_is_cut_at_characters() {
        let mut cap = Cap::new(Some(LIMIT));
        let shown = cap.admit(StreamName::Stdout, "é".repeat(LIMIT)).unwrap();
        assert!(shown.len() > LIMIT / 2 && shown.chars().all(|c| c == 'é'));
        let outputs = cap.close();
        let Output::Stream { text, .. } = &outputs[1] else {
            panic!("no text")
        };
        assert!(
            text.len() <= LIMIT / TAIL_SHARE && text.len() > 1000 && text.chars().all(|c| c == 'é')
        );
    }

    fn shown(mimes: &[(&str, usize)]) -> Bundle {
        let data = mimes
            .iter()
            .map(|(mime, size)| ((*mime).to_owned(), "é".repeat(size / 2).into()))
            .collect();
        Bundle { data, id: None }
    }

    #[test]
    fn a_large_value_is_cut_and_a_picture_is_not() {
        let mut cap = Cap::new(Some(LIMIT));
        let mut value = shown(&[("text/plain", 20 << 20), ("text/html", 3 << 20)]);
        cap.admit_result(&mut value);
        let text = value.data["text/plain"].as_str().unwrap();
        assert!(text.starts_with("éé") && text.ends_with("éé") && text.contains("left out"));
        assert!(
            (LIMIT / 2..LIMIT + 1000).contains(&text.len()),
            "{}",
            text.len()
        );
        assert_eq!(
            value.data["text/html"].as_str().map(str::len),
            Some(3 << 20)
        );
        // What the cell has printed before counts, but something of a result is always there.
        let mut cap = Cap::new(Some(LIMIT));
        cap.admit(StreamName::Stdout, "x".repeat(2 * LIMIT));
        let mut value = shown(&[("text/plain", 20 << 20)]);
        cap.admit_result(&mut value);
        assert!(
            (1000..LIMIT / 8).contains(&size(&value)),
            "{}",
            size(&value)
        );
        // Many displays of text are a flood like any other.
        let mut cap = Cap::new(Some(LIMIT));
        let mut all = 0;
        for _ in 0..40 {
            let mut value = shown(&[("text/plain", LIMIT / 2)]);
            all += if cap.admit_display(&mut value) {
                size(&value)
            } else {
                0
            };
        }
        assert!((LIMIT / 2..LIMIT + 1000).contains(&all), "{all}");
        let Some(Output::Stream { text, .. }) = cap.close().pop() else {
            panic!("nothing is said")
        };
        assert!(text.contains("19 MB of output left out"), "{text}");
        // Without a limit nothing is cut, and a small value never is.
        let mut value = shown(&[("text/plain", 20 << 20)]);
        Cap::new(None).admit_result(&mut value);
        assert_eq!(size(&value), 20 << 20);
    }
}
