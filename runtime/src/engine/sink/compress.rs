//! Compression in parallel with generation.
//!
//! The text of a file is cut into blocks of one size. Each is compressed alone, into a zstd frame or a
//! gzip member, and these stand one behind the other: both formats say that the text of such a file is
//! the text of its parts (RFC 8878, section 3; RFC 1952, section 2.2). So the bytes of the output
//! depend on its text alone, not on who compressed which block when.

use super::destination::Destination;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use flate2::write::GzEncoder;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::thread;

/// Bytes of a block. A larger one is compressed a little better and makes more wait.
const BLOCK: usize = 1 << 20;

/// How text is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Zstd,
    Gzip,
}

/// The level that the zstd command uses where none is given.
const ZSTD_LEVEL: i32 = 3;

/// Text on its way to be compressed.
struct Job {
    text: Vec<u8>,
    done: Sender<io::Result<Done>>,
}

/// A block that is compressed.
struct Done {
    frame: Vec<u8>,
    /// The memory of the text, to be used again.
    text: Vec<u8>,
}

/// What comes next in the output.
enum Pending {
    Frame(Receiver<io::Result<Done>>),
    EndOfFile,
}

/// Compresses blocks on threads of its own and gives them back in order.
pub(super) struct Compressor {
    /// Text that does not fill a block yet.
    block: Vec<u8>,
    /// Whether the file has a frame.
    is_begun: bool,
    jobs: Sender<Job>,
    pending: VecDeque<Pending>,
    /// So many frames may be pending.
    most: usize,
    spare: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Compressor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compressor")
            .field("waiting", &self.block.len())
            .field("pending", &self.pending.len())
            .finish_non_exhaustive()
    }
}

impl Compressor {
    /// Starts the threads. The open file begins with frames already if `is_begun`, and then goes on
    /// with the text `tail`.
    pub(super) fn start(
        codec: Codec,
        threads: usize,
        is_begun: bool,
        tail: Vec<u8>,
    ) -> io::Result<Self> {
        let threads = threads.max(1);
        let (jobs, incoming) = bounded::<Job>(threads * 2);
        for number in 0..threads {
            let incoming = incoming.clone();
            // It ends when the compressor does.
            let started = thread::Builder::new()
                .name(format!("rqg-compress-{number}"))
                .spawn(move || work(codec, &incoming));
            match started {
                Ok(_) => {}
                // Fewer threads make the same output.
                Err(_) if number > 0 => break,
                Err(cause) => return Err(cause),
            }
        }
        Ok(Self {
            block: tail,
            is_begun,
            jobs,
            pending: VecDeque::new(),
            most: threads * 2,
            spare: Vec::new(),
        })
    }

    /// Text that is in no frame yet.
    pub(super) fn tail(&self) -> &[u8] {
        &self.block
    }

    /// Takes text.
    pub(super) fn append(
        &mut self,
        mut text: &[u8],
        destination: &mut Destination,
    ) -> io::Result<()> {
        while !text.is_empty() {
            let room = BLOCK.saturating_sub(self.block.len());
            let (now, later) = text.split_at(text.len().min(room));
            self.block.extend_from_slice(now);
            text = later;
            if self.block.len() >= BLOCK {
                self.send()?;
                self.write_ready(destination)?;
            }
        }
        Ok(())
    }

    /// The file ends here. Even one without text has a frame: readers want one.
    pub(super) fn end_frames(&mut self) -> io::Result<()> {
        if !self.block.is_empty() || !self.is_begun {
            self.send()?;
        }
        Ok(())
    }

    /// The file ends here, and another one begins.
    pub(super) fn next_file(&mut self) -> io::Result<()> {
        self.end_frames()?;
        self.pending.push_back(Pending::EndOfFile);
        self.is_begun = false;
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        let spare = self.spare.pop().unwrap_or_default();
        let text = std::mem::replace(&mut self.block, spare);
        let (done, result) = bounded(1);
        self.jobs.send(Job { text, done }).map_err(|_| died())?;
        self.pending.push_back(Pending::Frame(result));
        self.is_begun = true;
        Ok(())
    }

    /// Writes the frames that are there, and waits where too many are not.
    fn write_ready(&mut self, destination: &mut Destination) -> io::Result<()> {
        while let Some(next) = self.pending.front() {
            let done = match next {
                Pending::EndOfFile => None,
                Pending::Frame(result) if self.pending.len() > self.most => {
                    Some(result.recv().map_err(|_| died())?)
                }
                Pending::Frame(result) => match result.try_recv() {
                    Ok(done) => Some(done),
                    Err(TryRecvError::Empty) => return Ok(()),
                    Err(TryRecvError::Disconnected) => return Err(died()),
                },
            };
            self.pending.pop_front();
            self.write(done, destination)?;
        }
        Ok(())
    }

    /// Waits for all frames and writes them.
    pub(super) fn drain(&mut self, destination: &mut Destination) -> io::Result<()> {
        while let Some(next) = self.pending.pop_front() {
            let done = match next {
                Pending::EndOfFile => None,
                Pending::Frame(result) => Some(result.recv().map_err(|_| died())?),
            };
            self.write(done, destination)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        done: Option<io::Result<Done>>,
        destination: &mut Destination,
    ) -> io::Result<()> {
        let Some(done) = done else {
            return destination.next_file();
        };
        let Done { frame, mut text } = done?;
        destination.append(&frame)?;
        text.clear();
        self.spare.push(text);
        Ok(())
    }
}

fn died() -> io::Error {
    io::Error::other("a thread that compresses has died")
}

/// Compresses until nobody sends any more.
fn work(codec: Codec, jobs: &Receiver<Job>) {
    let mut zstd = None;
    for Job { text, done } in jobs {
        let frame = match codec {
            Codec::Zstd => zstd_frame(&mut zstd, &text),
            Codec::Gzip => gzip_member(&text),
        };
        // Nobody waits for it where the run has failed.
        let _ = done.send(frame.map(|frame| Done { frame, text }));
    }
}

/// The context is made once for each thread.
fn zstd_frame(
    context: &mut Option<zstd::bulk::Compressor<'static>>,
    text: &[u8],
) -> io::Result<Vec<u8>> {
    let context = match context {
        Some(context) => context,
        None => {
            let mut made = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
            made.include_checksum(true)?;
            context.insert(made)
        }
    };
    context.compress(text)
}

/// Without name and time, so that it depends on the text alone.
fn gzip_member(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text)?;
    encoder.finish()
}
