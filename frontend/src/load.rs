//! Something that is fetched: what is known of it at each moment, and why there is nothing.

use std::future::Future;
use std::sync::Arc;

use domain::api::FieldError;
use domain::units::Day;
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Why there is nothing to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Failure {
    /// The HTTP status; 0 where the service did not answer.
    pub status: u16,
    /// The kind of failure in a few words.
    pub title: String,
    /// What was wrong, for a person.
    pub detail: String,
    /// Stable, machine-readable.
    pub code: String,
    /// The fields that were wrong.
    pub errors: Box<[FieldError]>,
    /// Sessions near the one asked for.
    pub nearest_sessions: Box<[Day]>,
}

impl Failure {
    /// A failure that no service reported.
    pub(crate) fn of(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { title: title.into(), detail: detail.into(), ..Self::default() }
    }

    /// There is none of it.
    pub(crate) fn is_absent(&self) -> bool {
        self.status == 404
    }

    /// A credential, or one with more scopes, is needed.
    pub(crate) fn needs_credential(&self) -> bool {
        matches!(self.status, 401 | 403)
    }
}

/// Something that is fetched. While a newer value is on its way the older one stays.
pub(crate) struct Load<T: Send + Sync + 'static> {
    value: RwSignal<Option<Arc<T>>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    tries: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Send + Sync + 'static> Load<T> {
    /// The value, where one is there.
    pub(crate) fn value(self) -> Option<Arc<T>> {
        self.value.get()
    }

    /// Why there is none.
    pub(crate) fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    /// A value is on its way.
    pub(crate) fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Fetches it again.
    pub(crate) fn again(self) {
        self.tries.update(|tries| *tries += 1);
    }
}

/// Fetches whenever the key changes; nothing while there is no key. What was on its way for another key is dropped.
pub(crate) fn load<K, T, F>(key: impl Fn() -> Option<K> + 'static, fetch: impl Fn(K) -> F + 'static) -> Load<T>
where
    K: Clone + PartialEq + 'static,
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let load = Load {
        value: RwSignal::new(None),
        failure: RwSignal::new(None),
        busy: RwSignal::new(false),
        tries: RwSignal::new(0),
    };
    Effect::new(move |last: Option<(Option<K>, u32, Option<AbortHandle>)>| {
        let (key, tries) = (key(), load.tries.get());
        let mut running = None;
        if let Some((last_key, last_tries, handle)) = last {
            if last_key == key && last_tries == tries {
                return (key, tries, handle);
            }
            running = handle;
        }
        if let Some(handle) = running {
            handle.abort();
        }
        let Some(wanted) = key.clone() else {
            load.busy.set(false);
            return (key, tries, None);
        };
        load.busy.set(true);
        let (answer, handle) = abortable(fetch(wanted));
        let on_page_left = handle.clone();
        on_cleanup(move || on_page_left.abort());
        spawn_local(async move {
            let Ok(answer) = answer.await else { return };
            match answer {
                Ok(value) => {
                    load.value.try_set(Some(Arc::new(value)));
                    load.failure.try_set(None);
                }
                Err(failure) => {
                    load.failure.try_set(Some(failure));
                }
            }
            load.busy.try_set(false);
        });
        (key, tries, Some(handle))
    });
    load
}
