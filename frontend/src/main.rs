//! The web app: client-side rendered, over the public API.
#![expect(unreachable_pub, reason = "the component macro makes every component `pub`, whatever is written")]

mod api;
mod app;
mod components;
mod format;
mod pages;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
