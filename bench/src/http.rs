//! A raw HTTP/1.1 client connection: bytes out, one answer in. As little CPU as a checking client can do with.

use anyhow::{Context, Result, bail};
use std::{net::SocketAddr, ops::Range};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const READ_CHUNK: usize = 64 * 1024;

/// One kept-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    decoded: Vec<u8>,
}

/// An answer, borrowed from its connection until the next exchange.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// A header's value, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }

    /// The JSON of the answer: the body, or the last `data:` line of an event stream.
    pub(crate) fn json(&self) -> Result<&[u8]> {
        let stream =
            self.header("content-type").is_some_and(|value| value.starts_with("text/event-stream"));
        if !stream {
            return Ok(self.body);
        }
        let lines = self.body.split(|byte| *byte == b'\n');
        let data =
            lines.filter_map(|line| line.strip_prefix(b"data:")).rfind(|data| data.len() > 1);
        data.map(<[u8]>::trim_ascii).context("an event stream without data")
    }
}

impl Connection {
    /// Connects with `TCP_NODELAY`.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; READ_CHUNK], filled: 0, decoded: Vec::new() })
    }

    /// Sends a whole request and reads a whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let head = loop {
            if let Some(end) = memchr::memmem::find(&self.buffer[..self.filled], b"\r\n\r\n") {
                break 0..end + 4;
            }
            self.read().await?;
        };
        let text =
            std::str::from_utf8(&self.buffer[head.clone()]).context("a header that is no text")?;
        let status =
            text.get(9..12).and_then(|digits| digits.parse().ok()).context("no status line")?;
        let length = header(text, "content-length").map(str::parse::<usize>).transpose()?;
        let chunked = header(text, "transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        let body = match (length, chunked) {
            (Some(length), _) => Body::Plain(self.read_plain(head.end, length).await?),
            (None, true) => {
                self.read_chunks(head.end).await?;
                Body::Decoded
            }
            (None, false) if matches!(status, 202 | 204) => Body::Plain(head.end..head.end),
            (None, false) => bail!("an answer of unknown length"),
        };
        let head = std::str::from_utf8(&self.buffer[head]).expect("checked above");
        let body = match body {
            Body::Plain(range) => &self.buffer[range],
            Body::Decoded => &self.decoded,
        };
        Ok(Answer { status, head, body })
    }

    async fn read(&mut self) -> Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        let count = self.stream.read(&mut self.buffer[self.filled..]).await?;
        if count == 0 {
            bail!("the server closed the connection in the middle of an answer");
        }
        self.filled += count;
        Ok(())
    }

    async fn read_plain(&mut self, start: usize, length: usize) -> Result<Range<usize>> {
        while self.filled < start + length {
            self.read().await?;
        }
        if self.filled > start + length {
            bail!("the server sent more than its content-length");
        }
        Ok(start..start + length)
    }

    async fn read_chunks(&mut self, mut at: usize) -> Result<()> {
        self.decoded.clear();
        loop {
            let line = loop {
                if let Some(end) = memchr::memmem::find(&self.buffer[at..self.filled], b"\r\n") {
                    break at..at + end;
                }
                self.read().await?;
            };
            let text = std::str::from_utf8(&self.buffer[line.clone()])?;
            let size =
                usize::from_str_radix(text.split(';').next().unwrap_or_default().trim(), 16)?;
            let start = line.end + 2;
            while self.filled < start + size + 2 {
                self.read().await?;
            }
            self.decoded.extend_from_slice(&self.buffer[start..start + size]);
            at = start + size + 2;
            if size == 0 {
                return Ok(());
            }
        }
    }
}

enum Body {
    Plain(Range<usize>),
    Decoded,
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::Connection;
    use tokio::{io::AsyncWriteExt, net::TcpListener};

    async fn check(sent: &'static [u8], status: u16, body: &[u8]) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            for piece in sent.chunks(7) {
                stream.write_all(piece).await.unwrap();
                stream.flush().await.unwrap();
                tokio::task::yield_now().await;
            }
            stream
        };
        let client = async {
            let mut connection = Connection::open(address).await.unwrap();
            let answer = connection.exchange(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            assert_eq!((answer.status, answer.json().unwrap()), (status, body));
        };
        let (_stream, ()) = tokio::join!(server, client);
    }

    #[tokio::test]
    async fn reads_every_framing() {
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello").await;
        check(b"HTTP/1.1 202 Accepted\r\n\r\n", 202, b"").await;
        check(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\n\r\n", 200, b"hello")
            .await;
        check(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n18\r\nid: 1\ndata: \n\ndata: {}\n\n\r\n0\r\n\r\n",
            200,
            b"{}",
        )
        .await;
    }
}
