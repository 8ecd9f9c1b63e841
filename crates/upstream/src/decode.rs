use crate::SendError;
use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, header::CONTENT_ENCODING};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::io::{ErrorKind, Read};

/// The largest zstd window: RFC 9659 gives content codings 8 MiB.
const MAX_WINDOW: u64 = 8 << 20;

/// A content coding that is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The coding of an answer: `None` for none at all.
pub(crate) fn coding(headers: &HeaderMap) -> Result<Option<Coding>, SendError> {
    let mut found = None;
    for value in headers.get_all(CONTENT_ENCODING) {
        let value =
            value.to_str().map_err(|_| SendError::Decode("its content coding is unknown"))?;
        for name in value.split(',').map(str::trim_ascii).filter(|name| !name.is_empty()) {
            let coding = match name.to_ascii_lowercase().as_str() {
                "identity" => continue,
                "gzip" | "x-gzip" => Coding::Gzip,
                "deflate" => Coding::Deflate,
                "br" => Coding::Brotli,
                "zstd" => Coding::Zstd,
                _ => return Err(SendError::Decode("its content coding is unknown")),
            };
            if found.replace(coding).is_some() {
                return Err(SendError::Decode("its content codings are nested"));
            }
        }
    }
    Ok(found)
}

/// Decodes a whole body, at most `limit` bytes of it.
pub(crate) fn decode(coding: Coding, encoded: &[u8], limit: usize) -> Result<Bytes, SendError> {
    match coding {
        Coding::Gzip => read(MultiGzDecoder::new(encoded), limit, "it is no gzip"),
        // RFC 9110 means zlib; many servers send the bare stream.
        Coding::Deflate if is_zlib(encoded) => {
            read(ZlibDecoder::new(encoded), limit, "it is no deflate")
        }
        Coding::Deflate => read(DeflateDecoder::new(encoded), limit, "it is no deflate"),
        Coding::Brotli => read(
            brotli_decompressor::Decompressor::new(encoded, 16 << 10),
            limit,
            "it is no brotli",
        ),
        Coding::Zstd => zstd(encoded, limit),
    }
}

fn is_zlib(encoded: &[u8]) -> bool {
    matches!(encoded, [method, flags, ..] if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0)
}

fn read(decoder: impl Read, limit: usize, broken: &'static str) -> Result<Bytes, SendError> {
    let mut decoded = Vec::new();
    append(decoder, &mut decoded, limit, broken)?;
    Ok(decoded.into())
}

fn append(
    decoder: impl Read,
    decoded: &mut Vec<u8>,
    limit: usize,
    broken: &'static str,
) -> Result<(), SendError> {
    let room = limit - decoded.len();
    // One byte more than fits tells a body of exactly the limit from a larger one.
    let mut capped = decoder.take(room as u64 + 1);
    match capped.read_to_end(decoded) {
        Ok(read) if read > room => Err(SendError::TooLarge { limit }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::OutOfMemory => Err(SendError::TooLarge { limit }),
        Err(_) => Err(SendError::Decode(broken)),
    }
}

/// Every frame of a zstd body; skippable ones hold nothing.
fn zstd(encoded: &[u8], limit: usize) -> Result<Bytes, SendError> {
    const BROKEN: &str = "it is no zstd";
    let mut rest = encoded;
    let mut decoded = Vec::new();
    while !rest.is_empty() {
        if let [magic, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = *rest
            && magic & 0xf0 == 0x50
        {
            let length = u32::from_le_bytes([a, b, c, d]) as usize;
            rest = rest.get(8 + length..).ok_or(SendError::Decode(BROKEN))?;
            continue;
        }
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(MAX_WINDOW);
        let mut decoder = StreamingDecoder::new_with_decoder(&mut rest, frame)
            .map_err(|_| SendError::Decode(BROKEN))?;
        append(&mut decoder, &mut decoded, limit, BROKEN)?;
    }
    Ok(decoded.into())
}

#[cfg(test)]
mod tests {
    use super::{Coding, coding, decode};
    use crate::SendError;
    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use http::{HeaderMap, HeaderValue, header::CONTENT_ENCODING};
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write;

    const TEXT: &[u8] = b"{\"hello\":\"world\"}";
    /// `TEXT` as one uncompressed brotli meta-block.
    fn brotli() -> Vec<u8> {
        let mut bytes = Vec::new();
        // WBITS 16 (bit 0), ISLAST 0, MNIBBLES 4 (00), MLEN-1 in 16 bits, ISUNCOMPRESSED 1, then padding.
        let header: u32 = ((TEXT.len() as u32 - 1) << 4) | (1 << 20);
        bytes.extend_from_slice(&header.to_le_bytes()[..3]);
        bytes.extend_from_slice(TEXT);
        bytes.push(0b11); // ISLAST, ISLASTEMPTY
        bytes
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    #[test]
    fn every_coding() {
        let skippable = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(TEXT)].concat();
        for (coding, encoded) in [
            (Coding::Gzip, gzip(TEXT)),
            (Coding::Deflate, zlib(TEXT)),
            (Coding::Deflate, deflate(TEXT)),
            (Coding::Brotli, brotli()),
            (Coding::Zstd, zstd(TEXT)),
            (Coding::Zstd, skippable),
        ] {
            assert_eq!(decode(coding, &encoded, TEXT.len()).expect("decodes"), TEXT, "{coding:?}");
            assert_eq!(
                decode(coding, &encoded, TEXT.len() - 1),
                Err(SendError::TooLarge { limit: TEXT.len() - 1 })
            );
            let short = decode(coding, &encoded[..encoded.len() - 6], 1 << 20);
            assert!(matches!(short, Err(SendError::Decode(_))), "{coding:?} {short:?}");
            assert!(
                matches!(
                    decode(coding, b"plain text, no coding", 1 << 20),
                    Err(SendError::Decode(_))
                ),
                "{coding:?}"
            );
        }
        let members = [gzip(TEXT), gzip(TEXT)].concat();
        assert_eq!(decode(Coding::Gzip, &members, 1 << 20).unwrap().len(), 2 * TEXT.len());
        let frames = [zstd(TEXT), zstd(TEXT)].concat();
        assert_eq!(decode(Coding::Zstd, &frames, 1 << 20).unwrap().len(), 2 * TEXT.len());
    }

    #[test]
    fn bombs_are_cut() {
        let zeros = vec![0; 64 << 20];
        for (coding, encoded) in [
            (Coding::Gzip, gzip(&zeros)),
            (Coding::Deflate, zlib(&zeros)),
            (Coding::Zstd, zstd(&zeros)),
        ] {
            assert!(encoded.len() < 1 << 20);
            assert_eq!(
                decode(coding, &encoded, 8 << 20),
                Err(SendError::TooLarge { limit: 8 << 20 }),
                "{coding:?}"
            );
        }
    }

    #[test]
    fn a_zstd_window_above_eight_mebibytes_is_refused() {
        // Frame header: no single segment, window descriptor 2^27.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x01, 0x00, 0x00];
        assert!(matches!(decode(Coding::Zstd, &frame, 1 << 20), Err(SendError::Decode(_))));
    }

    #[test]
    fn names() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            values.iter().for_each(|value| {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
            });
            coding(&headers)
        };
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&["identity", ""]), Ok(None));
        assert_eq!(of(&["GZip"]), Ok(Some(Coding::Gzip)));
        assert_eq!(of(&["identity, br"]), Ok(Some(Coding::Brotli)));
        for bad in
            [&["gzip, gzip"][..], &["gzip", "br"], &["compress"], &["gzip;q=1"], &["aes128gcm"]]
        {
            assert!(of(bad).is_err(), "{bad:?}");
        }
    }
}
