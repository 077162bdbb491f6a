import ipaddr from "ipaddr.js";

/** 2000::/3, the only part of IPv6 that is routed on the public internet. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether `address` (an IP literal without brackets) is a unicast address of the public internet.
 *
 * Everything else is refused: private, loopback, link-local, carrier-grade NAT, multicast,
 * unspecified, documentation and reserved ranges, and every IPv6 form that carries an IPv4 address
 * inside (mapped, compatible, NAT64, 6to4, Teredo), because a gateway could turn it into a private one.
 * Text that is not an address is not public either.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed.kind() === "ipv4" || parsed.match(GLOBAL_IPV6);
}
