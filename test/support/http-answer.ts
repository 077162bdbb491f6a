import type { KeyObject } from "node:crypto";
import type { SignatureSpec } from "../../src/federation/signatures/claim.ts";
import { signRequest } from "../../src/federation/signatures/sign.ts";

/** Who signs a request. */
export interface Signer {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** An answer as it came over the socket. */
export interface Answer {
  readonly status: number;
  /** all of them but `Date`, which differs from second to second */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  readonly json: () => any;
}

export interface Asking {
  readonly method?: string;
  readonly accept?: string;
  readonly signer?: Signer | undefined;
  readonly spec?: SignatureSpec;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ACTIVITY_JSON = "application/activity+json";

/** Asks by HTTP, as ActivityPub unless told otherwise, signed by `signer` if there is one. */
export async function ask(url: string, asking: Asking = {}): Promise<Answer> {
  const { method = "GET", accept = ACTIVITY_JSON, signer, spec = "draft-cavage" } = asking;
  const signed = signer === undefined ? {} : signRequest({ method, url, spec, ...signer });
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: { accept, ...signed, ...asking.headers },
    ...(asking.body === undefined ? {} : { body: asking.body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== "date"));
  const text = bytes.toString();
  return { status: response.status, headers, bytes, text, json: () => JSON.parse(text) };
}

/** What two answers are compared by: status, headers and bytes. */
export function whole({ status, headers, bytes }: Answer) {
  return { status, headers, bytes: bytes.toString("base64") };
}
