use serde::{Deserialize, Serialize};

/// What a token may do: a server and a tool must both be named, and only safe methods go out when `read_only`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Server slugs.
    pub servers: Names,
    /// Tool names.
    pub tools: Names,
    /// Whether only tools whose method is safe may be called.
    pub read_only: bool,
}

impl Scope {
    /// Whether the scope names that server.
    #[must_use]
    pub fn covers_server(&self, slug: &str) -> bool {
        self.servers.contains(slug)
    }

    /// Whether the scope lets that tool be seen and called; `safe` says whether its method is.
    #[must_use]
    pub fn covers_tool(&self, name: &str, safe: bool) -> bool {
        (safe || !self.read_only) && self.tools.contains(name)
    }
}

/// All names, or those listed. There is no default: a scope is always spelled out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// Every name, of today and of later.
    All,
    /// Only these, compared byte for byte. An empty list matches nothing.
    Only(Vec<String>),
}

impl Names {
    /// Whether `name` is among them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|one| one == name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Scope};

    fn check(scope: &Scope, tool: (&str, bool), expected: bool) {
        assert_eq!(scope.covers_tool(tool.0, tool.1), expected, "{scope:?} {tool:?}");
    }

    #[test]
    fn refusal_is_the_default() {
        let none =
            Scope { servers: Names::Only(vec![]), tools: Names::Only(vec![]), read_only: false };
        assert!(!none.covers_server("crm"));
        check(&none, ("list", true), false);
        let reader = Scope { servers: Names::All, tools: Names::All, read_only: true };
        check(&reader, ("list", true), true);
        check(&reader, ("drop", false), false);
        let one = Scope {
            servers: Names::All,
            tools: Names::Only(vec!["list".into()]),
            read_only: false,
        };
        check(&one, ("list", true), true);
        check(&one, ("List", true), false);
        check(&one, ("listing", true), false);
    }
}
