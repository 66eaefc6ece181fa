//! Widgets: controls in the page, such as a slider, that a learner moves and cells read, also while
//! they run.
//!
//! The controls are those of ipywidgets: each is a comm, over which both sides say what has
//! changed. The kernel keeps the state of each widget, because a page that is loaded again asks for
//! it while a cell runs; a cell asks the kernel for it, too. The page needs JupyterLab's part of
//! ipywidgets (`jupyterlab_widgets`; `chainrule lab` has it). Elsewhere, and where nobody looks, a
//! widget is a line of text and keeps the value that it began with.

use super::comm::{Comm, write_and_ask};
use crate::Float;
use crate::display::{Bundle, DisplayHandle, Show, escape_html, in_one_line, show};
use crate::tensor::fail::fail;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// What the models of a widget have in common: where the page finds the code of each part.
const CONTROLS: &str = "@jupyter-widgets/controls";
const BASE: &str = "@jupyter-widgets/base";
const VERSION: &str = "2.0.0";
/// A widget as a part of a bundle.
const VIEW: &str = "application/vnd.jupyter.widget-view+json";

/// Any control of ipywidgets, by its name there, with those of its traits that differ from what
/// they usually are.
///
/// ```
/// # use chainrule::prelude::*;
/// let name = Widget::new("Text", json!({"description": "your name", "value": "Ada"}));
/// show(&name);
/// println!("Hello, {}!", name.get("value").as_str().unwrap_or("?")); // in a later cell
/// ```
#[derive(Clone, Debug)]
pub struct Widget {
    comm: Comm,
    /// The state that it was opened with.
    first: Arc<Value>,
}

impl Widget {
    /// Opens a widget; it appears where it is shown.
    ///
    /// Panics if `traits` is no JSON object.
    #[track_caller]
    pub fn new(name: &str, traits: impl Into<Value>) -> Widget {
        let mut traits = traits.into();
        if !traits.is_object() {
            fail(
                "Widget: traits are a JSON object",
                &[],
                "as in Widget::new(\"IntText\", json!({\"value\": 3}))",
            );
        }
        let style = match name {
            "FloatSlider" | "IntSlider" => "SliderStyle",
            "Button" => "ButtonStyle",
            "Checkbox" => "CheckboxStyle",
            _ => "DescriptionStyle",
        };
        let part = |model: &str, module: &str, view: &str, more: Value| {
            let mut state = json!({
                "_model_name": format!("{model}Model"),
                "_model_module": module,
                "_model_module_version": VERSION,
                "_view_name": format!("{view}View"),
                "_view_module": module,
                "_view_module_version": VERSION,
            });
            more.as_object()
                .into_iter()
                .flatten()
                .for_each(|(name, value)| state[name] = value.clone());
            (
                Comm::open(
                    "jupyter.widget",
                    json!({"state": state, "buffer_paths": []}),
                ),
                state,
            )
        };
        // Descriptions are as wide as they need to be: usually they are cut.
        let style_view = json!({"_view_module": BASE, "description_width": "initial"});
        let (style, _) = part(style, CONTROLS, "Style", style_view);
        // Choices have room for one line each, however long it is.
        let place = match name {
            "RadioButtons" => json!({"width": "auto"}),
            _ => json!({}),
        };
        let (layout, _) = part("Layout", BASE, "Layout", place);
        traits["layout"] = format!("IPY_MODEL_{}", layout.id()).into();
        traits["style"] = format!("IPY_MODEL_{}", style.id()).into();
        let (comm, first) = part(name, CONTROLS, name, traits);
        Widget {
            comm,
            first: Arc::new(first),
        }
    }

    /// A trait as it is now, after whatever the learner did. `null` if there is none of this name.
    pub fn get(&self, name: &str) -> Value {
        match write_and_ask(
            json!({"kind": "comm", "act": "state", "comm_id": self.comm.id(), "name": name}),
        ) {
            Value::Null => self.first[name].clone(),
            value => value,
        }
    }

    /// Changes a trait, also in the page.
    pub fn set(&self, name: &str, value: impl Into<Value>) {
        self.comm
            .send(json!({"method": "update", "state": {name: value.into()}, "buffer_paths": []}));
    }

    /// Calls `handler` whenever the learner has changed something. It runs when no cell does.
    pub fn on_change(&self, mut handler: impl FnMut() + Send + 'static) {
        self.comm.on_message(move |_, message| {
            if message["method"] == "update" {
                handler();
            }
        });
    }

    /// Takes the widget from the page.
    pub fn close(&self) {
        self.comm.close();
    }

    /// Widgets one below the other.
    pub(crate) fn column(parts: &[&Widget]) -> Widget {
        let part = |widget: &&Widget| format!("IPY_MODEL_{}", widget.comm.id());
        let parts: Vec<String> = parts.iter().map(part).collect();
        Widget::new("VBox", json!({"children": parts}))
    }

    /// What a page shows it by.
    fn view(&self) -> Value {
        json!({"version_major": 2, "version_minor": 0, "model_id": self.comm.id()})
    }

    /// As text: what it is called, and its value.
    fn text(&self, value: &str) -> Bundle {
        let text = match self.first["description"].as_str().unwrap_or_default() {
            "" => value.to_owned(),
            name => format!("{name}: {value}"),
        };
        if !self.comm.is_open() {
            return Bundle::text(text);
        }
        Bundle::text(text).mime(VIEW, self.view())
    }
}

impl Show for Widget {
    fn bundle(&self) -> Bundle {
        let value = match self.get("value") {
            Value::Null => String::new(),
            Value::String(text) => text,
            value => value.to_string(),
        };
        self.text(&value)
    }
}

/// Something in the page that has a value: a [`FloatSlider`], an [`IntSlider`], a [`Checkbox`], a
/// [`Dropdown`], or several of them as a tuple.
pub trait Control: Clone + Send + 'static {
    /// What its value is.
    type Value;

    /// The value now: that which the learner chose last. Also a cell that runs sees it change.
    fn value(&self) -> Self::Value;

    /// The widgets that it consists of.
    fn widgets(&self) -> Vec<Widget>;
}

/// What controls that are one widget have in common.
macro_rules! control {
    ($Control:ident, $Value:ty, $read:expr) => {
        impl $Control {
            /// The widget behind it, with all of its traits.
            pub fn widget(&self) -> &Widget {
                &self.0
            }
        }

        impl Control for $Control {
            type Value = $Value;

            fn value(&self) -> $Value {
                $read(&self.0)
            }

            fn widgets(&self) -> Vec<Widget> {
                vec![self.0.clone()]
            }
        }

        impl Show for $Control {
            fn bundle(&self) -> Bundle {
                self.0.text(&self.value().to_string())
            }
        }
    };
}

/// A slider for a number, in at least a hundred steps of a round size.
///
/// ```
/// # use chainrule::prelude::*;
/// let rate = FloatSlider::new("learning rate", 0.0, 1.0, 0.1);
/// show(&rate);
/// assert_eq!(rate.value(), 0.1); // until the learner moves it
/// ```
#[derive(Clone, Debug)]
pub struct FloatSlider(Widget);

control!(
    FloatSlider,
    Float,
    |widget: &Widget| widget.get("value").as_f64().unwrap_or_default() as Float
);

/// A slider for a whole number.
///
/// ```
/// # use chainrule::prelude::*;
/// let units = IntSlider::new("hidden units", 1, 64, 16);
/// assert_eq!(units.value(), 16);
/// ```
#[derive(Clone, Debug)]
pub struct IntSlider(Widget);

control!(
    IntSlider,
    i64,
    |widget: &Widget| widget.get("value").as_f64().unwrap_or_default() as i64
);

/// A box with a tick, or without.
///
/// ```
/// # use chainrule::prelude::*;
/// assert!(Checkbox::new("shuffle", true).value());
/// ```
#[derive(Clone, Debug)]
pub struct Checkbox(Widget);

control!(Checkbox, bool, |widget: &Widget| widget.get("value")
    == true);

/// A choice of several, at first the first.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(Dropdown::new("activation", &["relu", "tanh"]).value(), "relu");
/// ```
#[derive(Clone, Debug)]
pub struct Dropdown(Widget);

control!(Dropdown, String, |widget: &Widget| {
    let (options, index) = (widget.get("_options_labels"), widget.get("index"));
    options[index.as_u64().unwrap_or_default() as usize]
        .as_str()
        .unwrap_or_default()
        .to_owned()
});

impl FloatSlider {
    /// From `min` to `max`, at first at `value`.
    ///
    /// Panics if `max` is not above `min`, or `value` not between them.
    #[track_caller]
    pub fn new(description: &str, min: Float, max: Float, value: Float) -> FloatSlider {
        // As it is written: 0.1, and not the f64 beside it.
        let [min, max, value] =
            [min, max, value].map(|number| number.to_string().parse::<f64>().unwrap_or_default());
        check_range("FloatSlider", min, max, value);
        let step = round_step((max - min) / 100.0);
        let format = if step < 0.001 { ".2e" } else { ".3~f" };
        FloatSlider(Widget::new(
            "FloatSlider",
            json!({
                "description": description, "min": min, "max": max, "value": value, "step": step,
                "readout_format": format,
            }),
        ))
    }
}

#[track_caller]
fn check_range(op: &str, min: f64, max: f64, value: f64) {
    if !(min < max && (min..=max).contains(&value)) {
        let hint = format!(
            "{op}::new(description, min, max, value) needs min < max, and min <= value <= max"
        );
        fail(
            &format!("{op}: from {min} to {max}, at {value}"),
            &[],
            &hint,
        );
    }
}

/// 1, 2 or 5 times a power of ten, not above `most`: what a learner writes, such as 0.1, lies on a
/// step.
fn round_step(most: f64) -> f64 {
    let power = 10f64.powf(most.log10().floor());
    let factor = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|factor| factor * power <= most * 1.000_001)
        .unwrap_or(1.0);
    // As it is written, too.
    format!("{:.0e}", factor * power).parse().unwrap_or(most)
}

impl IntSlider {
    /// From `min` to `max`, at first at `value`.
    ///
    /// Panics if `max` is not above `min`, or `value` not between them.
    #[track_caller]
    pub fn new(description: &str, min: i64, max: i64, value: i64) -> IntSlider {
        check_range("IntSlider", min as f64, max as f64, value as f64);
        let traits = json!({"description": description, "min": min, "max": max, "value": value});
        IntSlider(Widget::new("IntSlider", traits))
    }
}

impl Checkbox {
    /// At first with a tick if `value` is true.
    pub fn new(description: &str, value: bool) -> Checkbox {
        Checkbox(Widget::new(
            "Checkbox",
            json!({"description": description, "value": value, "indent": false}),
        ))
    }
}

impl Dropdown {
    /// A choice of these.
    ///
    /// Panics if there are none.
    #[track_caller]
    pub fn new(description: &str, options: &[&str]) -> Dropdown {
        if options.is_empty() {
            fail(
                "Dropdown: no options",
                &[],
                "as in Dropdown::new(\"activation\", &[\"relu\", \"tanh\"])",
            );
        }
        Dropdown(Widget::new(
            "Dropdown",
            json!({"description": description, "_options_labels": options, "index": 0}),
        ))
    }
}

/// A button.
///
/// ```
/// # use chainrule::prelude::*;
/// let mut clicks = 0;
/// let button = Button::new("Count", move || {
///     clicks += 1;
///     show(&format!("{clicks} clicks"));
/// });
/// show(&button);
/// ```
#[derive(Clone, Debug)]
pub struct Button(Widget);

impl Button {
    /// Calls `handler` for each click. It runs when no cell does.
    pub fn new(description: &str, mut handler: impl FnMut() + Send + 'static) -> Button {
        let widget = Widget::new("Button", json!({"description": description}));
        widget.comm.on_message(move |_, message| {
            if message["content"]["event"] == "click" {
                handler();
            }
        });
        Button(widget)
    }
}

impl Show for Button {
    fn bundle(&self) -> Bundle {
        self.0.text("(a button)")
    }
}

macro_rules! tuples {
    ($($names:ident),*) => {
        impl<$($names: Control),*> Control for ($($names,)*) {
            type Value = ($($names::Value,)*);

            #[allow(non_snake_case)] // the names of the types are those of the values, too
            fn value(&self) -> Self::Value {
                let ($($names,)*) = self;
                ($($names.value(),)*)
            }

            #[allow(non_snake_case)]
            fn widgets(&self) -> Vec<Widget> {
                let ($($names,)*) = self;
                [$($names.widgets()),*].concat()
            }
        }
    };
}
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);

/// Shows controls, and below them what `draw` makes of their values, anew whenever the learner
/// changes one. What `draw` uses moves into it: clone what later cells need, too.
///
/// ```
/// # use chainrule::prelude::*;
/// interact(FloatSlider::new("learning rate", 0.0, 1.1, 0.1), |rate| {
///     // Down the parabola w², from 1, in ten steps.
///     let step = |w: &mut Float, _| { *w -= rate * 2.0 * *w; Some(*w) };
///     let steps: Vec<Float> = (0..10).scan(1.0, step).collect();
///     plot::curves(&[("w", steps)]).x_label("step")
/// });
/// ```
pub fn interact<C: Control, S: Show>(
    control: C,
    mut draw: impl FnMut(C::Value) -> S + Send + 'static,
) {
    let widgets = control.widgets();
    follow(widgets, Box::new(move || draw(control.value()).bundle()));
}

/// Not generic: otherwise every cell that uses it would compile it.
fn follow(widgets: Vec<Widget>, mut draw: Box<dyn FnMut() -> Bundle + Send>) {
    let Some((last, others)) = widgets.split_last() else {
        return;
    };
    others.iter().for_each(show);
    let picture = Picture::below(last, &draw());
    let draw = Arc::new(Mutex::new(draw));
    for widget in widgets {
        let (draw, picture) = (draw.clone(), picture.clone());
        widget.on_change(move || {
            let mut draw = draw.lock().unwrap_or_else(PoisonError::into_inner);
            // The page shows nowhere what goes wrong when no cell runs, so it stands in place of
            // the picture.
            let drawn = catch_unwind(AssertUnwindSafe(&mut *draw)).unwrap_or_else(|why| {
                let text = why.downcast_ref::<String>().map(String::as_str);
                let text = text
                    .or_else(|| why.downcast_ref::<&str>().copied())
                    .unwrap_or("stopped");
                picture.update(&Bundle::text(text));
                resume_unwind(why)
            });
            picture.update(&drawn);
        });
    }
}

/// What controls have drawn, as an output of the cell that is replaced, and which the notebook
/// keeps. A page that is loaded again does not know any more which output that was. But it asks for
/// the state of all widgets, so from then on the picture is in one that was empty until then, and
/// which hides the output below it where the page lets it.
#[derive(Clone)]
struct Picture {
    later: Widget,
    output: DisplayHandle,
}

impl Picture {
    /// Shows the control, with the empty widget, and the picture below.
    fn below(control: &Widget, drawn: &Bundle) -> Picture {
        let later = Widget::new("HTML", json!({"value": ""}));
        let mut shown = control.bundle();
        if shown.get(VIEW).is_some() {
            shown = shown.mime(VIEW, Widget::column(&[control, &later]).view());
        }
        show(&shown);
        Picture {
            later,
            output: DisplayHandle::new(drawn),
        }
    }

    fn update(&self, drawn: &Bundle) {
        self.output.update(drawn);
        if self.later.get("_was_reloaded") == true {
            self.later.set(
                "value",
                format!(
                    "{HIDE_THE_OUTPUT_BELOW}<div class=\"chainrule-live\">{}</div>",
                    as_html(drawn)
                ),
            );
        }
    }
}

/// In JupyterLab and Notebook 7.
const HIDE_THE_OUTPUT_BELOW: &str = "<style>.jp-OutputArea-child:has(.chainrule-live) + \
                                    .jp-OutputArea-child { display: none; }</style>";

/// The richest representation that HTML can hold.
fn as_html(drawn: &Bundle) -> String {
    let of_type = |mime_type| drawn.get(mime_type).and_then(Value::as_str);
    if let Some(html) = of_type("text/html") {
        return html.to_owned();
    }
    if let Some(svg) = of_type("image/svg+xml") {
        return svg[svg.find("<svg").unwrap_or_default()..].to_owned();
    }
    let text = escape_html(drawn.plain());
    let alternative = escape_html(&in_one_line(drawn.plain()));
    match of_type("image/png") {
        Some(png) => format!(
            "<img alt=\"{alternative}\" src=\"data:image/png;base64,{}\">",
            png.trim()
        ),
        None => format!("<pre>{text}</pre>"),
    }
}
