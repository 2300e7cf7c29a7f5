//! The parts of the app that are fetched when a page of theirs is first opened, so that the overview does not wait for them.
//! `scripts/build-app` cuts them out of the module; docs/decisions/0016-app-in-parts.md says how and why.

use std::future::Future;
use std::pin::Pin;

use futures::FutureExt;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::components::states::states;
use crate::load::{Failure, load};

/// The height in rem that a page has at least.
const PAGE_HEIGHT: f64 = 40.0;

type Eventually<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// Draws a page whose part may have to be fetched first: it loads or fails as everything else that is fetched.
fn open(fetch: fn() -> Eventually<()>, page: fn() -> Eventually<AnyView>) -> AnyView {
    if let Some(Ok(view)) = page().now_or_never() {
        return view;
    }
    let part = load(|| Some(()), move |()| fetch());
    states(part, PAGE_HEIGHT, None, move |_| page().now_or_never().and_then(Result::ok).into_any())
}

impl From<SplitLoaderError> for Failure {
    fn from(_: SplitLoaderError) -> Self {
        Self::of("No page", "This part of the app could not be fetched.")
    }
}

macro_rules! parts {
    ($($part:ident: $($page:ident),+;)+) => {$($(
        pub(super) fn $page() -> AnyView {
            #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, preload(fetch), fallible)]
            fn $page() -> Result<AnyView, Failure> {
                Ok(super::$page::$page())
            }
            open(|| Box::pin(async { Ok(fetch().await?) }), || Box::pin($page()))
        }
    )+)+};
}

parts! {
    index: composition, changes, explain, data, build, account;
    research: statistics, research;
    streams: streams;
    backtests: backtests;
}
