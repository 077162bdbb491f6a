import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { onTestFinished } from "vitest";
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
} from "../../../../src/platform/http/client.ts";

/** A client on a closed network, closed with the test. */
export function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  const made = createHttpClient({
    allowPrivateNetwork: true,
    userAgent: "Praxis-Test/1",
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

/** Lets `server` listen on a free loopback port until the test is over; returns its origin. */
export async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The origin of an HTTP server. */
export const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));

/** The origin of a server that says whatever it likes. */
export const serveRaw = (onSocket: (socket: Socket) => void): Promise<string> =>
  listen(createTcpServer(onSocket));

/** An origin at which nothing listens. */
export async function deadOrigin(): Promise<string> {
  const server = createTcpServer();
  const origin = await listen(server);
  server.close();
  await once(server, "close");
  return origin;
}
