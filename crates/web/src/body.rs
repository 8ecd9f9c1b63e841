use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

/// The body of an answer.
pub(crate) enum Body {
    /// Known bytes, in pieces that need not be copied together.
    Pieces(VecDeque<Bytes>),
    /// Events as they come; dropped when the client goes away, and with it the work behind them.
    Stream(Pin<Box<dyn futures_util::Stream<Item = Bytes> + Send>>),
    /// A router's.
    Router(axum::body::Body),
}

impl Body {
    pub(crate) fn empty() -> Self {
        Self::Pieces(VecDeque::new())
    }

    pub(crate) fn pieces(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        Self::Pieces(pieces.into_iter().filter(|piece| !piece.is_empty()).collect())
    }

    pub(crate) fn stream(stream: impl futures_util::Stream<Item = Bytes> + Send + 'static) -> Self {
        Self::Stream(Box::pin(stream))
    }

    /// Bytes, when they are known.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Pieces(pieces) => pieces.iter().map(Bytes::len).sum(),
            Self::Stream(_) | Self::Router(_) => 0,
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::pieces([bytes.into()])
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Self::Pieces(pieces) => {
                Poll::Ready(pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
            }
            Self::Stream(stream) => {
                stream.as_mut().poll_next(cx).map(|next| next.map(|piece| Ok(Frame::data(piece))))
            }
            Self::Router(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Pieces(pieces) => pieces.is_empty(),
            Self::Stream(_) => false,
            Self::Router(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Pieces(_) => SizeHint::with_exact(self.len() as u64),
            Self::Stream(_) => SizeHint::default(),
            Self::Router(body) => body.size_hint(),
        }
    }
}
