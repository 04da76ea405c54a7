//! Weights of alternatives and probabilities of options.

use crate::analysis::rules::Checker;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Block, Number};

/// The largest weight of an alternative.
const MOST: i64 = 1_000_000;
/// The largest sum of the weights of a block: draws are made below it.
const MOST_TOGETHER: u64 = 1 << 31;

impl Checker<'_, '_> {
    /// The weights of a block's alternatives, at least one above 0.
    pub fn weights(&mut self, block: &Block) -> Vec<u32> {
        let mut weights = Vec::with_capacity(block.alternatives.len());
        let mut zeros = Vec::new();
        for alternative in &block.alternatives {
            let weight = alternative
                .weight
                .as_ref()
                .map_or(1, |number| self.weight(number));
            if let (0, Some(number)) = (weight, &alternative.weight) {
                zeros.push(number.span);
            }
            weights.push(weight);
        }
        if !weights.is_empty() && zeros.len() == weights.len() {
            self.report_all_zero(&zeros);
            weights.fill(1);
        } else {
            for span in zeros {
                self.report(
                    Diagnostic::new(
                        Code::ZeroWeight,
                        span,
                        "an alternative of weight 0 is never chosen",
                    )
                    .label("only taken where nothing else can end the derivation")
                    .help("remove it, or give it a weight"),
                );
            }
        }
        let sum: u64 = weights.iter().map(|&weight| u64::from(weight)).sum();
        if sum > MOST_TOGETHER {
            let message = format!("the weights add up to {sum}; {MOST_TOGETHER} is the most");
            self.report(Diagnostic::new(Code::WeightOverflow, block.span, message));
            weights.fill(1);
        }
        weights
    }

    fn weight(&mut self, number: &Number) -> u32 {
        let value = number.text.parse().unwrap_or(MOST + 1);
        if value < 0 {
            self.report(
                Diagnostic::new(
                    Code::NegativeWeight,
                    number.span,
                    "a weight cannot be negative",
                )
                .help("weights are whole numbers from 0 to 1,000,000"),
            );
            return 1;
        }
        if value > MOST {
            let message = format!("the weight {} is too large", number.text);
            self.report(
                Diagnostic::new(Code::WeightOverflow, number.span, message)
                    .help("weights are whole numbers from 0 to 1,000,000"),
            );
            return 1;
        }
        value as u32
    }

    fn report_all_zero(&mut self, zeros: &[Span]) {
        let message = "every alternative has weight 0, none can be chosen";
        self.report(
            Diagnostic::new(Code::AllZeroWeights, zeros[0], message)
                .label("no alternative has a weight above 0")
                .help("give at least one of them a weight"),
        );
    }

    /// The chance of an option in parts per million; the parser has checked the number.
    pub fn probability(&mut self, percent: &Number) -> u32 {
        let percent: f64 = percent.text.parse().unwrap_or(50.0);
        (percent.clamp(0.0, 100.0) * 10_000.0).round() as u32
    }
}
