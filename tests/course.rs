//! What a chapter of the course asks, and how it answers: softly here, where nobody is graded.
//! Strictly, and through a kernel: `tests/front_ends/test_course.py`.

use chainrule::course::{Answered, Number};
use chainrule::prelude::*;
use std::panic::catch_unwind;
use std::process::Command;

/// What a test of this file shows, run in a process of its own: what is shown goes to standard
/// output, and what was guessed belongs to a session.
fn shown(test: &str, variables: &[(&str, &str)]) -> (String, bool) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            test,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("CHAINRULE_LANGUAGE", "en")
        .env_remove("CHAINRULE_COURSE")
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.success())
}

#[test]
#[ignore = "run by others"]
fn session_of_guesses() {
    println!();
    predict("1.1", "?");
    reveal("1.1", 3);
    predict("1.1", 3);
    predict("1.2", 0.6);
    predict("1.2", 0.5);
    reveal("1.2", 0.6457f32);
    predict("1.2", 0.5);
    reveal("1.2", 0.6457f32);
    predict("1.3", [32, 10]);
    reveal("1.3", tensor([[1.0; 10]; 32]).shape());
    predict("1.4", "Larger");
    reveal("1.4", "larger");
    predict("1.5", true);
    reveal("1.5", false);
    predict("1.6", 100);
    reveal("1.6", 101_770usize);
    predict("1.7", 95.0);
    reveal("1.7", 100.0);
    predict("1.8", 0);
    reveal("1.8", 0.0);
}

#[test]
fn a_guess_counts_if_it_comes_before_the_answer() {
    let (text, is_ok) = shown("session_of_guesses", &[]);
    assert!(is_ok, "{text}");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(" 1.")).collect();
    let expected = [
        "○ 1.1: your guess goes in the place of the \"?\"",
        "○ 1.1: it is 3. Next time, guess first: who has guessed looks more closely.",
        "○ 1.1: 3, noted; but the answer is known already",
        "● 1.2: 0.6, noted",
        "● 1.2: 0.5, noted",
        "✗ 1.2: you said 0.5, it is 0.6457",
        "● 1.2: 0.5, noted",
        "✗ 1.2: you said 0.5, it is 0.6457",
        "● 1.3: [32, 10], noted",
        "✓ 1.3: you said [32, 10], it is [32, 10]",
        "● 1.4: Larger, noted",
        "✓ 1.4: you said Larger, it is larger",
        "● 1.5: true, noted",
        "✗ 1.5: you said true, it is false",
        "● 1.6: 100, noted",
        "✗ 1.6: you said 100, it is 101770",
        "● 1.7: 95, noted",
        "≈ 1.7: you said 95, it is 100: close",
        "● 1.8: 0, noted",
        "✓ 1.8: you said 0, it is 0",
    ];
    assert_eq!(lines, expected);
}

#[test]
#[ignore = "run by others"]
fn session_of_claims() {
    claim("a", 0.985f32).at_least(0.985);
    claim("b", 3usize).at_most(2);
    claim("c", 0.1f32 + 0.2).near(0.3, 1e-6);
    claim("d", Float::NAN).between(-1, 1);
    println!("the end");
}

#[test]
fn a_claim_that_does_not_hold_is_said_and_where_it_is_tested_it_fails() {
    let (text, is_ok) = shown("session_of_claims", &[]);
    assert!(
        is_ok && text.contains("✓ a: 0.985 (at least 0.985)"),
        "{text}"
    );
    let soft = "✗ b: 3; the chapter says at most 2. Did you change something?";
    assert!(
        text.contains(soft) && text.contains("✓ c: 0.3 (0.3 ± 0.000001)"),
        "{text}"
    );
    assert!(
        text.contains("✗ d: NaN; ") && text.contains("the end"),
        "{text}"
    );
    for variable in [
        ("CHAINRULE_COURSE", "strict"),
        ("NBGRADER_EXECUTION", "autograde"),
    ] {
        let (text, is_ok) = shown("session_of_claims", &[variable]);
        assert!(!is_ok && !text.contains("the end"), "{text}");
        // At the line of the cell, once in the output and once as the error.
        assert!(text.contains("panicked at tests/course.rs"), "{text}");
        assert_eq!(
            text.matches("✗ b: 3; expected: at most 2").count(),
            2,
            "{text}"
        );
    }
    let (text, _) = shown("session_of_claims", &[("CHAINRULE_LANGUAGE", "zh")]);
    assert!(
        text.contains("✗ b：3；本章说：至多 2。你改过什么吗？"),
        "{text}"
    );
}

#[test]
#[ignore = "run by others"]
fn session_of_comparisons() {
    let right = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    compare("same", &right, &right);
    compare("close", &(&right + 1e-5), &right);
    compare("halved", &(&right * 0.5), &right);
    compare("sign", &(&right * -1.0), &right);
    compare("turned", &right.t(), &right);
    compare("sum", &right.sum_axis(0, false), &right);
    let square = tensor([[1.0, 2.0], [3.0, 4.0]]);
    compare("turned square", &square.t(), &square);
    compare("one off", &tensor([[1.0, 2.0], [9.0, 4.0]]), &square);
    compare(
        "no number",
        &tensor([[1.0, Float::NAN], [3.0, 4.0]]),
        &square,
    );
    compare("zeros", &Tensor::zeros(&[3]), &Tensor::zeros(&[3]));
    compare("none", &Tensor::zeros(&[0]), &Tensor::zeros(&[0]));
}

#[test]
fn a_comparison_says_where_and_what_kind_of_difference() {
    let (text, is_ok) = shown("session_of_comparisons", &[]);
    let expected = [
        "✓ same: exact",
        "✓ close: close, the largest difference is 0.00001",
        "✗ halved: different, by up to 3 at [1, 2]; everywhere 0.5 times what it should be",
        "✗ sign: different, by up to 12 at [1, 2]; everywhere -1 times what it should be",
        "✗ turned: shape [3, 2], expected [2, 3]; it is transposed: .t()",
        "✗ sum: shape [3], expected [2, 3]\n",
        "✗ turned square: different, by up to 1 at [1, 0]; it is transposed: .t()",
        "✗ one off: different, by up to 6 at [1, 0]\n",
        "✗ no number: different, by up to NaN at [0, 1]\n",
        "✓ zeros: exact",
        "✓ none: exact",
    ];
    for line in expected {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(is_ok, "{text}");
    let strict = shown("session_of_comparisons", &[("CHAINRULE_COURSE", "strict")]);
    assert!(!strict.1 && !strict.0.contains("sign"), "{}", strict.0);
}

#[test]
#[ignore = "run by others"]
fn session_of_checks() {
    seed(3);
    let before = random::uniform();
    seed(3);
    check("7.B", "?");
    check("7.I1", 0.3);
    assert_eq!(before, random::uniform(), "the cell's random numbers go on");
    check("7.I1", 0.0001);
    hint("7.I1");
    hint("7.I1");
    check("7.I1", 5);
    hint("7.I1");
    hint("7.I1");
    check("7.B", 3);
    check("7.A", |_: &Sequential, _: &Dataset| {});
    course::progress();
}

#[test]
fn a_check_says_what_was_measured_what_it_probably_is_and_how_many_hints_were_used() {
    let (text, is_ok) = shown("session_of_checks", &[]);
    assert!(is_ok, "{text}");
    for line in [
        "○ 7.B is open: fewer than 10,000 parameters, and 95 % of new digits",
        "✓ 7.I1: rate 0.3: the loss begins at ",
        "The steps are so small",
        "1/3: Move the slider",
        "2/3: Ten times",
        "; 2 of 3 hints\nThe steps are so large",
        "For a hint: hint(\"7.I1\")",
        "3/3: Somewhere between",
        "Give the model: &small.",
        "○ 7.A is open: ",
        " 7:□□■□□:0:3",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(
        text.matches("3/3: ").count(),
        2,
        "the last hint stays: {text}"
    );
    let (text, is_ok) = shown("session_of_checks", &[("CHAINRULE_COURSE", "strict")]);
    assert!(
        !is_ok && text.contains("○ 7.B is open") && text.contains("✓ 7.I1"),
        "{text}"
    );
    assert!(
        text.contains("panicked at tests/course.rs") && !text.contains("1/3"),
        "{text}"
    );
    // Who is graded and has not begun has no points.
    let (text, is_ok) = shown("session_of_checks", &[("NBGRADER_EXECUTION", "autograde")]);
    assert!(!is_ok && !text.contains("7.I1: rate"), "{text}");
    let (text, _) = shown("session_of_checks", &[("CHAINRULE_LANGUAGE", "zh")]);
    assert!(text.contains("○ 7.B 还没做：参数少于 10,000 个"), "{text}");
}

#[test]
fn what_is_not_there_is_named() {
    for call in [
        || check("7.Z", 1),
        || hint("99.A"),
        || check("", 1),
        || quiz("7.A"),
    ] {
        let error = catch_unwind(call).unwrap_err();
        let text = error.downcast_ref::<String>().unwrap();
        assert!(text.contains("7."), "{text}");
    }
}

#[test]
fn numbers_are_as_they_are_written() {
    assert_eq!(0.1f32.as_written(), 0.1f64);
    assert!((1.0f32 / 0.0).as_written().is_infinite() && f32::NAN.as_written().is_nan());
    fn given<'a>(answer: impl Answered<'a>) -> bool {
        matches!(answer.answer(), chainrule::course::Answer::Value(_))
    }
    assert!(given(1) && given(1.5) && given("word") && given([1, 2]) && given(vec![0.5f32]));
    assert!(given(&tensor([1.0])) && !given("?") && !given(" ？ "));
}

#[test]
#[ignore = "run by others"]
fn session_of_a_quiz() {
    quiz("7.q");
}

#[test]
fn a_quiz_lists_its_questions_where_nobody_can_click() {
    let (text, is_ok) = shown("session_of_a_quiz", &[]);
    assert!(
        is_ok && text.contains("7.q: 0 of 6 answered, 0 right at once"),
        "{text}"
    );
    assert!(
        text.contains("6. 90 %") && text.contains("\n   c) "),
        "{text}"
    );
}
