import { expect, test } from "vitest";
import { isPublicAddress } from "../../../../src/platform/http/address.ts";
import { guardUrl } from "../../../../src/platform/http/url.ts";

const off = [
  ["unspecified", "0.0.0.0"],
  ["this network", "0.1.2.3"],
  ["loopback", "127.0.0.1"],
  ["all of 127/8", "127.99.1.2"],
  ["private 10/8", "10.0.0.1"],
  ["private 172.16/12", "172.31.255.255"],
  ["private 192.168/16", "192.168.1.1"],
  ["link-local, cloud metadata", "169.254.169.254"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["documentation", "203.0.113.9"],
  ["benchmarking", "198.18.0.1"],
  ["multicast", "224.0.0.1"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["6to4 relay", "192.88.99.1"],
  ["IPv6 unspecified", "::"],
  ["IPv6 loopback", "::1"],
  ["IPv6 link-local", "fe80::1"],
  ["IPv6 link-local with a zone", "fe80::1%eth0"],
  ["IPv6 site-local", "fec0::1"],
  ["IPv6 unique local", "fd12:3456::1"],
  ["IPv6 multicast", "ff02::1"],
  ["IPv4-mapped", "::ffff:127.0.0.1"],
  ["IPv4-mapped public", "::ffff:93.184.215.14"],
  ["IPv4-compatible", "::7f00:1"],
  ["IPv4-translated", "::ffff:0:127.0.0.1"],
  ["NAT64", "64:ff9b::7f00:1"],
  ["local NAT64", "64:ff9b:1::a00:1"],
  ["6to4", "2002:7f00:1::"],
  ["Teredo", "2001:0:1::1"],
  ["IPv6 documentation", "2001:db8::1"],
  ["not an address", "example.org"],
  ["nothing", ""],
];

test.each(off)("%s (%s) is not on the public internet", (_, address) => {
  expect(isPublicAddress(address ?? "")).toBe(false);
});

test.each(["93.184.215.14", "1.1.1.1", "172.32.0.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])(
  "%s is on the public internet",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  "https://127.0.0.1/",
  "https://2130706433/",
  "https://0x7f.1/",
  "https://0177.0.0.01/",
  "https://127.1/",
  "https://①②⑦.0.0.1/",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/",
  "https://[::ffff:7f00:1]/",
  "https://[64:ff9b::10.0.0.1]/",
  "https://0/",
])("%s is a blocked address however it is spelled", (url) => {
  expect(() => guardUrl(url, false)).toThrow(
    expect.objectContaining({ code: "http_blocked_address" }),
  );
});

test.each([
  "http://example.org/",
  "ftp://example.org/",
  "file:///etc/passwd",
  "https://user:secret@example.org/",
  "https://user@example.org/",
  "https://example.org:22/",
  "https://example.org:25/",
  "https://example.org:80/",
  "//example.org/",
  "not a url",
  "",
  `https://example.org/${"a".repeat(5000)}`,
])("%s is not a web address this server calls", (url) => {
  expect(() => guardUrl(url, false)).toThrow(expect.objectContaining({ code: "http_bad_url" }));
});

test("https on the default or an unprivileged port is called, without the fragment", () => {
  expect(guardUrl("https://example.org/actor#main-key", false).href).toBe(
    "https://example.org/actor",
  );
  expect(guardUrl("https://example.org:8443/x?y=z", false).href).toBe(
    "https://example.org:8443/x?y=z",
  );
});

test("a closed network may use http, private addresses and any port, but no credentials", () => {
  expect(guardUrl("http://127.0.0.1:80/", true).href).toBe("http://127.0.0.1/");
  expect(() => guardUrl("http://a:b@127.0.0.1/", true)).toThrow(
    expect.objectContaining({ code: "http_bad_url" }),
  );
  expect(() => guardUrl("gopher://127.0.0.1/", true)).toThrow(
    expect.objectContaining({ code: "http_bad_url" }),
  );
});
