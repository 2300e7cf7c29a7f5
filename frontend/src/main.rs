//! The web app: client-side rendered, over the public API.
#![expect(unreachable_pub, reason = "the component macro makes every component `pub`, whatever is written")]

mod address;
mod api;
mod app;
mod components;
mod credential;
mod files;
mod format;
mod late;
mod load;
mod pages;
mod query;
mod theme;
mod workbook;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
