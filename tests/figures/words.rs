//! The words of a drawing and where they are.

/// Something drawn, in pixels of the picture.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: String,
    pub x: f64,
    pub y: f64,
    pub anchor: String,
    pub size: f64,
    /// Read from the bottom to the top.
    pub is_turned: bool,
}

impl Word {
    /// Left, top, right and bottom, about.
    pub fn area(&self) -> [f64; 4] {
        let ((left, right), half) = (self.sides(), 0.4 * self.size);
        let (before, behind) = (left - self.x, right - self.x);
        if self.is_turned {
            return [
                self.x - half,
                self.y - behind,
                self.x + half,
                self.y - before,
            ];
        }
        [left, self.y - half, right, self.y + half]
    }

    /// About where it begins and ends, for a font of the usual width.
    pub fn sides(&self) -> (f64, f64) {
        let width = |c: char| if c.is_ascii() { 0.55 } else { 1.0 };
        let width = self.text.chars().map(width).sum::<f64>() * self.size;
        match self.anchor.as_str() {
            "middle" => (self.x - width / 2.0, self.x + width / 2.0),
            "end" => (self.x - width, self.x),
            _ => (self.x, self.x + width),
        }
    }
}

/// The words of a drawing, and its width and height.
pub fn words(svg: &str) -> (Vec<Word>, (f64, f64)) {
    let document = roxmltree::Document::parse(svg).unwrap();
    let root = document.root_element();
    let numbers = |text: &str| {
        text.split(' ')
            .map(|n| n.parse::<f64>().unwrap())
            .collect::<Vec<_>>()
    };
    let (area, width) = (
        numbers(root.attribute("viewBox").unwrap()),
        numbers(root.attribute("width").unwrap())[0],
    );
    let scale = width / area[2];
    let number = |node: &roxmltree::Node, name: &str| {
        node.attribute(name)
            .map_or(0.0, |n| n.parse::<f64>().unwrap() * scale)
    };
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let words = texts.map(|node| Word {
        text: node.text().unwrap_or_default().trim().to_owned(),
        x: number(&node, "x"),
        y: number(&node, "y"),
        anchor: node.attribute("text-anchor").unwrap_or("start").to_owned(),
        size: number(&node, "font-size"),
        is_turned: node.has_attribute("transform"),
    });
    (words.collect(), (width, area[3] * scale))
}

pub fn all_words_are_inside(name: &str, svg: &str) {
    let (words, (width, _)) = words(svg);
    for word in words {
        let [left, _, right, _] = word.area();
        assert!(
            left > -4.0 && right < width + 4.0,
            "{name}: {word:?} ends at {right} of {width}"
        );
    }
}
