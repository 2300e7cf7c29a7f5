//! What may come a frame later than what was pressed.

use std::time::Duration;

use leptos::prelude::*;

/// A value that follows another once the browser has painted what else had changed with it, so that a press is answered before the
/// parts of a page that nobody looks at first are computed.
pub(crate) fn after_paint<T: Clone + PartialEq + Send + Sync + 'static>(of: Memo<T>) -> Signal<T> {
    let (shown, show) = signal(of.get_untracked());
    Effect::new(move |before: Option<()>| {
        let value = of.get();
        // It may have changed between the first look and this.
        if before.is_some() || shown.with_untracked(|shown| *shown != value) {
            // The frame's own callbacks run before it is painted, a task that they leave runs after.
            request_animation_frame(move || {
                set_timeout(
                    move || {
                        // The page may have gone meanwhile.
                        let _gone = show.try_set(value);
                    },
                    Duration::ZERO,
                );
            });
        }
    });
    shown.into()
}
