//! Values of any length over sled keys of at most 6 KiB each.
//!
//! sled puts up to sixteen values on a page, and moves a page over 131,052 bytes to a file that it
//! never syncs. A value is therefore cut into chunks; the first says how many there are.

use sled::{Batch, IVec, Tree};

use super::error::ViewError;

/// The longest chunk.
pub(super) const CHUNK_BYTES: usize = 6 * 1024;
/// The most operations in a batch; sled's memory grows steeply with larger ones.
pub(super) const MAX_OPERATIONS: usize = 512;

/// What comes after a key: the number of the chunk, big-endian.
const SUFFIX: usize = 2;
/// What comes before the first chunk: how many there are.
const COUNT: usize = 2;

/// Keys and what they are to hold; `None` removes one.
pub(super) type Operations = Vec<(Vec<u8>, Option<Vec<u8>>)>;

fn chunk_key(key: &[u8], chunk: u16) -> Vec<u8> {
    let mut full = Vec::with_capacity(key.len() + SUFFIX);
    full.extend_from_slice(key);
    full.extend_from_slice(&chunk.to_be_bytes());
    full
}

fn count_in(first: &[u8]) -> Result<u16, ViewError> {
    first.first_chunk().map(|count| u16::from_be_bytes(*count)).ok_or(ViewError::Incomplete)
}

/// How many chunks a value has now; 0 where it is not there.
fn count(tree: &Tree, key: &[u8]) -> Result<u16, ViewError> {
    tree.get(chunk_key(key, 0))?.map_or(Ok(0), |first| count_in(&first))
}

/// Adds the writing of a value, and the removal of chunks that an earlier, longer one had.
pub(super) fn put(tree: &Tree, operations: &mut Operations, key: &[u8], value: &[u8]) -> Result<(), ViewError> {
    let (head, tail) = value.split_at(value.len().min(CHUNK_BYTES - COUNT));
    let chunks = 1 + tail.len().div_ceil(CHUNK_BYTES);
    let chunks = u16::try_from(chunks).map_err(|_| ViewError::TooLong(value.len()))?;
    let old = count(tree, key)?;
    let mut first = Vec::with_capacity(COUNT + head.len());
    first.extend_from_slice(&chunks.to_be_bytes());
    first.extend_from_slice(head);
    operations.push((chunk_key(key, 0), Some(first)));
    for (number, chunk) in (1_u16..).zip(tail.chunks(CHUNK_BYTES)) {
        operations.push((chunk_key(key, number), Some(chunk.to_vec())));
    }
    operations.extend((chunks..old).map(|number| (chunk_key(key, number), None)));
    Ok(())
}

/// Adds the removal of a value.
pub(super) fn remove(tree: &Tree, operations: &mut Operations, key: &[u8]) -> Result<(), ViewError> {
    operations.extend((0..count(tree, key)?).map(|number| (chunk_key(key, number), None)));
    Ok(())
}

/// The value under a key.
pub(super) fn read(tree: &Tree, key: &[u8]) -> Result<Option<Vec<u8>>, ViewError> {
    let Some(first) = tree.get(chunk_key(key, 0))? else { return Ok(None) };
    let chunks = count_in(&first)?;
    let mut value = first[COUNT..].to_vec();
    for number in 1..chunks {
        value.extend_from_slice(&tree.get(chunk_key(key, number))?.ok_or(ViewError::Incomplete)?);
    }
    Ok(Some(value))
}

/// The values of a range of sled entries, with their keys, in order.
pub(super) fn values<I>(entries: I) -> Values<I::IntoIter>
where
    I: IntoIterator<Item = sled::Result<(IVec, IVec)>>,
{
    Values { entries: entries.into_iter() }
}

/// See [`values`].
pub(super) struct Values<I> {
    entries: I,
}

/// A key and its whole value.
type Pair = (Vec<u8>, Vec<u8>);

impl<I: Iterator<Item = sled::Result<(IVec, IVec)>>> Values<I> {
    fn next_value(&mut self) -> Result<Option<Pair>, ViewError> {
        let Some(first) = self.entries.next() else { return Ok(None) };
        let (key, first) = first?;
        let (stem, suffix) = key.split_last_chunk::<SUFFIX>().ok_or(ViewError::Incomplete)?;
        if u16::from_be_bytes(*suffix) != 0 {
            return Err(ViewError::Incomplete);
        }
        let chunks = count_in(&first)?;
        let mut value = first[COUNT..].to_vec();
        for number in 1..chunks {
            let (next, chunk) = self.entries.next().ok_or(ViewError::Incomplete)??;
            if next != chunk_key(stem, number) {
                return Err(ViewError::Incomplete);
            }
            value.extend_from_slice(&chunk);
        }
        Ok(Some((stem.to_vec(), value)))
    }
}

impl<I: Iterator<Item = sled::Result<(IVec, IVec)>>> Iterator for Values<I> {
    type Item = Result<Pair, ViewError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_value().transpose()
    }
}

/// Copies every entry of a tree into an empty one.
pub(super) fn copy_tree(from: &Tree, to: &Tree) -> Result<(), ViewError> {
    let mut batches = Batches::new(to);
    for entry in from {
        let (key, value) = entry?;
        batches.add(vec![(key.to_vec(), Some(value.to_vec()))])?;
    }
    batches.apply()
}

/// A batch that is applied whenever it is full enough.
pub(super) struct Batches<'t> {
    tree: &'t Tree,
    batch: Batch,
    operations: usize,
}

impl<'t> Batches<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        Self { tree, batch: Batch::default(), operations: 0 }
    }

    /// Adds what belongs together: it is applied in one step, after the batch before it where that
    /// would grow over [`MAX_OPERATIONS`]. Only an addition that is larger alone makes a larger batch.
    pub(super) fn add(&mut self, operations: Operations) -> Result<(), ViewError> {
        if self.operations + operations.len() > MAX_OPERATIONS {
            self.apply()?;
        }
        self.operations += operations.len();
        for (key, value) in operations {
            match value {
                Some(value) => self.batch.insert(key, value),
                None => self.batch.remove(key),
            }
        }
        Ok(())
    }

    /// Applies what is left.
    pub(super) fn apply(&mut self) -> Result<(), ViewError> {
        if self.operations > 0 {
            self.tree.apply_batch(std::mem::take(&mut self.batch))?;
            self.operations = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "chunks_tests.rs"]
mod tests;
