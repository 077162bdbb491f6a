import type { Founded } from "./found.ts";
import { waitFor } from "./poll.ts";
import type { FollowJson, Rest } from "./rest.ts";
import type { Stage } from "./stage.ts";

const PATIENCE_S = 60;

/** Whether an organization lets the other one follow without the visitor. */
export function letsFollow(followee: Founded, follower: Founded): boolean {
  const { followers, approves } = followee.site.organization;
  return followers === "open" || approves.includes(follower.site.organization.handle);
}

/**
 * Every organization asks to follow the others; some are approved at once, some by hand, and one
 * request stays for the visitor. Administrators follow some of them personally, too.
 */
export async function followEachOther(stage: Stage, all: readonly Founded[]): Promise<void> {
  const named = (handle: string): Founded[] =>
    all.filter(({ site }) => site.organization.handle === handle);
  await Promise.all(
    all.flatMap((follower) => {
      const { follows, adminFollows } = follower.site.organization;
      return [
        ...follows.flatMap(named).map((followee) => follow(stage, follower, followee)),
        ...adminFollows.flatMap(named).map((followee) => followAsAdmin(stage, follower, followee)),
      ];
    }),
  );
}

async function follow(stage: Stage, follower: Founded, followee: Founded): Promise<void> {
  const [mine, theirs] = [follower.site, followee.site];
  await follower.api.send("POST", "/follows", { handle: theirs.address });
  if (theirs.organization.followers === "approve") {
    const request = await waitFor(
      `the request of ${mine.organization.name} arrives at ${theirs.organization.name}`,
      async () =>
        (await find(followee.api, "/follow-requests", mine.address)) ??
        ((await find(follower.api, "/follows", theirs.address)) === null ? null : "accepted"),
      { seconds: PATIENCE_S, signal: stage.signal },
    );
    if (!letsFollow(followee, follower)) {
      return stage.say(
        `${mine.organization.name} asks to follow ${theirs.organization.name}: waits for approval`,
      );
    }
    if (request !== "accepted") {
      await followee.api.send("POST", `/follow-requests/${request.id}/accept`, {});
    }
  }
  await waitUntilAccepted(stage, follower.api, followee);
  stage.say(`${mine.organization.name} follows ${theirs.organization.name}`);
}

async function followAsAdmin(stage: Stage, follower: Founded, followee: Founded): Promise<void> {
  await follower.adminApi.send("POST", "/follows", { handle: followee.site.address });
  await waitUntilAccepted(stage, follower.adminApi, followee);
}

async function waitUntilAccepted(stage: Stage, api: Rest, followee: Founded): Promise<void> {
  await waitFor(
    `${followee.site.organization.name} accepts a follower`,
    () => find(api, "/follows", followee.site.address),
    { seconds: PATIENCE_S, signal: stage.signal },
  );
}

/** The entry about this address in a list of follows or of requests. */
async function find(api: Rest, path: string, address: string): Promise<FollowJson | null> {
  const entries = await api.get<FollowJson[]>(path);
  return entries.find(({ actor }) => actor.handle === address) ?? null;
}
