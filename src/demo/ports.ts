import { createServer } from "node:net";
import { AppError } from "../domain/errors.ts";
import type { Site } from "./site.ts";

/** @throws AppError `demo_port_taken` that says how to choose others */
export async function checkPorts(sites: readonly Site[]): Promise<void> {
  const taken: number[] = [];
  for (const { port } of sites) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) return;
  const others = sites.map(({ port }) => (port + 1000) % 64_000 || port).join(",");
  throw new AppError(
    "demo_port_taken",
    `${taken.length === 1 ? "Port" : "Ports"} ${taken.join(", ")} cannot be used: perhaps another demo is running. ` +
      "Stop what uses it, or choose other ports and a folder for them:\n" +
      `  PRAXIS_DEMO_PORTS=${others} PRAXIS_DEMO_DATA=demo-data/other npm run demo`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
