//! Light or dark: as the system says, unless the person chose.

use leptos::prelude::*;

const KEY: &str = "theme";

fn stored() -> Option<String> {
    window().local_storage().ok()??.get_item(KEY).ok()?
}

fn apply(theme: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme);
    }
}

/// Shows the app as chosen earlier; the signal follows the choice.
pub(crate) fn follow() -> RwSignal<String> {
    let theme = RwSignal::new(stored().unwrap_or_else(|| "system".to_owned()));
    Effect::new(move |_| theme.with(|theme| apply(theme)));
    theme
}

/// Chooses `system`, `light` or `dark`.
pub(crate) fn choose(theme: RwSignal<String>, chosen: &'static str) {
    // Without storage the choice lasts as long as the page.
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, chosen);
    }
    theme.set(chosen.to_owned());
}
