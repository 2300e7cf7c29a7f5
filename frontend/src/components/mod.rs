//! What pages are made of: each draws what it is given.

pub(crate) mod chart;
pub(crate) mod dates;
pub(crate) mod drop_zone;
pub(crate) mod export_menu;
pub(crate) mod figure;
pub(crate) mod heat;
pub(crate) mod key_prompt;
pub(crate) mod segmented;
pub(crate) mod states;
pub(crate) mod synthetic;
pub(crate) mod table;
pub(crate) mod term;
