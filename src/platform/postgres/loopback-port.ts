import { createServer } from "node:net";

/** The port number on 127.0.0.1 that was free a moment ago: `wanted` if possible, else one that the system picks. */
export async function freePort(wanted?: number): Promise<number> {
  return (await tryPort(wanted ?? 0)) ?? (await freePort());
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(undefined));
    server.listen({ host: "127.0.0.1", port }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}
