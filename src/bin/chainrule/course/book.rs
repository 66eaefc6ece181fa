//! The reading edition of the course: a book for each language, which mdBook makes. It brings the
//! contents, light and dark, search and the colours of code, and needs no network to be read; its
//! formulas would need one, so they are put in as MathML (`chapter`).

use super::chapter::{Chapter, place};
use super::source::LANGUAGES;
use anyhow::{Context, Result, bail};
use chainrule::display::Language;
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// How mdBook is set. It cannot run the code of the course, and has MathJax from a network only.
const CONFIG: &str = r#"
[build]
use-default-preprocessors = false
[output.html]
default-theme = "light"
preferred-dark-theme = "navy"
no-section-label = true
additional-css = ["reading.css"]
additional-js = ["reading.js"]
input-404 = ""
playground.runnable = false
print.enable = false
"#;

/// mdBook writes it beside its pages; a folder without it is not ours to replace.
const MARK: &str = ".nojekyll";

/// Refuses an output folder in which something else would be lost.
pub fn check_target(output: &Path) -> Result<()> {
    for language in LANGUAGES {
        let folder = output.join(language.code());
        if folder.exists() && !folder.join(MARK).is_file() {
            let shown = folder.display();
            bail!("{shown}: is there already and is no book; give another folder to --output");
        }
    }
    Ok(())
}

/// Writes the books of all languages that there are chapters in, and a page that leads to them.
pub fn write(chapters: &[Chapter], output: &Path) -> Result<()> {
    check_target(output)?;
    let mut codes = Vec::new();
    for language in LANGUAGES {
        let (own, others): (Vec<&Chapter>, _) = chapters
            .iter()
            .partition(|chapter| chapter.language == language);
        if !own.is_empty() {
            book(&own, &others, language, &output.join(language.code()))?;
            codes.push(language.code());
        }
    }
    let path = output.join("index.html");
    fs::write(&path, entrance(&codes))
        .with_context(|| format!("{}: cannot be written", path.display()))
}

fn title(language: Language) -> &'static str {
    match language {
        Language::English => "Deep learning in Rust",
        Language::Chinese => "用 Rust 学深度学习",
    }
}

fn book(own: &[&Chapter], others: &[&Chapter], language: Language, output: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("src");
    fs::create_dir(&source)?;
    let mut summary = String::new();
    for chapter in own {
        let (stem, title) = (chapter.stem(), &chapter.title);
        let _ = writeln!(summary, "- [{title}]({stem}.md)");
        fs::write(source.join(format!("{stem}.md")), page(chapter, others))?;
    }
    let pictures = own.iter().map(|own| own.path.with_file_name("images"));
    for folder in pictures.collect::<BTreeSet<_>>() {
        copy_pictures(&folder, &source.join("images"))?;
    }
    fs::write(source.join("SUMMARY.md"), summary)?;
    fs::write(
        folder.path().join("reading.css"),
        include_str!("reading.css"),
    )?;
    fs::write(folder.path().join("reading.js"), include_str!("reading.js"))?;
    let mut config: Config = CONFIG.parse()?;
    config.book.title = Some(title(language).to_owned());
    config.book.language = Some(language.code().to_owned());
    config.build.build_dir = std::path::absolute(output)?;
    MDBook::load_with_config(folder.path(), config)?.build()?;
    for (number, chapter) in own.iter().enumerate() {
        let path = output.join(chapter.stem()).with_extension("html");
        complete(&path, chapter, own)?;
        if number == 0 {
            complete(&output.join("index.html"), chapter, own)?;
        }
    }
    Ok(())
}

/// A chapter with the way to the other language, and to a notebook of one's own.
fn page(chapter: &Chapter, others: &[&Chapter]) -> String {
    let stem = chapter.stem();
    let (code, name, head, text) = match chapter.language {
        Language::English => (
            "zh",
            "中文",
            "Run it yourself",
            "What stands here was run once. To change it and run it again, type this in the folder \
             of chainrule; then open",
        ),
        Language::Chinese => (
            "en",
            "English",
            "自己动手运行",
            "这一页是运行好的结果。想改一改、再跑一遍，在 chainrule 的文件夹里输入下面两行，然后打开",
        ),
    };
    let twin = match others.iter().any(|other| other.stem() == stem) {
        true => format!("<a href=\"../{code}/{stem}.html\" lang=\"{code}\">{name}</a> · "),
        false => String::new(),
    };
    format!(
        "<p class=\"ways\">{twin}<a href=\"#run-it\">{head}</a></p>\n\n{}\n\n\
         <h2 id=\"run-it\">{head}</h2>\n\n{text} `{stem}.ipynb`.\n\n\
         ```sh\ncargo install --locked --path .\nchainrule lab\n```\n",
        chapter.markdown
    )
}

/// Puts the parts of a chapter into its page, and has links lead to pages instead of notebooks.
fn complete(path: &Path, chapter: &Chapter, own: &[&Chapter]) -> Result<()> {
    let html = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    let mut linked = html;
    for language in LANGUAGES {
        for stem in own.iter().map(|other| other.stem()) {
            for folder in [String::new(), format!("../{}/", language.code())] {
                linked = linked.replace(
                    &format!("href=\"{folder}{stem}.ipynb\""),
                    &format!("href=\"{folder}{stem}.html\""),
                );
            }
        }
    }
    let (mut full, mut rest) = (String::new(), linked.as_str());
    for (number, part) in chapter.parts.iter().enumerate() {
        let (before, after) = rest
            .split_once(&place(number))
            .with_context(|| format!("{}: part {number} has no place", path.display()))?;
        full += before;
        full += part;
        rest = after;
    }
    fs::write(path, full + rest).with_context(|| format!("{}", path.display()))
}

fn copy_pictures(from: &Path, to: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(from) else {
        return Ok(());
    };
    fs::create_dir_all(to)?;
    for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// The page that one opens first: it goes on to the language of the reader.
fn entrance(codes: &[&str]) -> String {
    let links: String = codes
        .iter()
        .filter_map(|code| Language::named(code))
        .map(|language| {
            let (code, title) = (language.code(), title(language));
            format!("<p><a lang=\"{code}\" href=\"{code}/index.html\">{title}</a></p>\n")
        })
        .collect();
    format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>chainrule</title>\n\
         <meta name=\"color-scheme\" content=\"light dark\"></head>\n<body>\n{links}<script>\n\
         const links = [...document.links];\n\
         const own = links.find(link => navigator.language.startsWith(link.lang)) ?? links[0];\n\
         location.replace(own.href);\n</script></body></html>\n"
    )
}
