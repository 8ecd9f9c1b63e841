use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{collections::BTreeSet, fmt, str::FromStr};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, Type},
    },
};

/// What a token may do: a server and a tool must both be named, and only safe methods go out when `read_only`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Server ids.
    pub servers: Names,
    /// Tool names.
    pub tools: Names,
    /// Whether only tools whose method is safe may be called.
    pub read_only: bool,
}

impl Scope {
    /// Every server and tool.
    pub const ALL: Self = Self { servers: Names::All, tools: Names::All, read_only: false };

    /// Whether the scope names that server, by its id.
    #[must_use]
    pub fn covers_server(&self, id: &str) -> bool {
        self.servers.contains(id)
    }

    /// Whether everything that this scope lets be done is within `outer` too.
    #[must_use]
    pub fn is_within(&self, outer: &Self) -> bool {
        self.servers.are_within(&outer.servers)
            && self.tools.are_within(&outer.tools)
            && (self.read_only || !outer.read_only)
    }

    /// Whether the scope lets that tool be seen and called; `safe` says whether its method is.
    #[must_use]
    pub fn covers_tool(&self, name: &str, safe: bool) -> bool {
        (safe || !self.read_only) && self.tools.contains(name)
    }
}

/// The most names that a list of [`Names`] has.
pub const MAX_SCOPE_NAMES: usize = 1_000;

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

    /// Whether each of them is among `outer`.
    #[must_use]
    pub fn are_within(&self, outer: &Self) -> bool {
        match (self, outer) {
            (_, Self::All) => true,
            (Self::All, Self::Only(_)) => false,
            (Self::Only(names), Self::Only(_)) => names.iter().all(|name| outer.contains(name)),
        }
    }
}

// By hand for the bounds of the list: the derive has no place for them on an unnamed field.
impl PartialSchema for Names {
    fn schema() -> RefOr<Schema> {
        let text = |text: &'static str| {
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some([text]))
        };
        let name = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(128))
            .pattern(Some("^[A-Za-z0-9_.-]+$"));
        let names = ArrayBuilder::new().items(name).max_items(Some(MAX_SCOPE_NAMES));
        let only = ObjectBuilder::new()
            .property("only", names)
            .required("only")
            .description(Some("Only these. An empty list matches nothing."))
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
        OneOfBuilder::new()
            .item(text("all").description(Some("Every one, of today and of later.")))
            .item(only)
            .into()
    }
}

impl ToSchema for Names {}

/// One part of a grant: `mcp:read`, `mcp:write` or `tool:<name>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantScope {
    /// Tools whose method is safe.
    Read,
    /// Tools whose method is not.
    Write,
    /// One tool, whatever its method.
    Tool(crate::ToolName),
}

/// Text that is no part of a grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no scope: use mcp:read, mcp:write or tool:NAME")]
pub struct GrantScopeError(String);

impl fmt::Display for GrantScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("mcp:read"),
            Self::Write => f.write_str("mcp:write"),
            Self::Tool(name) => write!(f, "tool:{name}"),
        }
    }
}

impl FromStr for GrantScope {
    type Err = GrantScopeError;

    fn from_str(text: &str) -> Result<Self, GrantScopeError> {
        let unknown = || GrantScopeError(text.chars().take(80).collect());
        match text {
            "mcp:read" => Ok(Self::Read),
            "mcp:write" => Ok(Self::Write),
            other => other
                .strip_prefix("tool:")
                .and_then(|name| name.parse().ok())
                .map(Self::Tool)
                .ok_or_else(unknown),
        }
    }
}

impl PartialSchema for GrantScope {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(mcp:read|mcp:write|tool:[A-Za-z0-9_.-]{1,64})$"))
            .into()
    }
}

impl ToSchema for GrantScope {}

impl Serialize for GrantScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GrantScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// What one grant opens of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantScopes {
    /// Safe tools.
    pub read: bool,
    /// The others.
    pub write: bool,
    /// Tools by name.
    pub tools: BTreeSet<Box<str>>,
}

impl GrantScopes {
    /// Whether it opens that tool; `safe` says whether its method is.
    #[must_use]
    pub fn covers(&self, tool: &str, safe: bool) -> bool {
        (if safe { self.read } else { self.write }) || self.tools.contains(tool)
    }

    /// Adds what another grant for the same server opens.
    pub fn add(&mut self, scopes: impl IntoIterator<Item = GrantScope>) {
        for scope in scopes {
            match scope {
                GrantScope::Read => self.read = true,
                GrantScope::Write => self.write = true,
                GrantScope::Tool(name) => {
                    self.tools.insert(name.as_str().into());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{GrantScope, GrantScopes, Names, Scope};

    fn check(scope: &Scope, tool: (&str, bool), expected: bool) {
        assert_eq!(scope.covers_tool(tool.0, tool.1), expected, "{scope:?} {tool:?}");
    }

    #[test]
    fn refusal_is_the_default() {
        let none =
            Scope { servers: Names::Only(vec![]), tools: Names::Only(vec![]), read_only: false };
        assert!(!none.covers_server("srv_1"));
        check(&none, ("list", true), false);
        let reader = Scope { read_only: true, ..Scope::ALL };
        check(&reader, ("list", true), true);
        check(&reader, ("drop", false), false);
        let one = Scope { tools: Names::Only(vec!["list".into()]), ..Scope::ALL };
        check(&one, ("list", true), true);
        check(&one, ("List", true), false);
        check(&one, ("listing", true), false);
    }

    #[test]
    fn a_scope_is_within_one_that_names_as_much() {
        let scope = |servers: &[&str], tools: &[&str], read_only: bool| {
            let names = |list: &[&str]| match list {
                ["*"] => Names::All,
                list => Names::Only(list.iter().map(|name| (*name).to_owned()).collect()),
            };
            Scope { servers: names(servers), tools: names(tools), read_only }
        };
        let check = |inner: &Scope, outer: &Scope, expected: bool| {
            assert_eq!(inner.is_within(outer), expected, "{inner:?} {outer:?}");
        };
        let outer = scope(&["a", "b"], &["*"], true);
        check(&outer, &outer, true);
        check(&scope(&["a"], &["x"], true), &outer, true);
        check(&scope(&[], &["x"], true), &outer, true);
        check(&scope(&["c"], &["x"], true), &outer, false);
        check(&scope(&["*"], &["x"], true), &outer, false);
        check(&scope(&["a"], &["x"], false), &outer, false);
        check(&Scope::ALL, &Scope::ALL, true);
        check(&outer, &Scope::ALL, true);
    }

    #[test]
    fn a_grant_opens_what_it_names() {
        let check = |scopes: &[&str], tool: &str, safe: bool, expected: bool| {
            let mut grant = GrantScopes::default();
            grant.add(scopes.iter().map(|text| text.parse().unwrap()));
            assert_eq!(grant.covers(tool, safe), expected, "{scopes:?} {tool} {safe}");
        };
        check(&[], "list", true, false);
        check(&["mcp:read"], "list", true, true);
        check(&["mcp:read"], "drop", false, false);
        check(&["mcp:write"], "drop", false, true);
        check(&["mcp:write"], "list", true, false);
        check(&["tool:drop"], "drop", false, true);
        check(&["tool:drop"], "Drop", false, false);
        check(&["mcp:read", "tool:drop"], "list", true, true);
        for bad in ["", "mcp:", "mcp:admin", "tool:", "tool:a b", "MCP:READ"] {
            assert!(bad.parse::<GrantScope>().is_err(), "{bad}");
        }
    }
}
