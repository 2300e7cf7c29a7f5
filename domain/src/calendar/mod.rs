//! Which sessions exist. See `docs/methods/calendar.md`.
