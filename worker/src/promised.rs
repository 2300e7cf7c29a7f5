//! Answers for the platform, which takes a response as well as a promise of one.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;
use worker::web_sys::Response;

/// An answer that waits for nothing, which one from memory does not, is handed over as it is: a promise of it, and the task that
/// keeps the promise, would take longer than most such answers. Any other is promised.
///
/// # Errors
/// Those of an answer that waits for nothing; a promise is rejected with those of any other.
pub(crate) fn at_once_or_promised(
    answer: impl Future<Output = Result<Response, JsValue>> + 'static,
) -> Result<JsValue, JsValue> {
    match first_step(Box::pin(answer)) {
        Step::Done(answer) => answer.map(JsValue::from),
        Step::Waits(rest) => Ok(future_to_promise(async move { rest.await.map(JsValue::from) }).into()),
    }
}

/// How far a future came without being woken.
enum Step<F: Future> {
    Done(F::Output),
    Waits(Pin<Box<F>>),
}

/// Nobody is woken yet: whoever takes what is left asks it again before it waits.
fn first_step<F: Future>(mut future: Pin<Box<F>>) -> Step<F> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Step::Done(output),
        Poll::Pending => Step::Waits(future),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{poll_fn, ready};

    use super::*;

    #[test]
    fn what_waits_for_nothing_is_done_at_once() {
        assert!(matches!(first_step(Box::pin(async { ready(2).await + ready(3).await })), Step::Done(5)));
    }

    #[test]
    fn what_waits_goes_on_where_it_was() {
        let asked = Cell::new(0);
        let once = || async {
            let mut waited = false;
            poll_fn(|context| {
                asked.set(asked.get() + 1);
                if std::mem::replace(&mut waited, true) {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            asked.get()
        };
        let Step::Waits(rest) = first_step(Box::pin(once())) else { panic!("it did not wait") };
        assert_eq!((asked.get(), pollster::block_on(rest)), (1, 2));
    }
}
