use crate::{AddressKind, SendError, address::canonical, classify};
use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// Text that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an address or network such as 10.1.2.3, 10.1.0.0/16, 10.1.2.3/32:8443 or [fd00::/8]:443"
)]
pub struct AllowRuleError;

/// A network, and perhaps one port of it, that may be connected to whatever its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowRule {
    network: IpAddr,
    prefix: u8,
    port: Option<u16>,
}

impl AllowRule {
    fn covers(&self, address: IpAddr, port: u16) -> bool {
        let same = match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix.min(32));
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix.min(128));
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        };
        same && self.port.is_none_or(|only| only == port)
    }
}

impl FromStr for AllowRule {
    type Err = AllowRuleError;

    fn from_str(text: &str) -> Result<Self, AllowRuleError> {
        let (network, port) = if let Some(rest) = text.strip_prefix('[') {
            let (network, after) = rest.split_once(']').ok_or(AllowRuleError)?;
            match after.strip_prefix(':') {
                Some(port) => (network, Some(port)),
                None if after.is_empty() => (network, None),
                None => return Err(AllowRuleError),
            }
        } else {
            match text.split_once(':') {
                // A colon before any dot is IPv6, which has a port in brackets only.
                Some((before, port)) if before.contains('.') => (before, Some(port)),
                Some(_) | None => (text, None),
            }
        };
        let (address, prefix) = match network.split_once('/') {
            Some((address, prefix)) => (address, Some(number(prefix)?)),
            None => (network, None),
        };
        let network: IpAddr = address.parse().map_err(|_| AllowRuleError)?;
        let most = if network.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(most);
        if prefix > most {
            return Err(AllowRuleError);
        }
        let port = port.map(number).transpose()?;
        Ok(Self { network, prefix: u8::try_from(prefix).map_err(|_| AllowRuleError)?, port })
    }
}

/// Plain digits: `parse` alone also takes a sign.
fn number(text: &str) -> Result<u16, AllowRuleError> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().map_err(|_| AllowRuleError)
    } else {
        Err(AllowRuleError)
    }
}

/// Where requests may go. The default is the public Internet, less the ports of services that speak no HTTP.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    /// Whether loopback, private and shared networks may be reached, on any port but 0.
    pub allow_private: bool,
    /// Networks that may be reached whatever they are: metadata and link-local addresses are reached by this alone.
    pub allow: Vec<AllowRule>,
    /// Addresses that are never reached, whatever else is allowed: our own listeners. An unspecified address stands
    /// for that port on every loopback address.
    pub deny: Vec<SocketAddr>,
}

/// SSH, Telnet, SMTP, DNS, POP, IMAP, LDAP, SMB, databases, caches, queues and cluster ports.
const NO_HTTP: &[u16] = &[
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 179, 389, 427,
    445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 873,
    993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2181, 3306, 3389, 3659, 4045, 4190, 5060, 5061,
    5432, 5672, 5900, 6000, 6379, 6380, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 9042, 9092,
    10080, 11211, 27017,
];

impl Egress {
    /// Whether `port` may be asked for at all, before any name is resolved.
    pub(crate) fn check_port(&self, host: &str, port: u16) -> Result<(), SendError> {
        let allowed = port != 0
            && (self.allow_private
                || NO_HTTP.binary_search(&port).is_err()
                || self.allow.iter().any(|rule| rule.port == Some(port)));
        if allowed { Ok(()) } else { Err(SendError::RefusedPort { host: host.to_owned(), port }) }
    }

    /// Checks one address of `host`, and gives the one to connect to.
    pub(crate) fn check(
        &self,
        host: &str,
        address: IpAddr,
        port: u16,
    ) -> Result<SocketAddr, SendError> {
        let address = canonical(address);
        let kind = classify(address);
        let refused = || SendError::RefusedAddress { host: host.to_owned(), address, kind };
        let own = |own: &SocketAddr| {
            own.port() == port
                && (canonical(own.ip()) == address
                    || (own.ip().is_unspecified() && kind == AddressKind::Loopback))
        };
        if self.deny.iter().any(own) {
            return Err(refused());
        }
        let by_kind = match kind {
            AddressKind::Public => true,
            AddressKind::Loopback | AddressKind::Private | AddressKind::Shared => {
                self.allow_private
            }
            AddressKind::LinkLocal
            | AddressKind::Metadata
            | AddressKind::Unspecified
            | AddressKind::Multicast
            | AddressKind::Documentation
            | AddressKind::Benchmark
            | AddressKind::Tunnel
            | AddressKind::Reserved => false,
        };
        // A port of the list that got here did so by a rule, which must then cover this address.
        let by_kind = by_kind && (self.allow_private || NO_HTTP.binary_search(&port).is_err());
        if by_kind || self.allow.iter().any(|rule| rule.covers(address, port)) {
            Ok(SocketAddr::new(address, port))
        } else {
            Err(refused())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AllowRule, Egress, NO_HTTP};
    use std::net::IpAddr;

    fn allows(egress: &Egress, address: &str, port: u16) -> bool {
        egress.check("h", address.parse::<IpAddr>().unwrap(), port).is_ok()
    }

    #[test]
    fn rules() {
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0",
            "fd00::/129",
            "[fd00::",
            "[fd00::]443",
        ] {
            assert!(bad.parse::<AllowRule>().is_err(), "{bad}");
        }
        for bad in [
            "10.0.0.1:",
            "10.0.0.1:65536",
            "10.0.0.1:-1",
            "example.com",
            "10.0.0.1:80:81",
            "fd00::/8:443x",
        ] {
            assert!(bad.parse::<AllowRule>().is_err(), "{bad}");
        }
        let covers = |rule: &str, address: &str, port| {
            rule.parse::<AllowRule>().expect(rule).covers(address.parse().unwrap(), port)
        };
        assert!(covers("10.1.2.3", "10.1.2.3", 80));
        assert!(!covers("10.1.2.3", "10.1.2.4", 80));
        assert!(covers("10.1.2.3/32:8443", "10.1.2.3", 8443));
        assert!(!covers("10.1.2.3/32:8443", "10.1.2.3", 443));
        assert!(covers("10.1.9.9/16", "10.1.2.3", 80));
        assert!(!covers("10.1.0.0/16", "10.2.0.0", 80));
        assert!(covers("0.0.0.0/0", "10.2.0.0", 80));
        assert!(!covers("0.0.0.0/0", "::1", 80));
        assert!(covers("::/0", "::1", 80));
        assert!(covers("fd00::/8", "fd12::1", 80));
        assert!(covers("[fd00::/8]:443", "fd12::1", 443));
        assert!(!covers("[fd00::1]:443", "fd00::1", 444));
    }

    #[test]
    fn private_networks_are_opened_together_and_metadata_by_name_only() {
        let closed = Egress::default();
        let open = Egress { allow_private: true, ..Egress::default() };
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!allows(&closed, address, 80), "{address}");
            assert!(allows(&open, address, 80), "{address}");
        }
        for address in [
            "169.254.169.254",
            "fd00:ec2::254",
            "100.100.100.200",
            "168.63.129.16",
            "fe80::1",
            "0.0.0.0",
        ] {
            assert!(!allows(&closed, address, 80) && !allows(&open, address, 80), "{address}");
        }
        let named =
            Egress { allow: vec!["169.254.169.254/32:80".parse().unwrap()], ..Egress::default() };
        assert!(allows(&named, "169.254.169.254", 80));
        assert!(!allows(&named, "169.254.169.254", 8080));
        assert!(!allows(&named, "169.254.169.253", 80));
    }

    #[test]
    fn own_listeners_are_never_reached() {
        let own = Egress {
            allow_private: true,
            deny: vec!["0.0.0.0:3000".parse().unwrap(), "8.8.8.8:443".parse().unwrap()],
            ..Egress::default()
        };
        assert!(!allows(&own, "127.0.0.1", 3000));
        assert!(!allows(&own, "::1", 3000));
        assert!(!allows(&own, "::ffff:127.0.0.1", 3000));
        assert!(!allows(&own, "8.8.8.8", 443));
        assert!(allows(&own, "127.0.0.1", 3001));
        assert!(allows(&own, "10.0.0.1", 3000));
    }

    #[test]
    fn ports() {
        assert!(NO_HTTP.is_sorted());
        let closed = Egress::default();
        for port in [22, 25, 6379, 5432, 3306, 11211, 0] {
            assert!(closed.check_port("h", port).is_err(), "{port}");
        }
        for port in [80, 443, 3000, 8080, 8443, 65535] {
            assert!(closed.check_port("h", port).is_ok(), "{port}");
        }
        let open = Egress { allow_private: true, ..Egress::default() };
        assert!(open.check_port("h", 6379).is_ok());
        assert!(open.check_port("h", 0).is_err());
        let named = Egress { allow: vec!["10.0.0.1:6379".parse().unwrap()], ..Egress::default() };
        assert!(named.check_port("h", 6379).is_ok());
        assert!(named.check_port("h", 6380).is_err());
        assert!(allows(&named, "10.0.0.1", 6379));
        assert!(!allows(&named, "8.8.8.8", 6379));
    }
}
