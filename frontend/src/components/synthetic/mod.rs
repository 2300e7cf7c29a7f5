//! The mark of the sample market.

use leptos::prelude::*;

/// What the mark says.
pub(crate) const SYNTHETIC: &str = "Synthetic: sample data";

/// Whether what the app shows is made up. Every answer that says so sets it; the frame then shows the mark on every page.
#[derive(Clone, Copy)]
pub(crate) struct Synthetic(RwSignal<bool>);

impl Synthetic {
    /// One for the app.
    pub(crate) fn provide() -> Self {
        let synthetic = Self(RwSignal::new(false));
        provide_context(synthetic);
        synthetic
    }

    /// The app's.
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Notes what an answer said.
    pub(crate) fn note(self, synthetic: bool) {
        if self.0.get_untracked() != synthetic {
            self.0.set(synthetic);
        }
    }

    /// Whether it is now, without following it.
    pub(crate) fn is_set_now(self) -> bool {
        self.0.get_untracked()
    }

    /// Whether it is.
    pub(crate) fn is_set(self) -> bool {
        self.0.get()
    }
}

/// The mark.
#[component]
pub(crate) fn SyntheticMark() -> impl IntoView {
    let synthetic = Synthetic::here();
    view! {
        <Show when=move || synthetic.is_set()>
            <p class="synthetic" title="The prices are made up by the sample provider: fictional companies, no real market.">
                {SYNTHETIC}
            </p>
        </Show>
    }
}
