import type { Hono } from "hono";
import { z } from "zod";
import { invalid } from "../../../domain/errors.ts";
import { familiarFollowers } from "../../../services/account-follows.ts";
import { noteAbout } from "../../../services/account-notes.ts";
import { getAccount } from "../../../services/accounts.ts";
import type { Acting } from "../../../services/acting.ts";
import { blockActor, unblockActor } from "../../../services/blocks.ts";
import { languageTag } from "../../../services/compose.ts";
import type { Context } from "../../../services/context.ts";
import { endEndorsement, endorse } from "../../../services/endorsements.ts";
import { cancelFollow, removeFollower, requestFollow } from "../../../services/follows.ts";
import { muteActor, unmuteActor } from "../../../services/mutes.ts";
import type { ActorRecord } from "../../../services/records.ts";
import { relationshipsOf, relationshipWith } from "../../../services/relationships.ts";
import { idInPath, requireCredential } from "../access.ts";
import { accountJson } from "../entities/account.ts";
import { relationshipJson } from "../entities/relationship.ts";
import { flag, list, optional, text, whole } from "../fields.ts";
import { idsInQuery } from "../ids.ts";
import { readInput } from "../params.ts";

const FOLLOW = z.object({
  reblogs: optional(flag),
  notify: optional(flag),
  languages: list(text(35), 50).optional(),
});

const TEN_YEARS = 315_360_000;
const MUTE = z.object({
  notifications: optional(flag),
  /** seconds; 0 = for good */
  duration: optional(whole(0, TEN_YEARS)),
});

const NOTE = z.object({ comment: text(10_000).optional() });

type Act = (context: Context, acting: Acting, other: ActorRecord) => Promise<void>;

/** The last part of the path → the scope that it takes, and what it does. */
const ACTS: Readonly<Record<string, readonly [scope: string, Act]>> = {
  unfollow: ["write:follows", (context, { actor }, other) => cancelFollow(context, actor, other)],
  remove_from_followers: [
    "write:follows",
    (context, { actor }, other) => removeFollower(context, actor, other),
  ],
  block: ["write:blocks", (context, { actor }, other) => blockActor(context, actor, other)],
  unblock: ["write:blocks", (context, { actor }, other) => unblockActor(context, actor, other)],
  unmute: ["write:mutes", unmuteActor],
  pin: ["write:accounts", endorse],
  endorse: ["write:accounts", endorse],
  unpin: ["write:accounts", endEndorsement],
  unendorse: ["write:accounts", endEndorsement],
};

/** What one does about somebody else; each answers how one stands with them then. */
export function accountRelationRoutes(app: Hono, context: Context): void {
  async function standing(acting: Acting, other: ActorRecord) {
    return relationshipJson(await relationshipWith(context, acting, other.id));
  }

  app.get("/api/v1/accounts/relationships", async (c) => {
    const credential = await requireCredential(context, c, "read:follows");
    const { with_suspended } = await readInput(c, z.object({ with_suspended: optional(flag) }));
    const withSuspended = with_suspended ?? false;
    const found = await relationshipsOf(context, credential, idsInQuery(c), { withSuspended });
    return c.json(found.map(relationshipJson));
  });

  app.get("/api/v1/accounts/familiar_followers", async (c) => {
    const credential = await requireCredential(context, c, "read:follows");
    const found = await familiarFollowers(context, credential, idsInQuery(c));
    return c.json(
      found.map(({ id, accounts }) => ({
        id: id.toString(),
        accounts: accounts.map((account) => accountJson(account, context.config.origin)),
      })),
    );
  });

  app.post("/api/v1/accounts/:id/follow", async (c) => {
    const credential = await requireCredential(context, c, "write:follows");
    const input = await readInput(c, FOLLOW);
    const other = await getAccount(context, idInPath(c));
    await requestFollow(context, credential.actor, other, {
      ...(input.reblogs === undefined ? {} : { showBoosts: input.reblogs }),
      ...(input.notify === undefined ? {} : { notify: input.notify }),
      ...(input.languages === undefined ? {} : { languages: languagesOf(input.languages) }),
    });
    return c.json(await standing(credential, other));
  });

  app.post("/api/v1/accounts/:id/mute", async (c) => {
    const credential = await requireCredential(context, c, "write:mutes");
    const input = await readInput(c, MUTE);
    const other = await getAccount(context, idInPath(c));
    await muteActor(context, credential, other, {
      notifications: input.notifications ?? true,
      seconds: input.duration ?? 0,
    });
    return c.json(await standing(credential, other));
  });

  app.post("/api/v1/accounts/:id/note", async (c) => {
    const credential = await requireCredential(context, c, "write:accounts");
    const { comment } = await readInput(c, NOTE);
    const other = await getAccount(context, idInPath(c));
    await noteAbout(context, credential, other, comment ?? "");
    return c.json(await standing(credential, other));
  });

  for (const [name, [scope, act]] of Object.entries(ACTS)) {
    app.post(`/api/v1/accounts/:id/${name}`, async (c) => {
      const credential = await requireCredential(context, c, scope);
      const other = await getAccount(context, idInPath(c));
      await act(context, credential, other);
      return c.json(await standing(credential, other));
    });
  }
}

/** None = all. @throws AppError `invalid_request` */
function languagesOf(given: readonly string[]): string[] | null {
  const languages = given
    .filter((language) => language !== "")
    .map((language) => {
      const tag = languageTag(language);
      if (tag === null) throw invalid({ languages: "language tags such as en" });
      return tag;
    });
  return languages.length === 0 ? null : [...new Set(languages)];
}
