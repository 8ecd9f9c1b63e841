//! OAuth and JOSE on the wire: signed tokens (RFC 7515, RFC 7519) and the keys that they are checked with (RFC 7517).
//!
//! Values only: nothing here does I/O, reads a clock or draws randomness, and nothing that a token says of its own key is
//! believed. A token's claims can be had in one way alone: by [`Jwt::verify`].

mod jwk;
mod jwt;
mod key;

pub use jwk::{KEY_SET_BYTES_MAX, KEYS_MAX, KeySet, KeySetError};
pub use jwt::{Claims, JWT_BYTES_MAX, Jwt, LEEWAY_SECONDS, LIFE_SECONDS_MAX, Refusal};
pub use key::{Key, SecretAlgorithm, sign};
