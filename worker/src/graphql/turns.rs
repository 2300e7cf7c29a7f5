//! One at a time: fields of one level are asked for together, and what needs much memory waits for its turn.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turns {
    is_taken: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

/// A turn, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    /// Waits until nobody else has one.
    pub(super) async fn next(&self) -> Turn<'_> {
        poll_fn(|context| {
            if !self.is_taken.replace(true) {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.borrow_mut();
            if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.is_taken.set(false);
        self.0.waiting.borrow_mut().drain(..).for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::together;
    use super::*;

    #[test]
    fn never_two_at_once_and_everybody_in_the_end() {
        let (turns, inside, most) = (Turns::default(), Cell::new(0), Cell::new(0));
        let work = async |number: u32| {
            let _turn = turns.next().await;
            inside.set(inside.get() + 1);
            most.set(most.get().max(inside.get()));
            let mut waits = 3;
            poll_fn(|context| {
                waits -= 1;
                context.waker().wake_by_ref();
                if waits == 0 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            inside.set(inside.get() - 1);
            number
        };
        let done = pollster::block_on(together((0..20).map(&work).collect()));
        assert_eq!((done, most.get()), ((0..20).collect::<Vec<_>>(), 1));
    }
}
