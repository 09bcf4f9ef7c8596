//! Bodies of answers: whole, slow, or ending in the middle.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::server::{Broken, InFlight};

/// In so many pieces a slow body comes.
const PIECES: usize = 10;

/// How long after its last byte a broken answer ends.
const BEFORE_THE_END: Duration = Duration::from_millis(20);

/// The body of an answer.
pub(super) struct AnswerBody {
    /// What is still to come, the next piece last.
    pieces: Vec<Bytes>,
    left: u64,
    /// Before each piece.
    pause: Option<Duration>,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
    /// Ends with a broken connection.
    broken: bool,
    /// Until then the request is being answered.
    in_flight: Option<InFlight>,
}

impl AnswerBody {
    /// The whole body at once.
    pub(super) fn whole(body: Vec<u8>) -> Self {
        Self {
            left: body.len() as u64,
            pieces: vec![Bytes::from(body)],
            pause: None,
            sleep: None,
            broken: false,
            in_flight: None,
        }
    }

    /// The first half, and then the connection ends.
    pub(super) fn half(body: Vec<u8>) -> Self {
        // Where there is nothing, a byte is promised that never comes.
        let left = body.len().max(1) as u64;
        let half = body.len() / 2;
        let mut body = Self::whole(body[..half].to_vec());
        // The client is promised the whole.
        body.left = left;
        body.broken = true;
        body
    }

    /// The whole body, in pieces over this time.
    pub(super) fn slow(body: Vec<u8>, time: Duration, in_flight: InFlight) -> Self {
        let length = body.len().div_ceil(PIECES).max(1);
        let mut pieces: Vec<Bytes> = body.chunks(length).map(Bytes::copy_from_slice).collect();
        if pieces.is_empty() {
            pieces.push(Bytes::new());
        }
        pieces.reverse();
        let count = u32::try_from(pieces.len()).unwrap_or(1);
        Self {
            left: body.len() as u64,
            pause: Some(time / count),
            pieces,
            sleep: None,
            broken: false,
            in_flight: Some(in_flight),
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if self.pieces.is_empty() {
            if !self.broken {
                return Poll::Ready(None);
            }
            // What stands before it has to be on its way first.
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(BEFORE_THE_END)));
            ready!(sleep.as_mut().poll(cx));
            self.broken = false;
            return Poll::Ready(Some(Err(Broken)));
        }
        if let Some(pause) = self.pause {
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        let piece = self.pieces.pop().unwrap_or_default();
        self.left = self.left.saturating_sub(piece.len() as u64);
        if self.pieces.is_empty() {
            self.in_flight = None;
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
