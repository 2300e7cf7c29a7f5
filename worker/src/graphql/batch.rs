//! Many questions of one kind asked at once: whoever asks waits one round of the executor, and then one of them asks for all.
//! So a field of a hundred objects costs one statement and not a hundred.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Poll, Waker};

use futures_util::future::{MaybeDone, maybe_done};

use crate::error::Problem;

/// Answers by key, of one request.
#[derive(Debug)]
pub(super) struct Batch<K, V>(RefCell<State<K, V>>);

#[derive(Debug)]
struct State<K, V> {
    /// Asked for, and nobody has gone for them yet.
    pending: Vec<K>,
    found: HashMap<K, Result<V, Problem>>,
    waiting: Vec<Waker>,
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        Self(RefCell::new(State { pending: Vec::new(), found: HashMap::new(), waiting: Vec::new() }))
    }
}

impl<K: Clone + Eq + Hash, V: Clone + Default> Batch<K, V> {
    /// The value of a key. `fetch` is given every key that was asked for meanwhile; a key that it leaves out has the default.
    ///
    /// # Errors
    /// Whatever `fetch` reports, to everyone whose key was among those.
    pub(super) async fn get(
        &self,
        key: K,
        fetch: impl AsyncFnOnce(Vec<K>) -> Result<HashMap<K, V>, Problem>,
    ) -> Result<V, Problem> {
        if let Some(found) = self.found(&key) {
            return found;
        }
        if !self.0.borrow().pending.contains(&key) {
            self.0.borrow_mut().pending.push(key.clone());
        }
        yield_once().await;
        let keys = if self.0.borrow().pending.contains(&key) {
            std::mem::take(&mut self.0.borrow_mut().pending)
        } else {
            Vec::new()
        };
        if !keys.is_empty() {
            let answer = fetch(keys.clone()).await;
            let mut state = self.0.borrow_mut();
            for key in keys {
                let value = answer.as_ref().map(|found| found.get(&key).cloned().unwrap_or_default());
                state.found.insert(key, value.map_err(Problem::clone));
            }
            state.waiting.drain(..).for_each(Waker::wake);
        }
        poll_fn(|context| match self.found(&key) {
            Some(found) => Poll::Ready(found),
            None => {
                self.0.borrow_mut().waiting.push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    fn found(&self, key: &K) -> Option<Result<V, Problem>> {
        self.0.borrow().found.get(key).cloned()
    }
}

/// Lets everything else that can go on do so first.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs futures together, each polled once a round: [`Batch`] needs that all have asked before the first one asks again.
pub(super) async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut all: Vec<Pin<Box<MaybeDone<F>>>> = futures.into_iter().map(|future| Box::pin(maybe_done(future))).collect();
    poll_fn(|context| {
        let mut done = true;
        for one in &mut all {
            done &= one.as_mut().poll(context).is_ready();
        }
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    all.iter_mut().filter_map(|one| one.as_mut().take_output()).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn questions_of_one_round_are_asked_together() {
        let batch = Batch::<u32, u32>::default();
        let fetches = Cell::new(0);
        let ask = async |key: u32| {
            batch
                .get(key, async |keys| {
                    fetches.set(fetches.get() + 1);
                    yield_once().await;
                    Ok(keys.into_iter().filter(|key| *key != 7).map(|key| (key, key * 10)).collect())
                })
                .await
        };
        // Families of different sizes, as fields of lists are.
        let families = (0..4_u32).map(|family| together((0..=family * 40).map(|key| ask(family + key)).collect()));
        let answers = pollster::block_on(together(families.collect()));
        assert_eq!(fetches.get(), 1);
        for (family, answers) in (0..4_u32).zip(answers) {
            for (key, answer) in (0..).zip(answers) {
                let key: u32 = family + key;
                assert_eq!(answer.unwrap(), if key == 7 { 0 } else { key * 10 });
            }
        }
        assert_eq!(pollster::block_on(ask(3)).unwrap(), 30);
        assert_eq!(fetches.get(), 1, "what is known is not asked for again");
    }

    #[test]
    fn a_failure_is_everyones_who_asked() {
        let batch = Batch::<u32, u32>::default();
        let ask = |key| batch.get(key, async |_| Err(Problem::unknown("thing", "x")));
        let answers = pollster::block_on(together(vec![ask(1), ask(2)]));
        assert!(answers.iter().all(Result::is_err));
    }
}
