//! The page on which a teacher sees what the learners have done.

use super::report::{Answer, Learner, Question, questions};
use chainrule::display::{escape_html, say};
use std::fmt::Write;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2em;color:#222;background:#fff}\
    table{border-collapse:collapse;margin:1em 0}th,td{border:1px solid #ccc;padding:2px 8px;\
    text-align:center}th:first-child{text-align:left;position:sticky;left:0;background:#fff}\
    .wide{overflow-x:auto}.passed,.right,.exact{background:#cdeee2}.close{background:#e6f3d8}\
    .failed,.far{background:#fbe3b5}.late{background:#eee}.open,.none{color:#999}\
    small{color:#666}tfoot{font-weight:bold}";

/// One file that needs no other, and no network.
pub fn page(learners: &[Learner], unread: &[String]) -> String {
    let (mut checks, mut guesses) = (Vec::new(), Vec::new());
    for question in questions(learners) {
        match question.kind {
            "predict" => guesses.push(question),
            _ => checks.push(question),
        }
    }
    let title = say("What the class has done", "全班的完成情况");
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n",
        say("en", "zh")
    );
    for line in unread {
        let _ = writeln!(html, "<p class=\"failed\">{}</p>", escape_html(line));
    }
    let marks = say(
        "✓ passed, ✗ tried, · open, – not run; a small number is how many hints were asked for",
        "✓ 通过，✗ 试过但未通过，· 未作答，– 未运行；小号数字是用过的提示数",
    );
    section(
        &mut html,
        say("Exercises", "练习"),
        marks,
        learners,
        &checks,
    );
    let marks = say(
        "each guess beside what came out: green is right, yellow is far off, grey was changed \
         after the answer was seen",
        "每个猜测与实际结果：绿色为正确，黄色为相差较大，灰色为看到结果后才改动",
    );
    section(
        &mut html,
        say("Predictions", "预测"),
        marks,
        learners,
        &guesses,
    );
    let trust = say(
        "This is what is stored in the notebooks. Whoever can write a notebook can write anything \
         into it: run them (chainrule run) or grade them where it counts.",
        "以上内容取自笔记本中保存的输出。能编辑笔记本的人可以写入任何内容：需要计分时，请重新运行\
         （chainrule run）或用评分工具评分。",
    );
    let _ = writeln!(html, "<p><small>{trust}</small></p>\n</body></html>");
    html
}

/// A table of learners by questions, if anything was asked.
fn section(
    html: &mut String,
    title: &str,
    marks: &str,
    learners: &[Learner],
    questions: &[Question],
) {
    if questions.is_empty() {
        return;
    }
    let learner = say("learner", "学生");
    let _ = write!(
        html,
        "<h2>{title}</h2>\n<p><small>{marks}</small></p>\n<div class=\"wide\"><table><thead><tr>\
         <th>{learner}</th>"
    );
    for question in questions {
        let _ = write!(html, "<th>{}</th>", escape_html(&question.id));
    }
    *html += "</tr></thead>\n<tbody>\n";
    for learner in learners {
        let _ = write!(html, "<tr><th>{}</th>", escape_html(&learner.name));
        for question in questions {
            *html += &cell(question, learner.answers.get(question));
        }
        *html += "</tr>\n";
    }
    let all = say("right", "正确");
    let _ = write!(html, "</tbody><tfoot><tr><th>{all}</th>");
    for question in questions {
        let is_right = |learner: &&Learner| {
            let state = learner.answers.get(question).map(|one| one.state.as_str());
            matches!(state, Some("passed" | "right"))
        };
        let right = learners.iter().filter(is_right).count();
        let _ = write!(html, "<td>{right}/{}</td>", learners.len());
    }
    *html += "</tr></tfoot></table></div>\n";
}

fn cell(question: &Question, answer: Option<&Answer>) -> String {
    let Some(answer) = answer.filter(|answer| !answer.state.is_empty()) else {
        return "<td class=\"none\">–</td>".to_owned();
    };
    let known = [
        "passed", "failed", "open", "right", "close", "far", "late", "exact",
    ];
    let class = known.into_iter().find(|name| *name == answer.state);
    let mut text = match (question.kind, answer.state.as_str()) {
        ("predict", "none") | (_, "open") => "·".to_owned(),
        ("check", "passed") => "✓".to_owned(),
        ("check", _) => "✗".to_owned(),
        _ => escape_html(&answer.value),
    };
    if question.kind == "predict" && !answer.truth.is_empty() {
        let _ = write!(text, " <small>({})</small>", escape_html(&answer.truth));
    }
    if answer.hints > 0 {
        let _ = write!(text, " <small>{}</small>", answer.hints);
    }
    let why = match question.kind {
        "check" if !answer.value.is_empty() => {
            format!(" title=\"{}\"", escape_html(&answer.value))
        }
        _ => String::new(),
    };
    format!("<td class=\"{}\"{why}>{text}</td>", class.unwrap_or(""))
}
