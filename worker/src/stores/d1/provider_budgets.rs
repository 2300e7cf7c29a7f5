//! The providers' rates, one row each, shared by every isolate.

use domain::ports::StoreError;
use domain::units::UnixMillis;

use super::{D1, Rows, Statement};
use crate::providers::http::{Budget, BudgetError, Slot};

const TAKE: &str = sql!("provider_budgets_take");
const NEXT: &str = sql!("provider_budgets_next");
const HOLD: &str = sql!("provider_budgets_hold");
const TURN_BACK: &str = sql!("provider_budgets_turn_back");

/// By how much the clocks of two isolates may differ; one that is further behind has gone back.
const CLOCKS_DIFFER_MS: i64 = 10_000;

/// The rate budgets in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1ProviderBudgets<'a>(pub(crate) &'a D1);

impl Budget for D1ProviderBudgets<'_> {
    async fn take(
        &self,
        provider: &str,
        now: UnixMillis,
        spacing_ms: i64,
        max_wait_ms: i64,
    ) -> Result<Slot, BudgetError> {
        let take = Statement::new(TAKE).bind(provider).bind(now).bind(spacing_ms).bind(max_wait_ms);
        // One transaction: what NEXT reads is what TAKE left.
        let rows = self.0.batch(vec![turn_back(provider, now), take, Statement::new(NEXT).bind(provider)]).await?;
        let instant = |rows: &Rows| rows.scalar::<f64>().map(|instant| instant.map(millis));
        match (instant(&rows[1])?, instant(&rows[2])?) {
            (Some(start), _) => Ok(Slot::StartAt(start)),
            (None, Some(next)) => Ok(Slot::FullUntil(next)),
            (None, None) => Err(BudgetError("the row just written is not there".to_owned())),
        }
    }

    async fn hold(&self, provider: &str, now: UnixMillis, silence_ms: i64) -> Result<(), BudgetError> {
        let hold = Statement::new(HOLD).bind(provider).bind(now).bind(now.plus_ms(silence_ms));
        self.0.batch(vec![turn_back(provider, now), hold]).await?;
        Ok(())
    }
}

fn turn_back(provider: &str, now: UnixMillis) -> Statement {
    Statement::new(TURN_BACK).bind(provider).bind(now).bind(CLOCKS_DIFFER_MS)
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds below 2^53")]
const fn millis(number: f64) -> UnixMillis {
    UnixMillis(number as i64)
}

impl From<StoreError> for BudgetError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_781_294_400_000);

    fn take(db: &D1, provider: &str, now: UnixMillis) -> Slot {
        pollster::block_on(D1ProviderBudgets(db).take(provider, now, 12_000, 25_000)).unwrap()
    }

    fn hold(db: &D1, now: UnixMillis, silence_ms: i64) {
        pollster::block_on(D1ProviderBudgets(db).hold("massive", now, silence_ms)).unwrap();
    }

    #[test]
    fn slots_are_the_spacing_apart_and_start_no_earlier_than_asked() {
        let db = D1::in_memory();
        let started: Vec<_> = (0..3).map(|_| take(&db, "massive", NOW)).collect();
        assert_eq!(started, [0, 12_000, 24_000].map(|ms| Slot::StartAt(NOW.plus_ms(ms))));
        assert_eq!(take(&db, "fmp", NOW), Slot::StartAt(NOW), "each provider has its own");
        let later = NOW.plus_ms(100_000);
        assert_eq!(take(&db, "massive", later), Slot::StartAt(later), "unused slots are not saved up");
    }

    #[test]
    fn a_full_budget_is_left_as_it_is() {
        let db = D1::in_memory();
        for _ in 0..3 {
            take(&db, "massive", NOW);
        }
        for _ in 0..5 {
            assert_eq!(take(&db, "massive", NOW), Slot::FullUntil(NOW.plus_ms(36_000)));
        }
        // 36 s after the first request 25 s of patience reach back to 11 s.
        let patient = NOW.plus_ms(11_000);
        assert_eq!(take(&db, "massive", patient), Slot::StartAt(NOW.plus_ms(36_000)));
    }

    #[test]
    fn silence_moves_the_next_slot_and_is_never_shortened() {
        let db = D1::in_memory();
        for silence_ms in [20_000, 5_000] {
            hold(&db, NOW, silence_ms);
        }
        assert_eq!(take(&db, "massive", NOW), Slot::StartAt(NOW.plus_ms(20_000)));
    }

    #[test]
    fn a_clock_that_went_back_neither_stops_a_provider_nor_frees_it() {
        let db = D1::in_memory();
        let ahead = NOW.plus_ms(6 * 3_600_000);
        for _ in 0..2 {
            take(&db, "massive", ahead);
        }
        // 24 s were left to wait, so 24 s are; the slots after it keep their distance, and a full budget stays as it is.
        assert_eq!(take(&db, "massive", NOW), Slot::StartAt(NOW.plus_ms(24_000)));
        for _ in 0..5 {
            assert_eq!(take(&db, "massive", NOW), Slot::FullUntil(NOW.plus_ms(36_000)));
        }
        assert_eq!(take(&db, "massive", NOW.plus_ms(36_000)), Slot::StartAt(NOW.plus_ms(36_000)));
    }

    #[test]
    fn a_silence_that_was_asked_for_is_kept_when_the_clock_goes_back_and_ends() {
        let db = D1::in_memory();
        hold(&db, NOW.plus_ms(6 * 3_600_000), 3_600_000);
        let end = NOW.plus_ms(3_600_000);
        for passed_ms in [0, 1_000, 3_500_000] {
            assert_eq!(take(&db, "massive", NOW.plus_ms(passed_ms)), Slot::FullUntil(end), "{passed_ms}");
        }
        assert_eq!(take(&db, "massive", end), Slot::StartAt(end));
        // A silence asked for after it went back is from then on, too.
        hold(&db, NOW, 60_000);
        assert_eq!(take(&db, "massive", NOW), Slot::FullUntil(NOW.plus_ms(60_000)));
    }

    #[test]
    fn clocks_that_differ_a_little_leave_the_slots_as_they_are() {
        let db = D1::in_memory();
        take(&db, "massive", NOW.plus_ms(CLOCKS_DIFFER_MS));
        assert_eq!(take(&db, "massive", NOW), Slot::StartAt(NOW.plus_ms(CLOCKS_DIFFER_MS + 12_000)));
    }
}
