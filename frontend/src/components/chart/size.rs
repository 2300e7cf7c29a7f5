//! How wide an element is, as a signal.

use js_sys::Array;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ResizeObserver, ResizeObserverEntry};

struct Observed {
    observer: ResizeObserver,
    _on_resize: Closure<dyn FnMut(Array)>,
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Writes the width of an element in pixels, whenever it changes.
pub(crate) fn follow_width(element: NodeRef<html::Div>, width: RwSignal<f64>) {
    let observed = StoredValue::new_local(None::<Observed>);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        width.set(f64::from(element.client_width()));
        let on_resize = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            if let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() {
                let new = entry.content_rect().width();
                if (width.get_untracked() - new).abs() >= 1.0 {
                    width.set(new);
                }
            }
        });
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&element);
            observed.set_value(Some(Observed { observer, _on_resize: on_resize }));
        }
    });
}
