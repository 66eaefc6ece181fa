//! Data sets where one is wanted and two are given.

use super::super::case::{Case, Explanation};
use super::super::syntax::one_line;

/// `model.fit(&parts)` of what `split` has given
pub fn two_for_one(case: &Case) -> Option<Explanation> {
    case.labels.contains("expected `&Dataset`").then_some(())?;
    let given = one_line(case.marked());
    let given = given.trim_start_matches('&');
    Some(Explanation::new(
        "These are two data sets, one to train with and one to test with. Give each a name, and \
         use the one that is meant:",
        "这里是两个数据集：一个用来训练，一个用来测试。请分别取名，再用其中需要的那一个：",
        format!("let (train, test) = {given};"),
    ))
}
