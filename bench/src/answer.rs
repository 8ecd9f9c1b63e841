//! The upstream's answer: 1 kB of JSON with the caller's nonce in it, so that no answer can stand in for another.

/// Length of a nonce: 8 hexadecimal digits for the connection, 8 for the request.
pub(crate) const NONCE_LENGTH: usize = 16;

const HEAD: &str = r#"{"id":""#;
const TAIL: &str = concat!(
    r#"","kind":"item","name":"Anvil, drop-forged","price":129.95,"currency":"EUR","in_stock":true,"quantity":42,"#,
    r#""tags":["tools","iron","heavy"],"dimensions":{"width_mm":180,"height_mm":240,"depth_mm":520,"weight_g":50250},"#,
    r#""created_at":"2026-01-31T09:30:00Z","updated_at":"2026-11-20T17:05:12Z","supplier":{"id":"sup_8123","#,
    r#""name":"Acme Forge \u0026 Sons","country":"AT","rating":4.7},"warehouses":[{"code":"VIE-1","free":12},"#,
    r#"{"code":"GRZ-2","free":30}],"description":""#,
);
const END: &str = "\"}";
const SIZE: usize = 1024;

/// The answer to a request with that nonce: always 1,024 bytes.
pub(crate) fn answer(nonce: &[u8; NONCE_LENGTH]) -> Vec<u8> {
    let mut body = Vec::with_capacity(SIZE);
    body.extend_from_slice(HEAD.as_bytes());
    body.extend_from_slice(nonce);
    body.extend_from_slice(TAIL.as_bytes());
    let words = b"Hardened face, hand finished, with a hole for tongs. ";
    let room = SIZE - body.len() - END.len();
    body.extend(words.iter().copied().cycle().take(room));
    body.extend_from_slice(END.as_bytes());
    body
}

/// A nonce that no other request of the same run has.
pub(crate) fn nonce(connection: u32, request: u32) -> [u8; NONCE_LENGTH] {
    let mut nonce = [0; NONCE_LENGTH];
    for (index, digit) in nonce.iter_mut().enumerate() {
        let word = if index < 8 { connection } else { request };
        let shift = 28 - 4 * (index % 8);
        *digit = b"0123456789abcdef"[(word >> shift) as usize & 15];
    }
    nonce
}

#[cfg(test)]
mod tests {
    use super::{answer, nonce};

    #[test]
    fn one_kilobyte_of_json_with_its_nonce() {
        let nonce = nonce(0x1f, 0xabcd_0123);
        assert_eq!(&nonce, b"0000001fabcd0123");
        let body = answer(&nonce);
        assert_eq!(body.len(), 1024);
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(value["id"], "0000001fabcd0123");
    }
}
