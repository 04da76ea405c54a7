//! A filter that remembers units in constant memory: it drops every unit that came before, and a few
//! that did not.

mod blocks;
mod memory;
mod prefetch;
mod sizing;
#[cfg(test)]
mod tests;

pub use sizing::{BloomSettings, DEFAULT_RATE, DEFAULT_SIZE, HIGHEST_RATE, Sizing, SizingError};

use super::{Filter, FilterError, Fingerprint, Occupancy};
use blocks::BLOCK_BYTES;
pub(super) use blocks::{Blocks, mask};
#[cfg(feature = "store")]
pub(super) use memory::available as available_memory;

/// Memory is asked for so many units at a time, before the units in front of them are looked up.
const AHEAD: usize = 16;

/// Fingerprints of no unit that are looked up to see how many are taken for ones that came.
const PROBES: u64 = 1 << 20;

/// Blocks whose bits are counted.
const SAMPLED_BLOCKS: usize = 1 << 16;

/// Blocked Bloom filters, one for each generation.
///
/// # Architecture invariant
///
/// No generation is ever forgotten, so that no unit comes twice whatever the grammar: a run for which
/// there is no room is refused before it starts, not made worse while it goes on.
#[derive(Debug)]
pub struct BloomFilter {
    sizing: Sizing,
    generations: Vec<Blocks>,
    /// Units that were admitted.
    admitted: u64,
    /// Units that were dropped.
    dropped: u64,
}

/// How full a filter is and how sure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BloomStatistics {
    /// Memory in use, in bytes.
    pub bytes: u64,
    /// Generations that have begun.
    pub generations: u64,
    /// Units that it remembers.
    pub units: u64,
    /// Units that it dropped.
    pub dropped: u64,
    /// The share of its bits that are set, from 0 to 1.
    pub fill: f64,
    /// The share of units that never came which it would drop now, by theory.
    pub estimated_false_positives: f64,
    /// The same, by trial.
    pub observed_false_positives: f64,
    /// How many good units it dropped so far, by theory.
    pub expected_drops: f64,
}

impl BloomFilter {
    /// An empty filter of a size.
    ///
    /// # Errors
    /// The machine has not that much memory to give.
    pub fn new(sizing: Sizing) -> Result<Self, SizingError> {
        let needed = sizing.bytes();
        let short = |available| SizingError::Memory { needed, available };
        match memory::available() {
            Some(available) if available < needed => return Err(short(available)),
            _ => {}
        }
        let generations = usize::try_from(sizing.generations).map_err(|_| short(0))?;
        let mut filter = Self {
            sizing,
            generations: Vec::with_capacity(generations),
            admitted: 0,
            dropped: 0,
        };
        let first = Blocks::new(sizing.blocks).ok_or_else(|| short(0))?;
        filter.generations.push(first);
        Ok(filter)
    }

    /// Whether it holds a fingerprint, or another one that it can't tell from it.
    fn contains(&self, fingerprint: Fingerprint) -> bool {
        let mask = mask(fingerprint);
        let mut generations = self.generations.iter();
        generations.any(|blocks| blocks.contains(fingerprint, &mask))
    }

    /// Starts to load all that a look-up of these fingerprints needs. Nothing else is done between
    /// them: finding the page takes longer than loading the line, and processors look for several
    /// pages at once only while one prefetch closely follows another.
    #[inline(always)]
    fn prefetch(&self, fingerprints: &[Fingerprint]) {
        for blocks in &self.generations {
            for &fingerprint in fingerprints {
                blocks.prefetch(fingerprint);
            }
        }
    }

    /// Remembers a fingerprint; tells whether it is new.
    #[inline(always)]
    fn insert(&mut self, fingerprint: Fingerprint) -> bool {
        let mask = mask(fingerprint);
        let Some((newest, older)) = self.generations.split_last_mut() else {
            return true;
        };
        let is_known = newest.contains(fingerprint, &mask)
            || older.iter().any(|it| it.contains(fingerprint, &mask));
        if is_known {
            self.dropped += 1;
            return false;
        }
        newest.insert(fingerprint, &mask);
        self.admitted += 1;
        if self.admitted.is_multiple_of(self.sizing.interval) {
            self.rotate();
        }
        true
    }

    /// Begins another generation, unless this was the last one or memory has run out meanwhile: then
    /// the newest goes on, and drops more good units than it should, but never lets one come twice.
    #[cold]
    fn rotate(&mut self) {
        if (self.generations.len() as u64) < self.sizing.generations {
            self.generations.extend(Blocks::new(self.sizing.blocks));
        }
    }

    /// What a function of the load, in units for each block, comes to, added up over generations.
    fn by_theory(&self, of_load: impl Fn(f64) -> f64) -> f64 {
        let older = (self.generations.len() as u64).saturating_sub(1);
        let in_newest = self.admitted - older * self.sizing.interval;
        let load = |units: u64| units as f64 / self.sizing.blocks as f64;
        let full = match older {
            0 => 0.0,
            _ => of_load(load(self.sizing.interval)),
        };
        of_load(load(in_newest)) + full * older as f64
    }

    /// How full it is and how sure. Takes a fraction of a second.
    #[must_use]
    pub fn statistics(&self) -> BloomStatistics {
        let count = self.generations.len() as u64;
        let blocks = self.generations.iter();
        let fill: f64 = blocks.map(|it| it.fill(SAMPLED_BLOCKS)).sum();
        let taken = (0..PROBES).filter(|&number| self.contains(probe(number)));
        BloomStatistics {
            bytes: self.generations.iter().map(Blocks::len).sum::<u64>() * BLOCK_BYTES,
            generations: count,
            units: self.admitted,
            dropped: self.dropped,
            fill: fill / count.max(1) as f64,
            estimated_false_positives: self.by_theory(sizing::false_positives),
            observed_false_positives: taken.count() as f64 / PROBES as f64,
            expected_drops: self.sizing.expected_drops(self.admitted),
        }
    }
}

/// A fingerprint of no unit.
fn probe(number: u64) -> Fingerprint {
    xxhash_rust::xxh3::xxh3_128_with_seed(&number.to_le_bytes(), 0x7072_6f62_6573)
}

impl Filter for BloomFilter {
    fn admit(
        &mut self,
        fingerprints: &[Fingerprint],
        admitted: &mut Vec<bool>,
    ) -> Result<(), FilterError> {
        admitted.clear();
        let mut chunks = fingerprints.chunks(AHEAD);
        let mut next = chunks.next().unwrap_or_default();
        self.prefetch(next);
        while !next.is_empty() {
            let chunk = std::mem::replace(&mut next, chunks.next().unwrap_or_default());
            self.prefetch(next);
            admitted.extend(chunk.iter().map(|&it| self.insert(it)));
        }
        Ok(())
    }

    fn occupancy(&self) -> Option<Occupancy> {
        let count = self.generations.len().max(1) as f64;
        Some(Occupancy {
            fill: self.by_theory(sizing::fill) / count,
            false_positives: self.by_theory(sizing::false_positives),
        })
    }

    fn report(&self) -> String {
        let now = self.statistics();
        format!(
            "Bloom filter of {} bytes in {} of {} generations, {:.1} % of its bits set; {} units \
             admitted, {} dropped, of which {:.1} good ones by theory; a new unit would be dropped \
             with probability {:.1e} by theory, {:.1e} by trial",
            now.bytes,
            now.generations,
            self.sizing.generations,
            now.fill * 100.0,
            now.units,
            now.dropped,
            now.expected_drops,
            now.estimated_false_positives,
            now.observed_false_positives,
        )
    }
}
