//! Every text of a grammar, found by trying all outcomes of all draws one after the other: what
//! strict runs are compared with, and nothing that they use.

use rqg_compiler::interpret::Generator;
use rqg_runtime::choices::Choices;
use rqg_runtime::unit_text::UnitText;
use std::collections::BTreeSet;

/// Counts through the outcomes of draws like through the digits of a number.
#[derive(Default)]
struct Odometer {
    /// The outcomes on the present path, with how many there are.
    digits: Vec<(u64, u64)>,
    at: usize,
}

impl Odometer {
    fn next(&mut self, outcomes: u64) -> u64 {
        if self.at == self.digits.len() {
            self.digits.push((0, outcomes));
        }
        let (digit, _) = self.digits[self.at];
        self.at += 1;
        digit
    }

    /// Goes on to the next path; false after the last one.
    fn advance(&mut self) -> bool {
        self.at = 0;
        while let Some((digit, outcomes)) = self.digits.pop() {
            if digit + 1 < outcomes {
                self.digits.push((digit + 1, outcomes));
                return true;
            }
        }
        false
    }
}

impl Choices for Odometer {
    fn below(&mut self, n: u64) -> u64 {
        self.next(n)
    }

    fn bits(&mut self) -> u64 {
        unreachable!("the grammars draw no bits")
    }

    fn pick(&mut self, cumulative: &[u64]) -> usize {
        let has_weight =
            |&at: &usize| cumulative[at] > at.checked_sub(1).map_or(0, |before| cumulative[before]);
        let available: Vec<usize> = (0..cumulative.len()).filter(has_weight).collect();
        available[self.next(available.len() as u64) as usize]
    }

    fn chance(&mut self, _: u32) -> bool {
        self.next(2) == 1
    }
}

/// The texts; none if there are more than `most`.
pub fn text(generator: &Generator, most: usize) -> Option<BTreeSet<Vec<u8>>> {
    let walked = generator.with_stack(|generator| {
        let mut worker = generator.worker();
        let mut odometer = Odometer::default();
        let mut text = UnitText::default();
        let mut all = BTreeSet::new();
        loop {
            worker.generate_from(0, &mut odometer, &mut text);
            let fresh = all.insert(text.bytes.clone());
            assert!(fresh, "a text has two derivations");
            if all.len() > most {
                return None;
            }
            if !odometer.advance() {
                return Some(all);
            }
        }
    });
    walked.expect("there are threads")
}
