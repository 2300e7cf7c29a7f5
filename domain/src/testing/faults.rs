//! A switch that breaks one call of a double, before or after it did its work.

use std::cell::Cell;
use std::rc::Rc;

use crate::ports::StoreError;

/// When a broken call breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It fails and has changed nothing.
    Before,
    /// It did its work, then failed: the caller does not know.
    After,
}

/// What a broken call does to those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Only this call fails.
    Passing,
    /// The caller is killed: every later call fails too, until [`Faults::restart`].
    Fatal,
}

/// The switch; clones share it, so one counts the calls of several doubles.
#[derive(Clone, Debug, Default)]
pub struct Faults(Rc<State>);

#[derive(Debug, Default)]
struct State {
    calls: Cell<usize>,
    planned: Cell<Option<(usize, Moment, Severity)>>,
    struck: Cell<bool>,
    dead: Cell<bool>,
}

impl Faults {
    /// Breaks call number `call`, counted from 0 over all doubles that share the switch.
    #[must_use]
    pub fn at(call: usize, moment: Moment, severity: Severity) -> Self {
        let faults = Self::default();
        faults.0.planned.set(Some((call, moment, severity)));
        faults
    }

    /// Whether the planned fault has struck.
    #[must_use]
    pub fn struck(&self) -> bool {
        self.0.struck.get()
    }

    /// Whether the caller is dead.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.0.dead.get()
    }

    /// Brings a killed caller back.
    pub fn restart(&self) {
        self.0.dead.set(false);
    }

    /// Does a double's work, unless this is the call to break.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for the broken call, and for every call of a dead caller.
    pub fn around<T>(&self, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let state = &*self.0;
        if state.dead.get() {
            return Err(StoreError::Unavailable("the caller is dead".to_owned()));
        }
        let call = state.calls.get();
        state.calls.set(call + 1);
        let Some((_, moment, severity)) = state.planned.get().filter(|(planned, ..)| *planned == call) else {
            return work();
        };
        state.struck.set(true);
        state.dead.set(severity == Severity::Fatal);
        if moment == Moment::After {
            work()?;
        }
        Err(StoreError::Unavailable(format!("broken on purpose {moment:?} its work")))
    }
}
