import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { guardedLookup, type ResolvedAddress } from "../../../../src/platform/http/resolve.ts";

const publicV4: ResolvedAddress = { address: "93.184.215.14", family: 4 };
const loopback: ResolvedAddress = { address: "127.0.0.1", family: 4 };
const nat64: ResolvedAddress = { address: "64:ff9b::7f00:1", family: 6 };

/** What a socket that connects to `hostname` is told. */
function lookUp(
  lookup: ReturnType<typeof guardedLookup>,
  all: boolean,
  hostname = "rebind.example",
) {
  return new Promise<string | LookupAddress[]>((resolve, reject) => {
    lookup(hostname, { all }, (error, address) => (error ? reject(error) : resolve(address)));
  });
}

test("a name that is rebound to a private address fails at the next connection", async () => {
  const answers = [[publicV4], [loopback]];
  let asked = 0;
  const lookup = guardedLookup(async () => answers[asked++] ?? [], false);
  expect(await lookUp(lookup, false)).toBe("93.184.215.14");
  await expect(lookUp(lookup, false)).rejects.toMatchObject({ code: "http_blocked_address" });
  expect(asked).toBe(2);
});

test("of a mixed answer only the public addresses reach the socket", async () => {
  const lookup = guardedLookup(async () => [loopback, nat64, publicV4], false);
  expect(await lookUp(lookup, true)).toEqual([publicV4]);
  expect(await lookUp(lookup, false)).toBe("93.184.215.14");
});

test("a closed network uses every address it is given", async () => {
  const lookup = guardedLookup(async () => [loopback, publicV4], true);
  expect(await lookUp(lookup, true)).toEqual([loopback, publicV4]);
});

test("a failed resolution is passed on", async () => {
  const lookup = guardedLookup(async () => {
    throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  }, false);
  await expect(lookUp(lookup, true)).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test.each(["localhost", "alpha.localhost", "a.b.LOCALHOST", "alpha.localhost."])(
  "in a closed network %s is this machine, without asking anybody",
  async (hostname) => {
    const lookup = guardedLookup(async () => [publicV4], true);
    expect(await lookUp(lookup, true, hostname)).toEqual([loopback, { address: "::1", family: 6 }]);
    expect(await lookUp(lookup, false, hostname)).toBe("127.0.0.1");
  },
);

test.each(["localhost.example", "notlocalhost", "localhosts"])(
  "%s is a name like any other",
  async (hostname) => {
    const lookup = guardedLookup(async () => [publicV4], true);
    expect(await lookUp(lookup, false, hostname)).toBe("93.184.215.14");
  },
);

test("outside a closed network no name below localhost reaches this machine", async () => {
  const lookup = guardedLookup(async () => [loopback], false);
  await expect(lookUp(lookup, true, "alpha.localhost")).rejects.toMatchObject({
    code: "http_blocked_address",
  });
});
