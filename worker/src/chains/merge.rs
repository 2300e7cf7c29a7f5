//! What a session becomes when quotes come in, and when they are taken back. All slices are in [`OptionQuote::order`].

use std::cmp::Ordering;
use std::iter::Peekable;

use domain::options::OptionQuote;

/// A session after quotes came in.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Merged {
    pub(super) quotes: Vec<OptionQuote>,
    pub(super) inserted: u64,
    pub(super) changed: u64,
    pub(super) unchanged: u64,
    /// The lines that named a contract which an earlier line had named.
    pub(super) repeated: Vec<u64>,
}

/// Merges incoming quotes, each with its line and sorted by contract and line, into those held. A contract's first line
/// counts; it replaces what is held as a whole.
pub(super) fn merge_session(held: &[OptionQuote], incoming: &[(u64, OptionQuote)]) -> Merged {
    let mut merged = Merged { quotes: Vec::with_capacity(held.len() + incoming.len()), ..Merged::default() };
    let mut held = held.iter().peekable();
    let mut last: Option<&OptionQuote> = None;
    for (line, quote) in incoming {
        if last.is_some_and(|last| last.order(quote) == Ordering::Equal) {
            merged.repeated.push(*line);
            continue;
        }
        last = Some(quote);
        while let Some(earlier) = held.next_if(|held| held.order(quote) == Ordering::Less) {
            merged.quotes.push(*earlier);
        }
        match held.next_if(|held| held.order(quote) == Ordering::Equal) {
            None => merged.inserted += 1,
            Some(same) if same == quote => merged.unchanged += 1,
            Some(_) => merged.changed += 1,
        }
        merged.quotes.push(*quote);
    }
    merged.quotes.extend(held);
    merged
}

/// Takes back what turned `before` into `after`: a quote that is still as it was after the change gets its earlier value
/// back or disappears, and one that something later has replaced stays. Says how many quotes that changed.
pub(super) fn undo_session(
    before: &[OptionQuote],
    after: &[OptionQuote],
    current: &[OptionQuote],
) -> (Vec<OptionQuote>, u64) {
    let mut undone = Vec::with_capacity(current.len());
    let mut changes = 0;
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    let mut current = current.iter().peekable();
    loop {
        let heads = [before.peek(), after.peek(), current.peek()];
        let Some(quote) = heads.into_iter().flatten().min_by(|a, b| a.order(b)) else { return (undone, changes) };
        let quote = **quote;
        let (was, made, is) = (take(&mut before, &quote), take(&mut after, &quote), take(&mut current, &quote));
        let kept = if is == made { was } else { is };
        changes += u64::from(kept != is);
        undone.extend(kept);
    }
}

fn take<'a>(quotes: &mut Peekable<impl Iterator<Item = &'a OptionQuote>>, like: &OptionQuote) -> Option<OptionQuote> {
    quotes.next_if(|quote| quote.order(like) == Ordering::Equal).copied()
}
