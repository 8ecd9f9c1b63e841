use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// What an IP address is, by the IANA special-purpose registries and the metadata addresses of clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// Globally reachable unicast.
    Public,
    /// `127/8`, `::1`.
    Loopback,
    /// RFC 1918, RFC 4193 (`fc00::/7`), and `fec0::/10`.
    Private,
    /// RFC 6598, `100.64/10`.
    Shared,
    /// `169.254/16`, `fe80::/10`.
    LinkLocal,
    /// Where clouds serve instance metadata and credentials.
    Metadata,
    /// `0/8`, `::`.
    Unspecified,
    /// `224/4`, `ff00::/8`.
    Multicast,
    /// Addresses for documentation.
    Documentation,
    /// `198.18/15`, `2001:2::/48`.
    Benchmark,
    /// A form that hides another address and has no use of its own: 6to4, Teredo, ISATAP, local NAT64, IPv4-compatible.
    Tunnel,
    /// Everything else that is not globally reachable.
    Reserved,
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "a public address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::Shared => "an address of a carrier's or overlay network",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "a cloud metadata address",
            Self::Unspecified => "an unspecified address",
            Self::Multicast => "a multicast address",
            Self::Documentation => "a documentation address",
            Self::Benchmark => "a benchmarking address",
            Self::Tunnel => "an address that stands for another",
            Self::Reserved => "a reserved address",
        })
    }
}

/// The address that a socket really reaches: an IPv4-mapped one is that IPv4 address.
#[must_use]
pub(crate) fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
    }
}

/// What `address` is. IPv4 inside IPv6 (mapped, NAT64) is judged as that IPv4 address.
///
/// `IpAddr::is_private` and its like know neither shared space, nor benchmarking, nor any embedded form.
#[must_use]
pub fn classify(address: IpAddr) -> AddressKind {
    match canonical(address) {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressKind {
    use AddressKind as Kind;
    match address.octets() {
        // EC2 and its imitators; ECS task and EKS pod credentials are link-local too; Alibaba; Azure's wire server; Oracle.
        [169, 254, 169, 254]
        | [169, 254, 170, 2 | 23]
        | [100, 100, 100, 200]
        | [168, 63, 129, 16]
        | [192, 0, 0, 192] => Kind::Metadata,
        [0, ..] => Kind::Unspecified,
        [127, ..] => Kind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Kind::Private,
        [100, 64..=127, ..] => Kind::Shared,
        [169, 254, ..] => Kind::LinkLocal,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Kind::Documentation,
        // MCAST-TEST-NET is multicast first; 192.88.99/24 is the retired 6to4 relay.
        [192, 0, 0, _] | [240..=255, ..] => Kind::Reserved,
        [192, 88, 99, _] => Kind::Tunnel,
        [198, 18..=19, ..] => Kind::Benchmark,
        [224..=239, ..] => Kind::Multicast,
        _ => Kind::Public,
    }
}

const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

fn classify_v6(address: Ipv6Addr) -> AddressKind {
    use AddressKind as Kind;
    if METADATA_V6.contains(&address) {
        return Kind::Metadata;
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Kind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        // IPv4-compatible (RFC 4291 §2.5.5.1) and IPv4-translated (RFC 2765): long dead.
        [0, 0, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => Kind::Tunnel,
        // NAT64 (RFC 6052) is how a host without IPv4 reaches it, so it is what its inside is.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => match classify_v4(embedded(high, low)) {
            Kind::Public => Kind::Public,
            inside => inside,
        },
        // ISATAP (RFC 5214): interface identifiers 0000:5efe and 0200:5efe, under whatever prefix; local-use NAT64
        // (RFC 8215); Teredo; 6to4.
        [_, _, _, _, 0 | 0x200, 0x5efe, ..]
        | [0x64, 0xff9b, 1, ..]
        | [0x2001, 0, ..]
        | [0x2002, ..] => Kind::Tunnel,
        [0x100, 0, 0, 0..=1, ..] => Kind::Reserved,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Documentation,
        [0x2001, 2, 0, ..] => Kind::Benchmark,
        // The rest of 2001::/23 is for protocols, of which only these are globally reachable: anycast for PCP and
        // TURN, AMT, AS112, ORCHIDv2 and drone identifiers.
        [0x2001, 1, 0, 0, 0, 0, 0, 1..=3]
        | [0x2001, 3, ..]
        | [0x2001, 4, 0x112, ..]
        | [0x2001, 0x20..=0x3f, ..] => Kind::Public,
        [0x2001, 0..=0x1ff, ..] => Kind::Reserved,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Kind::Private,
        [0xfe80..=0xfebf, ..] => Kind::LinkLocal,
        [0xff00..=0xffff, ..] => Kind::Multicast,
        // Global unicast is 2000::/3; IANA has given out nothing else.
        [0x2000..=0x3fff, ..] => Kind::Public,
        _ => Kind::Reserved,
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::{AddressKind::*, classify};

    #[test]
    fn table() {
        let table = [
            (
                Public,
                "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0",
            ),
            (
                Public,
                "169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255",
            ),
            (
                Public,
                "192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0",
            ),
            (Public, "203.0.112.255 203.0.114.0 223.255.255.255 168.63.129.15 168.63.129.17"),
            (
                Public,
                "::ffff:8.8.8.8 64:ff9b::8.8.8.8 2606:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888",
            ),
            (
                Public,
                "2001:200::1 2001:3::1 2001:4:112::1 2001:1::1 2001:20::1 2003::1 2400::1 3fff:1000::1",
            ),
            (
                Loopback,
                "127.0.0.1 127.1.2.3 127.255.255.255 ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 64:ff9b::7f00:1",
            ),
            (
                Private,
                "10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.0 192.168.255.255",
            ),
            (
                Private,
                "::ffff:10.1.2.3 64:ff9b::192.168.1.1 fc00::1 fd12:3456::1 fdff:ffff::1 fec0::1 feff::1",
            ),
            (
                Shared,
                "100.64.0.0 100.100.100.100 100.127.255.255 ::ffff:100.64.0.1 64:ff9b::6440:1",
            ),
            (
                LinkLocal,
                "169.254.0.1 169.254.169.253 169.254.255.255 fe80::1 febf::1 ::ffff:169.254.1.1",
            ),
            (
                Metadata,
                "169.254.169.254 169.254.170.2 169.254.170.23 100.100.100.200 168.63.129.16 192.0.0.192",
            ),
            (
                Metadata,
                "fd00:ec2::254 fd00:ec2::23 fd20:ce::254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe",
            ),
            (Unspecified, "0.0.0.0 0.0.0.1 0.255.255.255 :: ::ffff:0.0.0.0 64:ff9b::"),
            (
                Multicast,
                "224.0.0.1 233.252.0.1 239.255.255.255 ff00:: ff02::1 ffff::1 ::ffff:224.0.0.1",
            ),
            (
                Documentation,
                "192.0.2.1 198.51.100.7 203.0.113.7 2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1",
            ),
            (Benchmark, "198.18.0.0 198.19.255.255 2001:2::1 64:ff9b::198.18.0.1"),
            (
                Tunnel,
                "192.88.99.1 2002:7f00:1:: 2002:808:808:: 2001::1 2001:0:53aa:64c:0:7fff:5601:2 64:ff9b:1::1",
            ),
            (
                Tunnel,
                "64:ff9b:1::a9fe:a9fe ::127.0.0.1 ::8.8.8.8 ::2 ::ffff:0:127.0.0.1 2a00::5efe:10.0.0.1",
            ),
            (Tunnel, "fe80::5efe:7f00:1 2a00::200:5efe:8.8.8.8 64:ff9b:1:ffff::1"),
            (
                Reserved,
                "192.0.0.1 192.0.0.170 192.0.0.255 240.0.0.1 254.1.2.3 255.255.255.255 100::1 100:0:0:1::1",
            ),
            (
                Reserved,
                "2001:1::4 2001:10::1 2001:4:111::1 2001:1ff::1 4000::1 5f00::1 200::1 64:ff9b::f000:1",
            ),
            (Reserved, "64:ff9b:2::1 fe00::1 1::1 8000::1 ::ffff:255.255.255.255"),
        ];
        let mut count = 0;
        for (kind, addresses) in table {
            for address in addresses.split(' ') {
                assert_eq!(classify(address.parse().expect(address)), kind, "{address}");
                count += 1;
            }
        }
        assert!(count >= 100, "{count}");
    }
}
