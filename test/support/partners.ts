import { expect, vi } from "vitest";
import type { NetworkInstance } from "./network.ts";

export const SOON = { timeout: 10_000, interval: 25 };

export interface PartnershipJson {
  id: string;
  offer: string;
  state: string;
  in_force: boolean;
  partner: { handle: string; uri: string };
  terms: { url: string; sha256: string; markdown: string };
  [field: string]: unknown;
}

/** Offers a partnership by the REST API and returns it. */
export async function propose(
  from: NetworkInstance,
  to: NetworkInstance,
  fields: object = {},
): Promise<PartnershipJson> {
  const { status, json } = await from.api("POST", "/partnerships", {
    handle: to.handle,
    terms: "# Terms\n\nKeep it between us.\n",
    ...fields,
  });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

/** The partnerships of an instance, newest first. */
export async function partnershipsAt(instance: NetworkInstance): Promise<PartnershipJson[]> {
  const { json } = await instance.api("GET", "/partnerships");
  return json;
}

/** The partnership with that offer, as soon as it is as expected. */
export function waitFor(
  instance: NetworkInstance,
  { offer }: PartnershipJson,
  expected: object,
): Promise<PartnershipJson> {
  return vi.waitFor(async () => {
    const found = (await partnershipsAt(instance)).find((each) => each.offer === offer);
    expect(found).toMatchObject(expected);
    if (found === undefined) throw new Error("there is no such partnership");
    return found;
  }, SOON);
}

/** Lets one do something with a partnership by the REST API. */
export async function act(
  instance: NetworkInstance,
  { id }: PartnershipJson,
  action: "accept" | "reject" | "end" | "suspend" | "resume",
): Promise<PartnershipJson> {
  const { status, json } = await instance.api("POST", `/partnerships/${id}/${action}`);
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

/** Makes the two partners; returns the partnership as the proposing side has it. */
export async function makePartners(
  proposer: NetworkInstance,
  accepter: NetworkInstance,
  fields: object = {},
): Promise<PartnershipJson> {
  const offered = await propose(proposer, accepter, fields);
  const asked = await waitFor(accepter, offered, { state: "asked" });
  await act(accepter, asked, "accept");
  return waitFor(proposer, offered, { state: "active" });
}

/** Instead of waiting for the next attempt: what an instance has to deliver is due now. */
export async function deliverNow({ running }: NetworkInstance): Promise<void> {
  const { sql } = running.instance.database;
  // What is in hand at this moment would put its own next attempt in the place of ours.
  await vi.waitFor(async () => {
    const inHand = await sql`
      select from deliveries where state = 'queued' and last_result = 'sending'`;
    expect(inHand).toHaveLength(0);
  }, SOON);
  await sql`update hosts set open_until = null, failures = 0, failing_since = null`;
  await sql`update deliveries set due_at = now() where state = 'queued'`;
  await sql`select pg_notify('praxis_changes', 'deliveries')`;
}
