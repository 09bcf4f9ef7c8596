//! The places within a request: its body is handed to the connection in two halves, and each half has left this process
//! before the next place is passed.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::{Point, pass};

/// From the last byte to the place behind it; a test's vendor takes longer to answer.
const BEHIND_LAST_BYTE: Duration = Duration::from_millis(10);

/// Puts the places into a request that has a body. Its bytes and its length stay as they were.
pub(crate) fn watch(mut request: reqwest::Request) -> reqwest::Request {
    let bytes = request
        .body()
        .and_then(reqwest::Body::as_bytes)
        .map(Bytes::copy_from_slice);
    if let Some(rest) = bytes.filter(|bytes| bytes.len() > 1) {
        let watched = Watched { rest, step: 0 };
        *request.body_mut() = Some(reqwest::Body::wrap(watched));
    }
    request
}

struct Watched {
    rest: Bytes,
    step: u8,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let step = self.step;
        self.step = step.saturating_add(1);
        match step {
            0 => {
                // The body is asked for before the head leaves the buffer of the connection.
                pass(Point::AfterConnect);
                let half = self.rest.len() / 2;
                let first = self.rest.split_to(half);
                Poll::Ready(Some(Ok(Frame::data(first))))
            }
            1 => {
                // Having nothing for a moment makes the connection send what it holds.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            2 => {
                pass(Point::AfterFirstByte);
                tokio::spawn(async {
                    tokio::time::sleep(BEHIND_LAST_BYTE).await;
                    pass(Point::AfterLastByte);
                });
                let second = std::mem::take(&mut self.rest);
                Poll::Ready(Some(Ok(Frame::data(second))))
            }
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }
}
