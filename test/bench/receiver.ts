import { createServer } from "node:http";

/**
 * A process that is everybody's inbox: every address of 127.0.0.0/8 is an origin of its own. It
 * tells its parent how many deliveries it got, and how many different activities and inboxes.
 */
let count = 0;
const seen = new Set<string>();
const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => {
    count += 1;
    seen.add(`${request.headers.host}${request.url}`);
    response.writeHead(202).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "0.0.0.0", () => process.send?.({ address: server.address() }));
process.on("message", () => process.send?.({ count, distinct: seen.size }));
process.on("disconnect", () => process.exit(0));
