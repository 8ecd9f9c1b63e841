/// A point in time. Stored as milliseconds since 1970-01-01T00:00:00Z; on the wire RFC 3339 in UTC with `Z`.
pub type Timestamp = jiff::Timestamp;
