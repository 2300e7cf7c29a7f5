//! Two compositions side by side.

use std::collections::BTreeMap;

use domain::api::{Constituent, IndexComposition};

use crate::components::chart::Bar;
use crate::format::{self, Form};

/// A member of either composition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    /// As it is in the composition shown; as it was in the other where it has left.
    pub of: Constituent,
    /// Its rank in the other composition.
    pub rank_before: Option<u32>,
    /// Its weight in the other composition.
    pub weight_before: Option<f64>,
    /// It is in the other composition only.
    pub has_left: bool,
}

impl Member {
    /// How many ranks it rose; negative where it fell, `None` where it is in one composition only.
    pub(super) fn ranks_risen(&self) -> Option<f64> {
        let before = self.rank_before.filter(|_| !self.has_left)?;
        Some(f64::from(before) - f64::from(self.of.rank))
    }
}

/// The members of a composition, with their places in another; at the end those that are in the other only.
pub(super) fn compare(shown: &IndexComposition, other: Option<&IndexComposition>) -> Vec<Member> {
    let mut before: BTreeMap<&str, &Constituent> =
        other.iter().flat_map(|other| &other.constituents).map(|member| (member.ticker.as_str(), member)).collect();
    let mut members: Vec<Member> = Vec::with_capacity(shown.constituents.len());
    for of in &shown.constituents {
        let was = before.remove(of.ticker.as_str());
        members.push(Member {
            of: of.clone(),
            rank_before: was.map(|was| was.rank),
            weight_before: was.map(|was| was.weight),
            has_left: false,
        });
    }
    let mut left: Vec<&Constituent> = before.into_values().collect();
    left.sort_by_key(|member| member.rank);
    members.extend(left.into_iter().map(|of| Member {
        of: of.clone(),
        rank_before: Some(of.rank),
        weight_before: Some(of.weight),
        has_left: true,
    }));
    members
}

/// The weight of each sector, the largest first.
pub(super) fn sectors(shown: &IndexComposition) -> Vec<Bar> {
    let mut weights: BTreeMap<&str, (f64, u32)> = BTreeMap::new();
    for member in &shown.constituents {
        let entry = weights.entry(member.sector.as_deref().unwrap_or("Unknown")).or_default();
        entry.0 += member.weight;
        entry.1 += 1;
    }
    let mut bars: Vec<Bar> = weights
        .into_iter()
        .map(|(name, (value, count))| Bar {
            name: name.to_owned(),
            value,
            notes: vec![("Members".to_owned(), format::number(f64::from(count), Form::Whole))],
        })
        .collect();
    bars.sort_by(|a, b| b.value.total_cmp(&a.value));
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composition(tickers: &[&str]) -> IndexComposition {
        let member = |(rank, ticker): (u32, &&str)| Constituent {
            rank,
            ticker: (*ticker).to_owned(),
            name: None,
            sector: None,
            weight: 1.0 / f64::from(rank),
            price: 1.0,
            market_cap: 1.0,
            shares: 1.0,
            notional: 1.0,
        };
        IndexComposition {
            index: "x".to_owned(),
            date: domain::units::Day::from_number(0),
            effective_date: None,
            count: tickers.len(),
            level: 1000.0,
            synthetic: false,
            outdated: false,
            constituents: (1..).zip(tickers).map(member).collect(),
        }
    }

    #[test]
    fn who_came_has_no_rank_before_and_who_left_comes_last() {
        let members = compare(&composition(&["B", "C", "A"]), Some(&composition(&["A", "B", "D"])));
        let seen: Vec<_> = members
            .iter()
            .map(|member| (member.of.ticker.as_str(), member.rank_before, member.ranks_risen(), member.has_left))
            .collect();
        let expected = [
            ("B", Some(2), Some(1.0), false),
            ("C", None, None, false),
            ("A", Some(1), Some(-2.0), false),
            ("D", Some(3), None, true),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn without_another_nothing_changed() {
        let members = compare(&composition(&["A"]), None);
        assert_eq!((members.len(), members[0].rank_before, members[0].weight_before), (1, None, None));
    }
}
