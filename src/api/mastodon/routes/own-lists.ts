import type { Hono } from "hono";
import { listBlocked } from "../../../services/blocks.ts";
import type { Context } from "../../../services/context.ts";
import { listEndorsed } from "../../../services/endorsements.ts";
import { listMuted } from "../../../services/mutes.ts";
import { requireCredential } from "../access.ts";
import { accountJson, mutedAccountJson } from "../entities/account.ts";
import { linkPages, readPage } from "../paging.ts";

const LISTED = { usual: 40, most: 80 };

/** Lists of accounts that are one's own business: blocked, muted, and shown on one's profile. */
export function ownListRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/blocks", async (c) => {
    const credential = await requireCredential(context, c, "read:blocks");
    const entries = await listBlocked(context, credential, readPage(c, LISTED));
    linkPages(
      c,
      origin,
      entries.map(({ id }) => id),
    );
    return c.json(entries.map(({ actor }) => accountJson(actor, origin)));
  });

  app.get("/api/v1/mutes", async (c) => {
    const credential = await requireCredential(context, c, "read:mutes");
    const entries = await listMuted(context, credential, readPage(c, LISTED));
    linkPages(
      c,
      origin,
      entries.map(({ id }) => id),
    );
    return c.json(entries.map((entry) => mutedAccountJson(entry, origin)));
  });

  app.get("/api/v1/endorsements", async (c) => {
    const credential = await requireCredential(context, c, "read:accounts");
    const entries = await listEndorsed(context, credential.actor, readPage(c, LISTED));
    linkPages(
      c,
      origin,
      entries.map(({ id }) => id),
    );
    return c.json(entries.map(({ actor }) => accountJson(actor, origin)));
  });
}
