import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDnsResolve } from "../../../../src/platform/http/resolve.ts";

const TYPE_A = 1;
const NO_SUCH_NAME = 3;
const socket = createSocket("udp4");
let servers: string[] = [];

/** A DNS server (RFC 1035) that knows one name, `known.example`, and its one IPv4 address. */
beforeAll(async () => {
  socket.on("message", (query, peer) => {
    const known = query.includes("\u0005known\u0007example");
    const questionEnd = query.indexOf(0, 12) + 5;
    const hasAnswer = known && query.readUInt16BE(questionEnd - 4) === TYPE_A;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(known ? 0x8180 : 0x8180 | NO_SUCH_NAME, 2);
    header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 215, 14]);
    const question = query.subarray(12, questionEnd);
    const answer = Buffer.concat(hasAnswer ? [header, question, record] : [header, question]);
    socket.send(answer, peer.port, peer.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  servers = [`127.0.0.1:${socket.address().port}`];
});
afterAll(() => socket.close());

test("a name is resolved by the DNS servers", async () => {
  expect(await createDnsResolve(servers)("known.example")).toEqual([
    { address: "93.184.215.14", family: 4 },
  ]);
});

test("a name the DNS servers do not know may be in the hosts file", async () => {
  expect(await createDnsResolve(servers)("localhost")).toContainEqual({
    address: "127.0.0.1",
    family: 4,
  });
});
