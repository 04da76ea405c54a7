//! A Bloom filter that keeps all bits of an element in one cache line.
//!
//! After Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2007), with
//! one bit in each word of the line, as in the split block filters of Apache Parquet.

use super::prefetch::prefetch;
use crate::uniqueness::Fingerprint;
use memmap2::MmapMut;

/// Bits of a block.
pub(super) const BLOCK_BITS: u64 = 512;

/// Bytes of a block.
pub(super) const BLOCK_BYTES: u64 = BLOCK_BITS / 8;

/// Words of a block, each of which gets one bit of an element.
pub(super) const WORDS: usize = 8;

/// Bits of a word.
pub(super) const WORD_BITS: u64 = 64;

/// A cache line: words, least significant byte first.
type Block = [[u8; 8]; WORDS];

/// The blocks of one generation, in memory of their own: it is aligned to pages, all zero, and taken
/// from the system when it is first touched.
#[derive(Debug)]
pub(in crate::uniqueness) struct Blocks {
    memory: MmapMut,
}

/// An element's bit in each word of its block.
pub(in crate::uniqueness) type Mask = [u64; WORDS];

/// The mask of a fingerprint: six of its lower 48 bits for each word.
#[inline(always)]
pub(in crate::uniqueness) fn mask(fingerprint: Fingerprint) -> Mask {
    let bits = fingerprint as u64;
    std::array::from_fn(|word| 1 << ((bits >> (6 * word)) & 63))
}

impl Blocks {
    /// Bytes of a block.
    #[cfg(feature = "store")]
    pub(in crate::uniqueness) const BYTES: u64 = BLOCK_BYTES;

    /// So many empty blocks, at least one; none if there is no memory for them.
    pub(in crate::uniqueness) fn new(count: u64) -> Option<Self> {
        let bytes = count.max(1).checked_mul(BLOCK_BYTES)?;
        let memory = MmapMut::map_anon(usize::try_from(bytes).ok()?).ok()?;
        // Look-ups are all over the memory: with small pages, finding the page takes longer than
        // the look-up. A system that has no large ones does without.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        Some(Self { memory })
    }

    fn blocks(&self) -> &[Block] {
        self.memory.as_chunks().0.as_chunks().0
    }

    fn blocks_mut(&mut self) -> &mut [Block] {
        self.memory.as_chunks_mut().0.as_chunks_mut().0
    }

    /// The block of a fingerprint, by its upper 64 bits.
    #[inline(always)]
    fn position(&self, fingerprint: Fingerprint) -> usize {
        let upper = (fingerprint >> 64) as u64;
        // Below the number of blocks.
        ((u128::from(upper) * self.blocks().len() as u128) >> 64) as usize
    }

    /// Starts to load the block of a fingerprint.
    #[inline(always)]
    pub(super) fn prefetch(&self, fingerprint: Fingerprint) {
        if let Some(block) = self.blocks().get(self.position(fingerprint)) {
            prefetch(block);
        }
    }

    /// Whether a fingerprint may be there.
    #[inline(always)]
    pub(in crate::uniqueness) fn contains(&self, fingerprint: Fingerprint, mask: &Mask) -> bool {
        let Some(block) = self.blocks().get(self.position(fingerprint)) else {
            return false;
        };
        let missing =
            |missing, (word, bit): (&[u8; 8], &u64)| missing | (!u64::from_le_bytes(*word) & bit);
        block.iter().zip(mask).fold(0, missing) == 0
    }

    /// Adds a fingerprint.
    #[inline(always)]
    pub(in crate::uniqueness) fn insert(&mut self, fingerprint: Fingerprint, mask: &Mask) {
        let position = self.position(fingerprint);
        if let Some(block) = self.blocks_mut().get_mut(position) {
            for (word, bit) in block.iter_mut().zip(mask) {
                *word = (u64::from_le_bytes(*word) | bit).to_le_bytes();
            }
        }
    }

    /// The share of the bits that are set, counted in up to `most` blocks.
    pub(super) fn fill(&self, most: usize) -> f64 {
        let step = self.blocks().len().div_ceil(most.max(1)).max(1);
        let (mut ones, mut blocks) = (0_u64, 0_u64);
        for block in self.blocks().iter().step_by(step) {
            let set = block.iter().flatten().map(|byte| byte.count_ones());
            ones += u64::from(set.sum::<u32>());
            blocks += 1;
        }
        ones as f64 / (blocks.max(1) * BLOCK_BITS) as f64
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.blocks().len() as u64
    }
}
