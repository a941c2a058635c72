//! Which addresses are those of the public Internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the public Internet: none of the special blocks of RFC 6890 and its successors, none
/// that holds an IPv4 address, and none where a cloud answers its own machines.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    // Azure answers its machines there; every other cloud does at addresses that are link-local or private.
    let is_metadata = [a, b, c, d] == [168, 63, 129, 16];
    !is_special && !is_metadata
}

/// Only 2000::/3 is given out (IANA). What is outside of it includes loopback, link-local and local addresses, and IPv4
/// addresses in their mapped, compatible and translated (64:ff9b::/96, 64:ff9b:1::/48) forms. Within it, 2001::/23 is for
/// protocols (Teredo among them), and 6to4 and ISATAP hold IPv4 addresses. A mapped address is the IPv4 address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [first, second, _, _, fifth, sixth, ..] = address.segments();
    let is_given_out = first & 0xe000 == 0x2000;
    let is_for_protocols = first == 0x2001 && second < 0x200;
    let is_tunnel = first == 0x2002 || (fifth & !0x200 == 0 && sixth == 0x5efe);
    let is_documentation = (first == 0x2001 && second == 0xdb8) || first == 0x3fff;
    is_given_out && !is_for_protocols && !is_tunnel && !is_documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "168.63.129.16",
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.8",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "203.0.113.5",
            "::1",
            "::",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "2001:2::1",
            "2001:1ff::1",
            "2a00:1450::5efe:a00:1",
            "2a00:1450::200:5efe:a00:1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "100::1",
            "::127.0.0.1",
            "::8.8.8.8",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "172.32.0.1",
            "100.128.0.1",
            "168.63.129.17",
            "192.88.98.1",
            "::ffff:1.1.1.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:200::1",
            "2001:4860:4860::8888",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
