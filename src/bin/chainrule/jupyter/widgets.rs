//! What the kernel itself does for the widgets of ipywidgets, which are comms with a state: it
//! keeps that state, and tells a page that is loaded again, also while a cell runs. Written down in
//! ipywidgets' `packages/schema/messages.md`, version 2.1.

use serde_json::{Map, Value, json};

/// The target of their comms.
pub const WIDGET: &str = "jupyter.widget";
/// The target of a comm over which a page asks for all of them at once.
pub const CONTROL: &str = "jupyter.widget.control";
/// What a cell asks for as if it were a trait: whether a page has been loaded since the widget was
/// opened.
pub const WAS_RELOADED: &str = "_was_reloaded";
/// A page refuses a widget without it.
pub const VERSION: &str = "2.1.0";

/// The traits of a widget.
pub type Traits = Map<String, Value>;

/// The traits in the message that opens a widget or says what has changed.
pub fn traits(data: &Value) -> Option<&Traits> {
    data["state"].as_object()
}

/// Takes over what a message says has changed. Returns whether it is one that does.
pub fn merge(widget: &mut Traits, data: &Value) -> bool {
    let is_update = data["method"] == "update";
    let changed = traits(data).filter(|_| is_update).into_iter().flatten();
    widget.extend(changed.map(|(name, value)| (name.clone(), value.clone())));
    is_update
}

/// Whether a page asks for what the kernel knows.
pub fn is_question(data: &Value) -> bool {
    data["method"] == "request_state" || data["method"] == "request_states"
}

/// The answer to `request_state`.
pub fn state(widget: &Traits) -> Value {
    json!({"method": "update", "state": widget, "buffer_paths": []})
}

/// The answer to `request_states`: all widgets by the ids of their comms.
pub fn states<'a>(widgets: impl Iterator<Item = (&'a String, &'a Traits)>) -> Value {
    let states: Map<String, Value> = widgets
        .map(|(id, traits)| {
            let state = json!({
                "model_name": traits.get("_model_name"),
                "model_module": traits.get("_model_module"),
                "model_module_version": traits.get("_model_module_version"),
                "state": traits,
            });
            (id.clone(), state)
        })
        .collect();
    json!({"method": "update_states", "states": states, "buffer_paths": []})
}
