//! Text as numbers, and a small grammar that makes some.

use super::{Dataset, planar::at_least};
use crate::Float;
use crate::tensor::{Tensor, fail::fail, random};

/// A text as the numbers of its characters, which are counted in the order of the alphabet.
///
/// ```
/// # use chainrule::prelude::*;
/// let text = data::Text::new("abracadabra");
/// assert_eq!(text.symbols(), ['a', 'b', 'c', 'd', 'r']);
/// assert_eq!(text.encode("bad").to_vec(), [1.0, 0.0, 3.0]);
/// assert_eq!(text.decode(&tensor([1, 0, 3])), "bad");
/// let windows = text.windows(4); // each input with what follows each of its characters
/// assert_eq!(text.decode(&windows.x.slice(0, 0..1)), "abra");
/// assert_eq!(text.decode(&windows.y.slice(0, 0..1)), "brac");
/// ```
///
/// The number of a character is that of this text: another one, with other characters, has other
/// numbers. Texts that go through one network are given the same: parts of one by
/// [`split`](Text::split), several by [`together`](Text::together).
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    symbols: Vec<char>,
}

impl Text {
    /// A text and the characters in it.
    ///
    /// Panics if the text is empty.
    #[track_caller]
    pub fn new(text: &str) -> Text {
        if text.is_empty() {
            fail(
                "Text: the text is empty",
                &[],
                "data::sentences(100) makes some",
            );
        }
        let mut symbols: Vec<char> = text.chars().collect();
        symbols.sort_unstable();
        symbols.dedup();
        Text {
            text: text.to_owned(),
            symbols,
        }
    }

    /// Several texts with the characters of all of them, so that a number means the same in each:
    /// one to learn from, and one to test with.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let [train, test] = data::Text::together([data::Text::new("abba"), data::Text::new("cab")]);
    /// assert_eq!((train.symbols(), test.symbols()), (&['a', 'b', 'c'][..], &['a', 'b', 'c'][..]));
    /// assert_eq!(train.encode("b").to_vec(), test.encode("b").to_vec());
    /// ```
    pub fn together<const N: usize>(texts: [Text; N]) -> [Text; N] {
        let mut symbols: Vec<char> = texts
            .iter()
            .flat_map(|text| text.symbols.iter().copied())
            .collect();
        symbols.sort_unstable();
        symbols.dedup();
        texts.map(|text| Text {
            symbols: symbols.clone(),
            ..text
        })
    }

    /// The first part of the text, to learn from, and the rest, to test with; both with the
    /// characters of the whole.
    ///
    /// Panics if `share` is not between 0 and 1, or if one part would be empty.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let (train, test) = data::Text::new("abracadabra").split(0.8);
    /// assert_eq!((train.text(), test.text()), ("abracadab", "ra"));
    /// assert_eq!(train.symbols(), test.symbols());
    /// ```
    #[track_caller]
    pub fn split(&self, share: f64) -> (Text, Text) {
        let count = self.text.chars().count();
        let first = (count as f64 * share).round() as usize;
        if !(share > 0.0 && share < 1.0) || first == 0 || first == count {
            let problem = format!("split: {share} of {count} characters leaves one part empty");
            fail(
                &problem,
                &[],
                "split(0.8) keeps the first 80 % for training and the last 20 % for testing",
            );
        }
        let end = self
            .text
            .char_indices()
            .nth(first)
            .map_or(self.text.len(), |(end, _)| end);
        let part = |text: &str| Text {
            text: text.to_owned(),
            symbols: self.symbols.clone(),
        };
        (part(&self.text[..end]), part(&self.text[end..]))
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The different characters: the number of each is its place here.
    pub fn symbols(&self) -> &[char] {
        &self.symbols
    }

    /// The characters as names, for pictures.
    pub fn names(&self) -> Vec<String> {
        self.symbols.iter().map(char::to_string).collect()
    }

    /// The numbers of the characters of `text`, `[length]`.
    ///
    /// Panics if one of them is not in this text.
    #[track_caller]
    pub fn encode(&self, text: &str) -> Tensor {
        let mut numbers = Vec::new();
        for symbol in text.chars() {
            let Ok(number) = self.symbols.binary_search(&symbol) else {
                let problem = format!("encode: {symbol:?} is not in the text that was learnt");
                fail(
                    &problem,
                    &[],
                    &format!("there are {:?}", self.symbols.iter().collect::<String>()),
                )
            };
            numbers.push(number as Float);
        }
        let n = numbers.len();
        Tensor::from_vec(numbers, &[n])
    }

    /// The characters with these numbers, as a text.
    ///
    /// Panics if there is no character of a number.
    #[track_caller]
    pub fn decode(&self, numbers: &Tensor) -> String {
        let mut text = String::new();
        for number in numbers.to_vec() {
            let Some(symbol) = self.symbols.get(number as usize).filter(|_| number >= 0.0) else {
                let problem = format!(
                    "decode: there is no character {number}, there are {}",
                    self.symbols.len()
                );
                fail(
                    &problem,
                    &[("numbers", numbers)],
                    "characters are counted from 0; .argmax(-1) finds the likeliest",
                )
            };
            text.push(*symbol);
        }
        text
    }

    /// All pieces of `length` characters: `x` is `[n, length]`, and `y`, of the same shape, has
    /// after each character the one that follows it.
    ///
    /// Panics if the text is not longer than that.
    #[track_caller]
    pub fn windows(&self, length: usize) -> Dataset {
        let numbers = self.encode(&self.text).to_vec();
        if length == 0 || numbers.len() <= length {
            let problem = format!(
                "windows: pieces of {length} characters of a text of {}",
                numbers.len()
            );
            fail(
                &problem,
                &[],
                "a piece is shorter than the text, and has a character at least",
            );
        }
        let n = numbers.len() - length;
        let pieces = |shift: usize| {
            let pieces = numbers[shift..]
                .windows(length)
                .take(n)
                .flatten()
                .copied()
                .collect();
            Tensor::from_vec(pieces, &[n, length])
        };
        Dataset {
            x: pieces(0),
            y: pieces(1),
            classes: self.names(),
            columns: Vec::new(),
        }
    }
}

/// Sentences of a small grammar, one after the other: "the small cat sees a bird." A network that
/// has learnt them knows which words there are, that nouns follow articles, and that one animal
/// sees and two see.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let text = data::sentences(200);
/// assert!(text.text().ends_with(". ") && text.symbols().len() < 28);
/// ```
#[track_caller]
pub fn sentences(n: usize) -> Text {
    at_least("sentences", n, 1, "sentences");
    let pick = |words: &[&'static str]| words[random::index(words.len())];
    let noun = |is_plural: bool| {
        let article = if is_plural {
            pick(&["the", "two", "some"])
        } else {
            pick(&["the", "a", "one"])
        };
        let adjective = if random::uniform() < 0.4 {
            pick(&["small ", "red ", "old ", "quick ", "blue "])
        } else {
            ""
        };
        let animal = pick(&["cat", "dog", "bird", "frog", "horse", "snail"]);
        format!(
            "{article} {adjective}{animal}{}",
            if is_plural { "s" } else { "" }
        )
    };
    let mut text = String::new();
    for _ in 0..n {
        let is_plural = random::uniform() < 0.4;
        let subject = noun(is_plural);
        let verb = pick(&["see", "like", "find", "follow", "help"]);
        let ending = if is_plural { "" } else { "s" };
        let object = noun(random::uniform() < 0.4);
        text += &match random::index(3) {
            0 => format!("{subject} sleep{ending}. "),
            _ => format!("{subject} {verb}{ending} {object}. "),
        };
    }
    Text::new(&text)
}
