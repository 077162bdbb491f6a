import { createHash } from "node:crypto";

/** A host that the instance refuses (`DomainBlock`); why is for administrators alone. */
export function domainBlockJson(host: string) {
  const digest = createHash("sha256").update(host).digest("hex");
  return { domain: host, digest, severity: "suspend" as const, comment: "" };
}
