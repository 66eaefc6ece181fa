//! Marks in a source: `‹English|中文›` in code, and in texts `⟦98.7 %:exam⟧`, a number that a claim
//! of that name has measured.

use chainrule::display::Language;

/// `‹English|中文›` in code.
pub fn check_choices(code: &str) -> Result<(), String> {
    for part in code.split('‹').skip(1) {
        let (choice, rest) = part.split_once('›').ok_or("‹ without ›")?;
        if choice.matches('|').count() != 1 || choice.contains('\n') {
            return Err(format!("‹{choice}› is not ‹English|中文›"));
        }
        if rest.contains('›') {
            return Err("› without ‹".to_owned());
        }
    }
    Ok(())
}

/// The code in one language.
pub fn chosen(code: &str, language: Language) -> String {
    parts(code).iter().map(|part| part.text(language)).collect()
}

/// A piece of code: the same in both languages, or a choice.
pub enum Part<'a> {
    Same(&'a str),
    Choice([&'a str; 2]),
}

impl<'a> Part<'a> {
    pub fn text(&self, language: Language) -> &'a str {
        match self {
            Part::Same(text) => text,
            Part::Choice(texts) => texts[usize::from(language == Language::Chinese)],
        }
    }
}

/// Its pieces; between any two choices stands one that is the same.
pub fn parts(code: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    for (place, part) in code.split('‹').enumerate() {
        match part.split_once('›') {
            Some((choice, rest)) if place > 0 => {
                let (english, chinese) = choice.split_once('|').unwrap_or((choice, choice));
                found.extend([Part::Choice([english, chinese]), Part::Same(rest)]);
            }
            _ => found.push(Part::Same(part)),
        }
    }
    found
}

/// `⟦98.7 %:exam⟧` as `98.7 %`.
pub fn without_marks(text: &str) -> String {
    let mut clean = String::new();
    for (place, part) in text.split('⟦').enumerate() {
        match part.split_once('⟧') {
            Some((mark, rest)) if place > 0 => {
                clean += mark.rsplit_once(':').map_or(mark, |(number, _)| number);
                clean += rest;
            }
            _ => clean += part,
        }
    }
    clean
}
