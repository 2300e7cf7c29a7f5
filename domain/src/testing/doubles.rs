//! A clock that stands still and a list of alerts.

use std::cell::{Cell, RefCell};

use crate::ports::{Alert, Alerts, Clock};
use crate::units::UnixMillis;

/// A clock that moves when it is told to.
#[derive(Debug)]
pub struct ManualClock(Cell<UnixMillis>);

impl ManualClock {
    /// A clock that shows this instant.
    #[must_use]
    pub const fn at(now: UnixMillis) -> Self {
        Self(Cell::new(now))
    }

    /// Moves it forward.
    pub fn advance_ms(&self, ms: i64) {
        self.0.set(self.0.get().plus_ms(ms));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        self.0.get()
    }
}

/// Alerts that went nowhere.
#[derive(Debug, Default)]
pub struct AlertList(RefCell<Vec<Alert>>);

impl AlertList {
    /// Every alert, oldest first.
    #[must_use]
    pub fn raised(&self) -> Vec<Alert> {
        self.0.borrow().clone()
    }
}

impl Alerts for AlertList {
    async fn raise(&self, alert: &Alert) {
        self.0.borrow_mut().push(alert.clone());
    }
}
