//! What a cell changes of the session: names that mean something else from now on, what of earlier
//! cells is in its way, and what goes for it.
//!
//! Nothing here runs anything (`engine`).

pub mod gone;
pub mod meanings;
pub mod obstacles;
