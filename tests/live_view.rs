//! The live view ends in its final state, whatever happens.

mod figures;

use chainrule::cell::interrupt::{self, CHAINRULE_INTERRUPT};
use chainrule::plot::{EpochRow, Live};
use chainrule::prelude::*;
use figures::tell;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Trains without a network: `STORY` says how it ends. Run as a process of its own, so that its
/// output can be read.
#[test]
#[ignore = "run by the tests below, in a process of its own"]
fn story() {
    let story = std::env::var("STORY").unwrap_or_default();
    chainrule::display::set_notebook(story != "terminal");
    let (epochs, steps, pause) = if story == "long" {
        (1000, 100, 0)
    } else {
        (6, 10, 10)
    };
    let run = || {
        let mut live = Live::new("a <b> network", epochs * steps, epochs, story != "disabled");
        for epoch in 1..=epochs {
            for step in 0..steps {
                std::thread::sleep(Duration::from_millis(pause));
                live.step(if story == "nan" && epoch > 2 {
                    Float::NAN
                } else {
                    1.0 / (epoch + step) as Float
                });
                if (epoch, step) == (4, 5) {
                    CHAINRULE_INTERRUPT.store(story == "interrupt", Ordering::Relaxed);
                    interrupt::check();
                    assert!(story != "panic", "a mistake in the training loop");
                    if story == "stop" {
                        return;
                    }
                }
            }
            let loss = 1.0 / epoch as Float;
            live.epoch(&EpochRow {
                epoch,
                loss,
                accuracy: Some(0.9),
                val_loss: Some(loss * 1.1),
                ..EpochRow::default()
            });
            CHAINRULE_INTERRUPT.store(
                epoch == 3 && story == "interrupt after an epoch",
                Ordering::Relaxed,
            );
            interrupt::check();
        }
        live.finish();
    };
    if story == "panic" || story.starts_with("interrupt") {
        std::panic::catch_unwind(run).expect_err("ends early");
    } else {
        run();
    }
}

/// Checks what holds for every run, and returns the text and the HTML of the last frame.
fn final_state(story: &str) -> (String, String) {
    let (frames, _) = tell(story);
    assert_eq!(frames[0]["kind"], "display");
    assert!(frames.len() > 2, "{} frames", frames.len());
    assert!(
        frames[1..]
            .iter()
            .all(|frame| frame["kind"] == "update" && frame["id"] == frames[0]["id"])
    );
    // 600 ms of training at 100 ms each, and the last.
    assert!(
        frames.len() <= 12 || story == "long",
        "{} frames",
        frames.len()
    );
    for frame in &frames {
        let html = frame["data"]["text/html"].as_str().unwrap();
        roxmltree::Document::parse(html).unwrap_or_else(|error| panic!("{error}: {html}"));
        assert!(
            !html.contains("<script")
                && !html.contains("src=\"http")
                && html.contains("a &lt;b&gt; network")
        );
    }
    let last = &frames.last().unwrap()["data"];
    (
        last["text/plain"].as_str().unwrap().to_owned(),
        last["text/html"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn the_last_update_is_the_final_state() {
    let (text, html) = final_state("done");
    assert!(text.starts_with("a <b> network: done: 6 epochs"), "{text}");
    assert!(
        text.contains("epoch 6/6  loss 0.1667  accuracy 90.00 %  val_loss 0.1833"),
        "{text}"
    );
    assert!(
        html.contains("done: 6 epochs")
            && html.contains("width:100.0%")
            && html.contains("★ lowest val_loss"),
        "{html}"
    );
}

#[test]
fn a_panic_or_an_interrupt_leaves_the_epoch_at_which_it_came() {
    for (story, end) in [
        ("panic", "failed"),
        ("interrupt", "interrupted"),
        ("stop", "stopped"),
    ] {
        let (text, html) = final_state(story);
        assert!(
            text.starts_with(&format!("a <b> network: {end} at epoch 4 of 6")),
            "{story}: {text}"
        );
        assert!(text.contains("epoch 3/6  loss 0.3333"), "{story}: {text}");
        assert!(
            html.contains(&format!("{end} at epoch 4")),
            "{story}: {html}"
        );
    }
    // Between two epochs: the third is done.
    let (text, _) = final_state("interrupt after an epoch");
    assert!(
        text.starts_with("a <b> network: interrupted at epoch 3 of 6"),
        "{text}"
    );
}

#[test]
fn a_loss_that_is_not_a_number_is_named() {
    let (text, html) = final_state("nan");
    assert!(
        text.contains("not a number since step 21") && html.contains("not a number since step 21"),
        "{text}"
    );
}

#[test]
fn a_hundred_thousand_steps_fit_into_a_message() {
    let (frames, _) = tell("long");
    assert!(
        frames.last().unwrap()["data"]["text/plain"]
            .as_str()
            .unwrap()
            .contains("done: 1000 epochs")
    );
}

#[test]
fn a_terminal_gets_a_line_for_each_epoch() {
    let (frames, text) = tell("terminal");
    assert!(frames.is_empty());
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("epoch "))
            .count(),
        6,
        "{text}"
    );
    let (frames, text) = tell("disabled");
    assert!(frames.is_empty() && !text.contains("epoch"), "{text}");
}
