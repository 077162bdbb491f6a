import { expect, vi } from "vitest";
import { SCOPES } from "../../src/domain/scopes.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { checkedClient, type CheckedClient } from "./checked-client.ts";
import { createForeignPeer, type ForeignActor, type ForeignPeer } from "./foreign-peer.ts";
import { createNetwork, type Network, type NetworkInstance } from "./network.ts";
import { makePartners } from "./partners.ts";

export const SOON = { timeout: 20_000, interval: 50 };
const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

/** Two partners with their people, and a server of somebody else's with Moe and Mal. */
export interface ConformanceWorld {
  readonly network: Network;
  readonly alpha: NetworkInstance;
  readonly bravo: NetworkInstance;
  readonly mastodon: ForeignPeer;
  readonly moe: ForeignActor;
  readonly mal: ForeignActor;
  /** account ids, as Alpha has them */
  readonly ids: Readonly<
    Record<"ana" | "rolf" | "eda" | "alpha" | "bravoAna" | "moe" | "mal", string>
  >;
  readonly members: Readonly<Record<"ana" | "eda" | "rolf", Member>>;
  /** Alpha's Ana (its administrator), Eda (an editor) and Rolf (an author) */
  readonly ana: CheckedClient;
  /** a token of hers, for streams */
  readonly anaToken: string;
  readonly eda: CheckedClient;
  readonly rolf: CheckedClient;
  /** Eda as the organization Alpha */
  readonly organization: CheckedClient;
  readonly visitor: CheckedClient;
  /** Ana of Bravo */
  readonly bravoAna: CheckedClient;
  /** brings an activity of the other server */
  send(by: ForeignActor, type: string, object: unknown, changes?: object): Promise<void>;
  /** the account of that handle, as Ana finds it */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  account(handle: string, by?: CheckedClient): Promise<any>;
  /** the id that a post has at an instance, as soon as it is there */
  arrived(uri: string, instance?: NetworkInstance): Promise<string>;
}

export async function createConformanceWorld(): Promise<ConformanceWorld> {
  const network = createNetwork();
  const [alpha, bravo] = await Promise.all([network.add("alpha"), network.add("bravo")]);
  const mastodon = createForeignPeer("https://mastodon.test");
  network.join(mastodon);
  const moe = mastodon.actor("moe", {
    icon: { type: "Image", url: "https://mastodon.test/moe.png", name: "Moe at the sea" },
    image: { type: "Image", url: "https://mastodon.test/sea.png" },
    summary: "<p>Fitter.</p>",
    attachment: [{ type: "PropertyValue", name: "Plant", value: "North" }],
    discoverable: true,
    alsoKnownAs: ["https://mastodon.test/users/moved"],
  });
  const mal = mastodon.actor("mal", { type: "Service", manuallyApprovesFollowers: true });
  await makePartners(alpha, bravo);
  const eda = await member(alpha, "eda", "editor");
  const rolf = await member(alpha, "rolf", "author");
  const clientOf = (at: NetworkInstance, whose: Member) => client(at, whose, "member");
  const ana = await clientOf(alpha, alpha.admin);
  const bravoAna = await clientOf(bravo, bravo.admin);
  await ana("PATCH", "/api/v1/accounts/update_credentials", { locked: false });
  await bravoAna("PATCH", "/api/v1/accounts/update_credentials", { locked: false });
  const idOf = async (handle: string) => String((await findAccount(ana, handle)).id);
  let activities = 0;
  return {
    network,
    alpha,
    bravo,
    mastodon,
    moe,
    mal,
    members: { ana: alpha.admin, eda, rolf },
    ids: {
      ana: String(alpha.admin.actor.id),
      rolf: String(rolf.actor.id),
      eda: String(eda.actor.id),
      alpha: await idOf(alpha.handle),
      bravoAna: await idOf(bravo.handle.replace("@bravo@", "@ana@")),
      moe: await idOf("@moe@mastodon.test"),
      mal: await idOf("@mal@mastodon.test"),
    },
    ana,
    anaToken: await createToken(alpha.context, alpha.admin, { as: "member", scopes: SCOPES }),
    eda: await clientOf(alpha, eda),
    rolf: await clientOf(alpha, rolf),
    organization: await client(alpha, eda, "organization"),
    visitor: checkedClient(alpha, null),
    bravoAna,
    async send(by, type, object, changes = {}) {
      activities += 1;
      const id = `${mastodon.origin}/activities/${activities}`;
      const activity = { id, type, actor: by.iri, object, to: [PUBLIC], ...changes };
      const app = alpha.running.web?.app;
      const answer = await app?.fetch(mastodon.delivery(alpha.origin, by, activity));
      expect(answer?.status, await answer?.text()).toBe(202);
    },
    account: (handle, by = ana) => findAccount(by, handle),
    arrived: (uri, instance = alpha) =>
      vi.waitFor(async () => {
        const { sql } = instance.running.instance.database;
        const [row] = await sql<{ id: string }[]>`select id::text from posts where iri = ${uri}`;
        if (row === undefined) throw new Error(`${uri} has not arrived`);
        return row.id;
      }, SOON),
  };
}

async function findAccount(by: CheckedClient, handle: string) {
  const query = `q=${encodeURIComponent(handle)}&resolve=true&type=accounts`;
  const { json } = await by("GET", `/api/v2/search?${query}`);
  const [found] = json.accounts;
  if (found === undefined) throw new Error(`nobody is called ${handle}`);
  return found;
}

async function member(
  { context }: NetworkInstance,
  handle: string,
  role: "editor" | "author",
): Promise<Member> {
  const email = `${handle}@alpha.test`;
  return (await addMember(context, { handle, email, role, password: null })).member;
}

async function client(
  instance: NetworkInstance,
  whose: Member,
  as: "member" | "organization",
): Promise<CheckedClient> {
  const token = await createToken(instance.context, whose, { as, scopes: SCOPES });
  return checkedClient(instance, token);
}
