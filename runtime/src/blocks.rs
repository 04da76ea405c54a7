//! Appending short texts as blocks of a fixed size: a few moves of registers, where a copy of just
//! the bytes wanted is a call and branches that the processor cannot predict.
#![allow(unsafe_code)]

/// Appends a space if one is wanted, and the first `len` bytes of a block: all of it for a `len`
/// past its end.
#[inline(always)]
pub fn push<const N: usize>(out: &mut Vec<u8>, spaced: bool, block: &[u8; N], len: usize) {
    let end = out.len();
    if out.capacity() - end <= N {
        grow(out, N + 1);
    }
    let space = usize::from(spaced);
    // SAFETY: behind `end` there is room for `N + 1` bytes: for the space and, before or behind it,
    // for the whole block. Every byte below the new length is written: the space if it counts, and
    // at most `N` bytes of the block.
    unsafe {
        let free = out.as_mut_ptr().add(end);
        free.write(b' ');
        std::ptr::copy_nonoverlapping(block.as_ptr(), free.add(space), N);
        out.set_len(end + space + len.min(N));
    }
}

/// Appends a space if one is wanted, the first `len` bytes of a block, a dot, and the first
/// `other_len` bytes of another block, with one look at the room that is left.
#[inline(always)]
pub fn push_dotted<const N: usize>(
    out: &mut Vec<u8>,
    spaced: bool,
    (block, len): (&[u8; N], usize),
    (other, other_len): (&[u8; N], usize),
) {
    let end = out.len();
    if out.capacity() - end <= 2 * N + 1 {
        grow(out, 2 * N + 2);
    }
    let dot = usize::from(spaced) + len.min(N);
    let other_len = other_len.min(N);
    // SAFETY: behind `end` there is room for `2 * N + 2` bytes: a space, a block, a dot at most
    // `N + 1` bytes on, and another block behind it. Every byte below the new length is written.
    unsafe {
        let free = out.as_mut_ptr().add(end);
        free.write(b' ');
        std::ptr::copy_nonoverlapping(block.as_ptr(), free.add(usize::from(spaced)), N);
        free.add(dot).write(b'.');
        std::ptr::copy_nonoverlapping(other.as_ptr(), free.add(dot + 1), N);
        out.set_len(end + dot + 1 + other_len);
    }
}

#[cold]
#[inline(never)]
fn grow(out: &mut Vec<u8>, room: usize) {
    out.reserve(room.max(256));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wanted_of_a_block_is_appended() {
        let block = *b"abcdefgh";
        let mut expected = Vec::new();
        let mut out = Vec::new();
        for len in 0..=9 {
            for spaced in [false, true] {
                push(&mut out, spaced, &block, len);
                if spaced {
                    expected.push(b' ');
                }
                expected.extend_from_slice(&block[..len.min(8)]);
                assert_eq!(out, expected);
                // No room is left now and then.
                out.shrink_to_fit();
            }
        }
    }

    #[test]
    fn a_dot_joins_what_is_wanted_of_two_blocks() {
        let (block, other) = (*b"abcdefgh", *b"ABCDEFGH");
        let mut expected = Vec::new();
        let mut out = Vec::new();
        for (len, other_len) in (0..=9).flat_map(|len| (0..=9).map(move |other| (len, other))) {
            for spaced in [false, true] {
                push_dotted(&mut out, spaced, (&block, len), (&other, other_len));
                if spaced {
                    expected.push(b' ');
                }
                expected.extend_from_slice(&block[..len.min(8)]);
                expected.push(b'.');
                expected.extend_from_slice(&other[..other_len.min(8)]);
                assert_eq!(out, expected);
                out.shrink_to_fit();
            }
        }
    }
}
