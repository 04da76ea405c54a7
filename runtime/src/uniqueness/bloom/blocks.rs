//! A Bloom filter that keeps all bits of an element in one cache line.
//!
//! After Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2007), with
//! one bit in each word of the line, as in the split block filters of Apache Parquet.

use super::prefetch::prefetch;
use crate::uniqueness::Fingerprint;

/// Bits of a block.
pub(super) const BLOCK_BITS: u64 = 512;

/// Bytes of a block.
pub(super) const BLOCK_BYTES: u64 = BLOCK_BITS / 8;

/// Words of a block, each of which gets one bit of an element.
pub(super) const WORDS: usize = 8;

/// Bits of a word.
pub(super) const WORD_BITS: u64 = 64;

/// A cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Block([u64; WORDS]);

/// The blocks of one generation.
#[derive(Debug)]
pub(super) struct Blocks {
    blocks: Vec<Block>,
}

/// An element's bit in each word of its block.
pub(super) type Mask = [u64; WORDS];

/// The mask of a fingerprint: six of its lower 48 bits for each word.
#[inline(always)]
pub(super) fn mask(fingerprint: Fingerprint) -> Mask {
    let bits = fingerprint as u64;
    std::array::from_fn(|word| 1 << ((bits >> (6 * word)) & 63))
}

impl Blocks {
    /// So many empty blocks, at least one; none if there is no memory for them.
    pub(super) fn new(count: u64) -> Option<Self> {
        let count = usize::try_from(count.max(1)).ok()?;
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).ok()?;
        blocks.resize(count, Block([0; WORDS]));
        Some(Self { blocks })
    }

    /// The block of a fingerprint, by its upper 64 bits.
    #[inline(always)]
    fn position(&self, fingerprint: Fingerprint) -> usize {
        let upper = (fingerprint >> 64) as u64;
        // Below the number of blocks.
        ((u128::from(upper) * self.blocks.len() as u128) >> 64) as usize
    }

    /// Starts to load the block of a fingerprint.
    #[inline(always)]
    pub(super) fn prefetch(&self, fingerprint: Fingerprint) {
        if let Some(block) = self.blocks.get(self.position(fingerprint)) {
            prefetch(block);
        }
    }

    /// Whether a fingerprint may be there.
    #[inline(always)]
    pub(super) fn contains(&self, fingerprint: Fingerprint, mask: &Mask) -> bool {
        let Some(block) = self.blocks.get(self.position(fingerprint)) else {
            return false;
        };
        let missing = |missing, (word, bit): (&u64, &u64)| missing | (!word & bit);
        block.0.iter().zip(mask).fold(0, missing) == 0
    }

    /// Adds a fingerprint.
    #[inline(always)]
    pub(super) fn insert(&mut self, fingerprint: Fingerprint, mask: &Mask) {
        let position = self.position(fingerprint);
        if let Some(block) = self.blocks.get_mut(position) {
            for (word, bit) in block.0.iter_mut().zip(mask) {
                *word |= bit;
            }
        }
    }

    /// The share of the bits that are set, counted in up to `most` blocks.
    pub(super) fn fill(&self, most: usize) -> f64 {
        let step = self.blocks.len().div_ceil(most.max(1)).max(1);
        let (mut ones, mut blocks) = (0_u64, 0_u64);
        for block in self.blocks.iter().step_by(step) {
            ones += block
                .0
                .iter()
                .map(|it| u64::from(it.count_ones()))
                .sum::<u64>();
            blocks += 1;
        }
        ones as f64 / (blocks.max(1) * BLOCK_BITS) as f64
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.blocks.len() as u64
    }
}
