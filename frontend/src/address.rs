//! Where the app is: path and query of the address bar, as signals. Whatever a page shows is found in them, so that it
//! survives a reload, goes back, and can be shared.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::query::Query;

/// The address; one for the whole app.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    path: RwSignal<String>,
    query: RwSignal<Query>,
}

impl Address {
    /// Reads the address bar, follows it, and takes over the links to the app's own pages.
    pub(crate) fn provide() -> Self {
        let address = Self { path: RwSignal::new(String::new()), query: RwSignal::new(Query::default()) };
        address.read();
        provide_context(address);
        window_event_listener(ev::popstate, move |_| address.read());
        window_event_listener(ev::click, move |event| {
            if let Some(link) = own_link(&event) {
                event.prevent_default();
                address.go(&link);
            }
        });
        address
    }

    /// The app's address.
    pub(crate) fn here() -> Self {
        expect_context()
    }

    fn read(self) {
        let location = window().location();
        let path = location.pathname().unwrap_or_default();
        let query = Query::parse(&location.search().unwrap_or_default());
        if self.path.get_untracked() != path {
            self.path.set(path);
        }
        if self.query.get_untracked() != query {
            self.query.set(query);
        }
    }

    /// The path.
    pub(crate) fn path(self) -> String {
        self.path.get()
    }

    /// The value of a name in the query.
    pub(crate) fn param(self, name: impl Into<String>) -> Memo<Option<String>> {
        let name = name.into();
        Memo::new(move |_| self.query.with(|query| query.get(&name).map(str::to_owned)))
    }

    /// A value as it is now, without following it.
    pub(crate) fn peek(self, name: &str) -> Option<String> {
        self.query.with_untracked(|query| query.get(name).map(str::to_owned))
    }

    /// Changes values of the query as a step that one can go back from.
    pub(crate) fn set(self, changes: &[(&str, Option<String>)]) {
        self.write(changes, true);
    }

    /// Changes values of the query in place: for what changes with every movement.
    pub(crate) fn adjust(self, changes: &[(&str, Option<String>)]) {
        self.write(changes, false);
    }

    fn write(self, changes: &[(&str, Option<String>)], is_step: bool) {
        let old = self.query.get_untracked();
        let new = changes.iter().fold(old.clone(), |query, (name, value)| query.with(name, value.clone()));
        if new == old {
            return;
        }
        self.show(&new.after(&self.path.get_untracked()), is_step);
    }

    /// Goes to another page of the app.
    pub(crate) fn go(self, link: &str) {
        let before = self.path.get_untracked();
        self.show(link, true);
        if self.path.get_untracked() != before {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    fn show(self, link: &str, is_step: bool) {
        if let Ok(history) = window().history() {
            let written = if is_step {
                history.push_state_with_url(&JsValue::NULL, "", Some(link))
            } else {
                history.replace_state_with_url(&JsValue::NULL, "", Some(link))
            };
            // A browser refuses a flood of steps; what is shown then still changes with the next one.
            if written.is_ok() {
                self.read();
            }
        }
    }

    /// A link to a page that keeps the index chosen here at the moment.
    pub(crate) fn link_now(self, path: &str) -> String {
        untrack(|| self.link(path))
    }

    /// A link to a page that keeps the index chosen here.
    pub(crate) fn link(self, path: &str) -> String {
        let index = self.query.with(|query| query.get("index").map(str::to_owned));
        Query::default().with("index", index).after(path)
    }
}

/// The target of a plain click on a link to the app's own pages.
fn own_link(event: &web_sys::MouseEvent) -> Option<String> {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || modified {
        return None;
    }
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?.closest("a[href]").ok()??;
    let href = element.get_attribute("href")?;
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let is_own = path == "/" || path == "/app" || path.starts_with("/app/");
    (is_own && !element.has_attribute("download") && !element.has_attribute("target")).then_some(href)
}
