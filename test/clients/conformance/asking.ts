import { vi } from "vitest";
import type { CheckedClient } from "../../support/checked-client.ts";
import { SOON } from "../../support/conformance-world.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
export type Json = any;

export async function get(client: CheckedClient, path: string): Promise<Json> {
  return (await client("GET", path)).json;
}

/** Publishes for everybody, unless the fields say otherwise. */
export async function post(client: CheckedClient, fields: object): Promise<Json> {
  const body = { visibility: "public", ...fields };
  return (await client("POST", "/api/v1/statuses", body)).json;
}

/** A form that brings a file, and what is said of it. */
export function file(
  bytes: Uint8Array,
  name: string,
  fields: Readonly<Record<string, string>> = {},
): FormData {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(bytes)]), name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  return form;
}

export async function upload(
  client: CheckedClient,
  bytes: Uint8Array,
  name: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Json> {
  return (await client("POST", "/api/v2/media", file(bytes, name, fields))).json;
}

/** The answer, as soon as it is as wanted. */
export function eventually(
  client: CheckedClient,
  path: string,
  wanted: (json: Json) => boolean,
): Promise<Json> {
  return vi.waitFor(async () => {
    const json = await get(client, path);
    if (!wanted(json)) throw new Error(`${path} is not yet as wanted: ${JSON.stringify(json)}`);
    return json;
  }, SOON);
}
