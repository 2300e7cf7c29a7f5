//! Whether it is worth looking into KV: a look costs as much as reading five hundred rows, and where every question is a new one
//! none finds anything.

use std::collections::HashMap;

/// After so many looks in vain, one in as many is left.
const PATIENCE: u32 = 16;

/// By route, how many answers in a row were not in KV, looked for or not.
#[derive(Debug, Default)]
pub(super) struct Looks(HashMap<&'static str, u32>);

impl Looks {
    /// Whether to look now.
    pub(super) fn is_worth_it(&mut self, route: &'static str) -> bool {
        let in_vain = self.0.entry(route).or_default();
        let now = *in_vain < PATIENCE || in_vain.is_multiple_of(PATIENCE);
        if !now {
            *in_vain = in_vain.wrapping_add(1);
        }
        now
    }

    /// How a look ended. An answer that was dear to make counts as found: the next one is looked for.
    pub(super) fn ended(&mut self, route: &'static str, found: bool) {
        let in_vain = self.0.entry(route).or_default();
        *in_vain = if found { 0 } else { in_vain.wrapping_add(1) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(looks: &mut Looks, route: &'static str, asked: u32) -> u32 {
        let look = |looks: &mut Looks| {
            let looked = looks.is_worth_it(route);
            if looked {
                looks.ended(route, false);
            }
            u32::from(looked)
        };
        (0..asked).map(|_| look(looks)).sum()
    }

    #[test]
    fn looks_in_vain_become_rare_and_one_that_finds_brings_them_back() {
        let mut looks = Looks::default();
        assert_eq!(looked(&mut looks, "/a", PATIENCE), PATIENCE);
        assert_eq!(looked(&mut looks, "/a", 10 * PATIENCE), 10);
        assert_eq!(looked(&mut looks, "/b", PATIENCE), PATIENCE, "another route has patience of its own");
        looks.ended("/a", true);
        assert_eq!(looked(&mut looks, "/a", PATIENCE), PATIENCE);
    }
}
