use crate::{limits::Rules, quota::Quota};
use arc_swap::ArcSwapOption;
use model::{
    AccountId, ApiRequestId, AppKey, CustomerId, GrantScopes, PermissionSet, Scope, Secret,
    ServerId, SignInId, Timestamp, TokenId, UserId,
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Instant,
};

/// Who acts: a token, a user that has signed in, or the operator of the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalId {
    /// Whoever holds that token.
    Token(TokenId),
    /// A customer of the account, by a token that was signed for it.
    Customer(CustomerId),
    /// A user in a browser.
    User(UserId),
    /// Whoever can read the data directory and its key.
    Operator,
    /// Gatewright by itself.
    System,
}

/// One who may act, as the registry knows it: what it may do, and what it has under way.
#[derive(Debug)]
pub(crate) struct Principal {
    pub(crate) rights: Rights,
    /// Its id as text: what the request log calls it.
    pub(crate) name: Arc<str>,
    pub(crate) revoked: AtomicBool,
    pub(crate) quota: Quota,
    pub(crate) in_flight: AtomicUsize,
    pub(crate) account: Arc<AccountState>,
    /// Milliseconds; 0 when it was not used since it was last written down.
    pub(crate) last_used: AtomicI64,
}

/// What all callers of one account share. Lives as long as the process.
#[derive(Debug, Default)]
pub(crate) struct AccountState {
    /// Calls under way.
    pub(crate) in_flight: AtomicUsize,
    /// The limits that hold, if there are any.
    pub(crate) rules: ArcSwapOption<Rules>,
}

/// What a principal is and may do. When any of it changes, the principal is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) id: PrincipalId,
    pub(crate) account_id: AccountId,
    /// What people call it.
    pub(crate) label: String,
    /// The user whose rights bound a token's; the user itself.
    pub(crate) user_id: Option<UserId>,
    /// The customer that it stands for.
    pub(crate) customer_id: Option<CustomerId>,
    pub(crate) permissions: PermissionSet,
    pub(crate) access: Access,
    /// The apps that it is for; all when absent.
    pub(crate) apps: Option<Arc<[AppKey]>>,
    /// Networks that it may come from; any when empty.
    pub(crate) networks: Vec<Network>,
    /// Whether it may be sent in the URL.
    pub(crate) allow_in_url: bool,
    pub(crate) expires_at: Option<Timestamp>,
}

/// The servers and tools that are open to a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// What the token names.
    pub(crate) scope: Scope,
    /// What its owner was granted; absent when every server is open to the owner.
    pub(crate) grants: Option<Arc<Grants>>,
}

/// What a user was granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grants {
    pub(crate) all: Option<GrantScopes>,
    pub(crate) by_server: HashMap<ServerId, GrantScopes>,
}

impl Grants {
    fn of(&self, server: ServerId) -> impl Iterator<Item = &GrantScopes> {
        self.all.iter().chain(self.by_server.get(&server))
    }
}

impl Access {
    /// All servers, all tools.
    pub(crate) const ALL: Self = Self { scope: Scope::ALL, grants: None };

    pub(crate) fn covers_server(&self, server: ServerId) -> bool {
        let granted = |grants: &Arc<Grants>| grants.of(server).next().is_some();
        self.grants.as_ref().is_none_or(granted)
            && match &self.scope.servers {
                model::Names::All => true,
                model::Names::Only(_) => self.scope.covers_server(&server.to_string()),
            }
    }

    /// Whether that tool of a server that is covered may be seen and called.
    pub(crate) fn covers_tool(&self, server: ServerId, tool: &str, safe: bool) -> bool {
        let granted =
            |grants: &Arc<Grants>| grants.of(server).any(|scopes| scopes.covers(tool, safe));
        self.scope.covers_tool(tool, safe) && self.grants.as_ref().is_none_or(granted)
    }

    /// Whether resources of a server that is covered may be read: to whoever is given tools one by one, they are not.
    pub(crate) fn covers_resources(&self, server: ServerId) -> bool {
        let granted = |grants: &Arc<Grants>| grants.of(server).any(|scopes| scopes.read);
        matches!(self.scope.tools, model::Names::All) && self.grants.as_ref().is_none_or(granted)
    }

    /// Whether every tool of every covered server is open, so that no list needs to be cut.
    pub(crate) fn covers_all_tools(&self) -> bool {
        self.grants.is_none()
            && !self.scope.read_only
            && matches!(self.scope.tools, model::Names::All)
    }
}

/// Addresses that share a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or a single address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => most,
        };
        (prefix <= most).then_some(Self { address, prefix })
    }

    /// Whether every address of it is one of `outer`'s.
    pub(crate) fn is_within(&self, outer: &Self) -> bool {
        self.prefix >= outer.prefix && outer.contains(self.address)
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let bits = |address: IpAddr| match address.to_canonical() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, true),
            IpAddr::V6(v6) => (v6.to_bits(), false),
        };
        let ((own, own_v4), (other, other_v4)) = (bits(self.address), bits(address));
        let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
        own_v4 == other_v4 && own & mask == other & mask
    }
}

impl Principal {
    pub(crate) fn new(rights: Rights, account: Arc<AccountState>) -> Self {
        let name = match rights.id {
            PrincipalId::Token(id) => id.to_string().into(),
            PrincipalId::Customer(id) => id.to_string().into(),
            PrincipalId::User(id) => id.to_string().into(),
            PrincipalId::Operator => "operator".into(),
            PrincipalId::System => "system".into(),
        };
        Self {
            rights,
            name,
            revoked: AtomicBool::new(false),
            quota: Quota::new(Instant::now()),
            in_flight: AtomicUsize::new(0),
            account,
            last_used: AtomicI64::new(0),
        }
    }

    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        !self.revoked.load(Ordering::Acquire) && self.rights.expires_at.is_none_or(|at| now < at)
    }

    /// Whether it may come from there. An address that is not known is none that was named.
    pub(crate) fn may_come_from(&self, source: Option<IpAddr>) -> bool {
        self.rights.networks.is_empty()
            || source.is_some_and(|address| {
                self.rights.networks.iter().any(|network| network.contains(address))
            })
    }
}

/// How a caller reached us, for the audit log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// A program, with a token.
    #[default]
    Api,
    /// The command line, on the data directory itself.
    Cli,
    /// A browser, signed in.
    Console,
    /// A customer's browser, by a connect link.
    Page,
    /// Gatewright by itself.
    System,
}

impl Via {
    /// Its name in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Cli => "cli",
            Self::Console => "console",
            Self::Page => "page",
            Self::System => "system",
        }
    }
}

/// What is known of one request beside who makes it.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The peer's address.
    pub source: Option<IpAddr>,
    /// How it came.
    pub via: Via,
    /// What it is called, in its answer and in the audit log.
    pub request_id: Option<ApiRequestId>,
    /// The sign-in that it belongs to.
    pub sign_in: Option<SignInId>,
    /// What pages of ours send with what changes anything, and other sites cannot know.
    pub csrf_token: Option<Secret>,
    /// Makes a creation that is sent twice happen once.
    pub idempotency: Option<Arc<crate::Idempotency>>,
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn networks() {
        let check = |network: &str, address: &str, expected: bool| {
            let network = Network::parse(network).unwrap();
            assert_eq!(
                network.contains(address.parse().unwrap()),
                expected,
                "{network:?} {address}"
            );
        };
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
        check("0.0.0.0/0", "192.0.2.1", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("10.0.0.0/8", "::ffff:10.1.1.1", true);
        check("2001:db8::/32", "2001:db8:1::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::/0", "10.0.0.1", false);
        let within = |inner: &str, outer: &str, expected: bool| {
            let (inner, outer) = (Network::parse(inner).unwrap(), Network::parse(outer).unwrap());
            assert_eq!(inner.is_within(&outer), expected, "{inner:?} {outer:?}");
        };
        within("10.1.0.0/16", "10.0.0.0/8", true);
        within("10.0.0.0/8", "10.1.0.0/16", false);
        within("10.1.2.3", "10.1.2.3", true);
        within("11.0.0.0/16", "10.0.0.0/8", false);
        within("::/0", "10.0.0.0/8", false);
        within("2001:db8::/48", "2001:db8::/32", true);
        for bad in ["", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0", "::/129", "10.0.0.0/", "a/8"] {
            assert!(Network::parse(bad).is_none(), "{bad}");
        }
    }
}
