//! The fingerprints that are in memory.

use crate::uniqueness::Fingerprint;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Fingerprints that one shard holds at most: with them, a table of 4096 buckets is as full as
/// hashbrown lets it become.
const SHARD_CAPACITY: usize = 3584;

/// Memory of a shard: 4096 buckets of 16 bytes and one of control, and the table itself.
const SHARD_BYTES: u64 = 4096 * 17 + 64;

/// A set of fingerprints in hash tables that never grow. Each shard has a range of fingerprints, so
/// that the sorted shards, one after the other, are sorted.
#[derive(Debug)]
pub(super) struct MemorySet {
    shards: Vec<HashTable<Fingerprint>>,
    /// Fingerprints in the fullest shard.
    fullest: usize,
    len: u64,
}

/// The bits that say where in a table a fingerprint is. The upper ones choose the shard.
fn hash(fingerprint: &Fingerprint) -> u64 {
    *fingerprint as u64
}

impl MemorySet {
    /// An empty set for so many bytes, of one shard at least. Shards take their memory when they are
    /// first used.
    pub(super) fn new(bytes: u64) -> Self {
        let shards = usize::try_from(bytes / SHARD_BYTES).unwrap_or(usize::MAX);
        Self {
            shards: (0..shards.max(1)).map(|_| HashTable::new()).collect(),
            fullest: 0,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// So many fingerprints have room, whatever they are.
    pub(super) fn room(&self) -> usize {
        SHARD_CAPACITY - self.fullest
    }

    /// How full it is, from 0 to 1: it is full when one of its shards is.
    pub(super) fn fill(&self) -> f64 {
        self.fullest as f64 / SHARD_CAPACITY as f64
    }

    /// Adds a fingerprint; tells whether it is new.
    pub(super) fn insert(&mut self, fingerprint: Fingerprint) -> bool {
        let upper = (fingerprint >> 64) as u64;
        // Below the number of shards.
        let shard = ((u128::from(upper) * self.shards.len() as u128) >> 64) as usize;
        let Some(table) = self.shards.get_mut(shard) else {
            return false;
        };
        if table.capacity() == 0 {
            *table = HashTable::with_capacity(SHARD_CAPACITY);
        }
        let entry = table.entry(hash(&fingerprint), |it| *it == fingerprint, hash);
        let Entry::Vacant(place) = entry else {
            return false;
        };
        place.insert(fingerprint);
        self.fullest = self.fullest.max(table.len());
        self.len += 1;
        true
    }

    /// Gives all fingerprints in ascending order, until `take` fails.
    pub(super) fn sorted<E>(
        &self,
        mut take: impl FnMut(Fingerprint) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sorted = Vec::with_capacity(SHARD_CAPACITY);
        for shard in &self.shards {
            sorted.clear();
            sorted.extend(shard.iter().copied());
            sorted.sort_unstable();
            sorted.iter().try_for_each(|&it| take(it))?;
        }
        Ok(())
    }

    /// Forgets all, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.shards.iter_mut().for_each(HashTable::clear);
        (self.fullest, self.len) = (0, 0);
    }
}
