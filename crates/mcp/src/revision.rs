use std::fmt;

/// A revision of MCP that this crate speaks over Streamable HTTP.
///
/// Ordered by date. 2024-11-05 is no member: it knows another transport only, and an `initialize` that asks
/// for it is answered with [`Revision::LATEST_LEGACY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Revision {
    /// 2025-03-26: the only one with JSON-RPC batches.
    V2025_03_26,
    /// 2025-06-18: structured results, titles, the version header.
    V2025_06_18,
    /// 2025-11-25: the last with sessions and `initialize`.
    V2025_11_25,
    /// 2026-07-28: stateless; every request carries its own `_meta` and mirrored headers.
    V2026_07_28,
}

impl Revision {
    /// Every revision, newest first: what `server/discover` lists.
    pub const ALL: [Self; 4] =
        [Self::V2026_07_28, Self::V2025_11_25, Self::V2025_06_18, Self::V2025_03_26];
    /// The newest that begins with `initialize`.
    pub const LATEST_LEGACY: Self = Self::V2025_11_25;
    /// What a legacy request speaks when neither a session nor a header says (MCP 2025-11-25, Transports,
    /// Protocol Version Header).
    pub const ASSUMED: Self = Self::V2025_03_26;

    /// The revision of that date, or nothing when it is unknown or not served.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.as_str() == text)
    }

    /// The date, as on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// Whether requests are stateless and carry their own metadata.
    #[must_use]
    pub const fn is_modern(self) -> bool {
        matches!(self, Self::V2026_07_28)
    }

    /// What an `initialize` that asks for `requested` is answered with: the same when it is a legacy revision,
    /// else the newest legacy one.
    #[must_use]
    pub fn negotiate(requested: &str) -> Self {
        Self::parse(requested)
            .filter(|revision| !revision.is_modern())
            .unwrap_or(Self::LATEST_LEGACY)
    }

    /// The shape that list results and tool definitions have in this revision.
    #[must_use]
    pub const fn list_shape(self) -> ListShape {
        match self {
            Self::V2025_03_26 => ListShape::Plain,
            Self::V2025_06_18 | Self::V2025_11_25 => ListShape::Structured,
            Self::V2026_07_28 => ListShape::Modern,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The three shapes of a tool list, for hosts that make its bytes once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListShape {
    /// 2025-03-26: no `title`, no `outputSchema`.
    Plain,
    /// 2025-06-18 and 2025-11-25: `outputSchema` only where its root is an object.
    Structured,
    /// 2026-07-28: any `outputSchema`, with `resultType`, caching and `_meta`.
    Modern,
}

impl ListShape {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Structured, Self::Modern];
}

#[cfg(test)]
mod tests {
    use super::Revision;

    #[test]
    fn dates_round_trip_in_order() {
        for revision in Revision::ALL {
            assert_eq!(Revision::parse(revision.as_str()), Some(revision));
        }
        assert!(Revision::ALL.is_sorted_by(|a, b| a > b && a.as_str() > b.as_str()));
    }

    #[test]
    fn negotiation_never_answers_with_a_modern_one() {
        let check = |asked, answer| assert_eq!(Revision::negotiate(asked), answer, "{asked}");
        check("2025-03-26", Revision::V2025_03_26);
        check("2025-06-18", Revision::V2025_06_18);
        check("2025-11-25", Revision::V2025_11_25);
        for other in
            ["2026-07-28", "2024-11-05", "2024-10-07", "2099-01-01", "", "2025-11-25 ", "DRAFT"]
        {
            check(other, Revision::LATEST_LEGACY);
        }
    }
}
