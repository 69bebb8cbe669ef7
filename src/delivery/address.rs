//! Which addresses a webhook may reach: public ones, so that no setting and no change of a name's
//! address turns Vagus against the network it stands in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// An IPv4 network that is not the public internet.
struct Network(Ipv4Addr, u8, &'static str);

/// What of IPv4 is not the public internet.
///
/// # Source
/// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates); 168.63.129.16 is the
/// host of Azure as its virtual machines see it.
const NOT_PUBLIC_V4: &[Network] = &[
    Network(Ipv4Addr::new(0, 0, 0, 0), 8, "no host at all"),
    Network(Ipv4Addr::new(10, 0, 0, 0), 8, "a private network"),
    Network(Ipv4Addr::new(100, 64, 0, 0), 10, "a provider's inner network"),
    Network(Ipv4Addr::new(127, 0, 0, 0), 8, "this machine"),
    Network(Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's inner services"),
    Network(Ipv4Addr::new(169, 254, 0, 0), 16, "the local link, where clouds keep their metadata"),
    Network(Ipv4Addr::new(172, 16, 0, 0), 12, "a private network"),
    Network(Ipv4Addr::new(192, 0, 0, 0), 24, "addresses of protocols"),
    Network(Ipv4Addr::new(192, 0, 2, 0), 24, "addresses for documentation"),
    Network(Ipv4Addr::new(192, 88, 99, 0), 24, "a relay between the protocols"),
    Network(Ipv4Addr::new(192, 168, 0, 0), 16, "a private network"),
    Network(Ipv4Addr::new(198, 18, 0, 0), 15, "a network for measurements"),
    Network(Ipv4Addr::new(198, 51, 100, 0), 24, "addresses for documentation"),
    Network(Ipv4Addr::new(203, 0, 113, 0), 24, "addresses for documentation"),
    Network(Ipv4Addr::new(224, 0, 0, 0), 4, "many hosts at once"),
    Network(Ipv4Addr::new(240, 0, 0, 0), 4, "reserved addresses"),
];

impl Network {
    fn holds(&self, address: Ipv4Addr) -> bool {
        let mask = u32::MAX << (32 - u32::from(self.1));
        u32::from(address) & mask == u32::from(self.0) & mask
    }
}

/// Whether an address is of the public internet; else what it is.
///
/// # Errors
/// What the address is, in words.
pub(crate) fn check(address: IpAddr) -> Result<(), &'static str> {
    match address {
        IpAddr::V4(v4) => check_v4(v4),
        IpAddr::V6(v6) => check_v6(v6),
    }
}

fn check_v4(address: Ipv4Addr) -> Result<(), &'static str> {
    NOT_PUBLIC_V4.iter().find(|network| network.holds(address)).map_or(Ok(()), |network| Err(network.2))
}

/// Of IPv6 only what is given out as global unicast (2000::/3) is public, without what is set apart in it;
/// an IPv4 address inside is looked at as such.
///
/// # Source
/// IANA IPv6 Special-Purpose Address Registry; RFC 4291, 6052 (NAT64), 3056 (6to4), 4380 (Teredo).
fn check_v6(address: Ipv6Addr) -> Result<(), &'static str> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0, 0, high, low] if high != 0 => check_v4(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => check_v4(v4(high, low)),
        [0, 0, 0, 0, 0, 0, 0, 1] => Err("this machine"),
        [0, ..] => Err("no host at all"),
        [0x2002, high, low, ..] => check_v4(v4(high, low)),
        [0x2001, second, ..] if second < 0x200 => Err("addresses of protocols"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Err("addresses for documentation"),
        [0xfc00..=0xfdff, ..] => Err("a private network"),
        [0xfe80..=0xfebf, ..] => Err("the local link"),
        [0xfec0..=0xfeff, ..] => Err("a private network"),
        [0xff00..=0xffff, ..] => Err("many hosts at once"),
        [0x2000..=0x3fff, ..] => Ok(()),
        _ => Err("reserved addresses"),
    }
}

/// The address that a URL names instead of a host, in whatever way it is written.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    // The parser has made four numbers of 0x7f.1 and its like already.
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host).parse().ok()
}

/// Why a host is not spoken to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the receiver's address leads to {0}; set allow_private_addresses if that is meant")]
pub(crate) struct NotPublic(pub(crate) &'static str);

/// Looks up names, and gives public addresses only: what was looked at is what is connected to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One address that is not public is enough: a name with both is a trick.
            for address in &found {
                check(address.ip()).map_err(NotPublic)?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_public(text: &str) -> bool {
        check(text.parse().unwrap()).is_ok()
    }

    #[test]
    fn public_addresses_may_be_reached() {
        for address in ["1.1.1.1", "93.184.216.34", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is_public(address), "{address}");
        }
    }

    #[test]
    fn every_form_of_an_inner_address_is_refused() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2002:c0a8:101::",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "4000::1",
            "5f00::1",
        ] {
            assert!(!is_public(address), "{address}");
        }
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_is_judged_as_itself() {
        for address in ["::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"] {
            assert!(is_public(address), "{address}");
        }
    }

    #[test]
    fn an_address_in_a_url_is_found_however_it_is_written() {
        for url in
            ["http://127.0.0.1/", "http://0x7f.1/", "http://2130706433/", "http://017700000001/", "http://127.1/"]
        {
            assert_eq!(literal(&Url::parse(url).unwrap()), Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), "{url}");
        }
        assert_eq!(literal(&Url::parse("http://[::1]/").unwrap()), Some(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        assert_eq!(literal(&Url::parse("http://example.org/").unwrap()), None);
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_resolved() {
        let error = PublicResolver.resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(error.to_string().contains("this machine"), "{error}");
    }
}
