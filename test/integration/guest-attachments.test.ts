import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { notices } from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { openGuestSession } from "../../src/services/guests.ts";
import { uploadMedia } from "../../src/services/media-upload.ts";
import { deletePractice, publishPractice } from "../../src/services/practices.ts";
import type { ActorRecord, PostRecord } from "../../src/services/records.ts";
import { pdf } from "../support/media-samples.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { addRemoteActor } from "../support/web-world.ts";

const DRAWING = pdf("Rates that we pay");

let network: Network;
let alpha: NetworkInstance;
let post: PostRecord;
let path: string;
let bo: ActorRecord;
let eve: ActorRecord;

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  const { context, admin } = alpha;
  bo = await addRemoteActor(context, "bo", { type: "Person", host: "bo.example" });
  eve = await addRemoteActor(context, "eve", { type: "Person", host: "eve.example" });
  const source = new Blob([new Uint8Array(DRAWING)]).stream();
  const file = await uploadMedia(context, actingAs(admin), { fileName: "rates.pdf", source });
  post = await publishPractice(context, admin, {
    audience: [{ kind: "person", actor: bo.iri }],
    mediaIds: [String(file.id)],
    draft: {
      title: "Rates that we pay",
      summary: "",
      content: "See the table.",
      kind: "practice",
      topics: [],
      benefits: [],
      license: null,
      language: "en",
      credits: [],
      label: "TLP:RED",
      reviewBy: null,
    },
  });
  path = new URL(post.attachments[0]?.url ?? "").pathname;
});

afterAll(() => network?.close());

/** What somebody gets who is signed in as a guest; null = who is not. */
async function fetchAs(guest: ActorRecord | null, at: string): Promise<Response> {
  if (guest === null) return alpha.fetch(at);
  const token = await openGuestSession(alpha.context, guest);
  return alpha.fetch(at, { headers: { Cookie: `__Host-praxis_guest=${token}` } });
}

describe("a file of a practice that is shared with a guest", () => {
  test("is linked from the page that they read, and theirs to open", async () => {
    const [notice] = await alpha.context.db
      .select()
      .from(notices)
      .where(eq(notices.postId, post.id));
    const page = await fetchAs(bo, `/n/${notice?.key ?? "none"}`);
    expect(await page.text()).toContain(path);
    const file = await fetchAs(bo, path);
    expect(file.status).toBe(200);
    expect(Buffer.from(await file.arrayBuffer()).equals(DRAWING)).toBe(true);
    expect(file.headers.get("cache-control")).toBe("private, no-store");
  });

  test("is nothing to another guest and to nobody in particular", async () => {
    for (const other of [eve, null]) expect((await fetchAs(other, path)).status).toBe(404);
  });

  test("is nothing to them any more once the practice is withdrawn", async () => {
    await deletePractice(alpha.context, alpha.admin, post.id);
    expect((await fetchAs(bo, path)).status).toBe(404);
  });
});
