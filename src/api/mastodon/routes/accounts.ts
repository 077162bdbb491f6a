import type { Hono } from "hono";
import { z } from "zod";
import { AppError } from "../../../domain/errors.ts";
import { listFollowSide } from "../../../services/account-follows.ts";
import { searchAccounts } from "../../../services/account-search.ts";
import { listAccountStatuses, listPinned } from "../../../services/account-statuses.ts";
import {
  getAccount,
  getAccounts,
  getOwnAccount,
  lookUpAccount,
  movedTo,
} from "../../../services/accounts.ts";
import type { Context } from "../../../services/context.ts";
import { listEndorsed } from "../../../services/endorsements.ts";
import { listFeaturedTags } from "../../../services/featured-tags.ts";
import { listsWith } from "../../../services/lists-with.ts";
import { viewStatuses } from "../../../services/status-views.ts";
import { findCredential, idInPath, requireCredential } from "../access.ts";
import { accountJson, movedAccountJson } from "../entities/account.ts";
import { featuredTagJson } from "../entities/featured-tag.ts";
import { ownAccountJson } from "../entities/own-account.ts";
import { statusJson } from "../entities/status.ts";
import { flag, optional, text, whole } from "../fields.ts";
import { idsInQuery } from "../ids.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";

const LISTED = { usual: 40, most: 80 };

const SEARCH = z.object({
  q: text(500),
  resolve: optional(flag),
  following: optional(flag),
  limit: optional(whole(1, 1_000_000)),
  offset: optional(whole(0, 100_000)),
});

const STATUSES = z.object({
  pinned: optional(flag),
  only_media: optional(flag),
  exclude_replies: optional(flag),
  exclude_reblogs: optional(flag),
  tagged: optional(text(500)),
});

/** `/api/v1/accounts`: who somebody is, and what they show. */
export function accountRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/accounts/verify_credentials", async (c) => {
    const credential = await requireCredential(context, c, ["read:accounts", "profile"]);
    const own = await getOwnAccount(context, credential);
    return c.json(ownAccountJson(own, credential.member.role, origin));
  });

  app.post("/api/v1/accounts", () => {
    throw new AppError(
      "registrations_closed",
      "This organization invites its members: ask an administrator for an account.",
      { status: 403 },
    );
  });

  app.get("/api/v1/accounts", async (c) => {
    await findCredential(context, c, "read:accounts");
    const accounts = await getAccounts(context, idsInQuery(c));
    return c.json(accounts.map((account) => accountJson(account, origin)));
  });

  app.get("/api/v1/accounts/lookup", async (c) => {
    const credential = await findCredential(context, c, "read:accounts");
    const { acct } = await readInput(c, z.object({ acct: text(500) }));
    return c.json(accountJson(await lookUpAccount(context, credential, acct), origin));
  });

  app.get("/api/v1/accounts/search", async (c) => {
    const credential = await requireCredential(context, c, "read:accounts");
    const { q, resolve, following, limit, offset } = await readInput(c, SEARCH);
    const accounts = await searchAccounts(context, credential, {
      query: q,
      resolve: resolve ?? false,
      following: following ?? false,
      offset: offset ?? 0,
      limit: Math.min(limit ?? LISTED.usual, LISTED.most),
    });
    return c.json(accounts.map((account) => accountJson(account, origin)));
  });

  app.get("/api/v1/accounts/:id", async (c) => {
    await findCredential(context, c, "read:accounts");
    const account = await getAccount(context, idInPath(c));
    return c.json(movedAccountJson(account, await movedTo(context, account), origin));
  });

  app.get("/api/v1/accounts/:id/statuses", async (c) => {
    const credential = await findCredential(context, c, "read:statuses");
    const account = await getAccount(context, idInPath(c));
    const page = readPage(c, { usual: 20, most: 40 });
    const { pinned, tagged, ...wanted } = await readInput(c, STATUSES);
    const filter = {
      onlyMedia: wanted.only_media ?? false,
      withoutReplies: wanted.exclude_replies ?? false,
      withoutBoosts: wanted.exclude_reblogs ?? false,
      tag: tagged?.replace(/^#/, "") ?? null,
    };
    const entries =
      pinned === true
        ? await listPinned(context, credential, account)
        : await listAccountStatuses(context, credential, account, filter, page);
    if (pinned !== true) {
      linkPages(
        c,
        origin,
        entries.map(({ id }) => id),
      );
    }
    const views = await viewStatuses(context, credential, entries);
    return c.json(views.map((view) => statusJson(view, origin)));
  });

  for (const side of ["followers", "following"] as const) {
    app.get(`/api/v1/accounts/:id/${side}`, async (c) => {
      const credential = await findCredential(context, c, "read:accounts");
      const account = await getAccount(context, idInPath(c));
      const page = readPage(c, LISTED);
      const entries = await listFollowSide(context, credential, account, side, page);
      linkPages(
        c,
        origin,
        entries.map(({ id }) => id),
      );
      return c.json(entries.map(({ actor }) => accountJson(actor, origin)));
    });
  }

  app.get("/api/v1/accounts/:id/endorsements", async (c) => {
    await findCredential(context, c, "read:accounts");
    const account = await getAccount(context, idInPath(c));
    const entries = await listEndorsed(context, account, readPage(c, LISTED));
    linkPages(
      c,
      origin,
      entries.map(({ id }) => id),
    );
    return c.json(entries.map(({ actor }) => accountJson(actor, origin)));
  });

  app.get("/api/v1/accounts/:id/featured_tags", async (c) => {
    await findCredential(context, c, "read:accounts");
    const account = await getAccount(context, idInPath(c));
    const tags = await listFeaturedTags(context, account);
    return c.json(tags.map((tag) => featuredTagJson(tag, account)));
  });

  app.get("/api/v1/accounts/:id/lists", async (c) => {
    const credential = await requireCredential(context, c, "read:lists");
    const lists = await listsWith(context, credential, await getAccount(context, idInPath(c)));
    return c.json(
      lists.map(({ id, title, repliesPolicy, exclusive }) => ({
        id: id.toString(),
        title,
        replies_policy: repliesPolicy,
        exclusive,
      })),
    );
  });

  app.get("/api/v1/accounts/:id/identity_proofs", async (c) => {
    await requireCredential(context, c, "read:accounts");
    await getAccount(context, idInPath(c));
    return c.json([]);
  });

  // There are no collections of accounts here.
  for (const name of ["collections", "in_collections"]) {
    app.get(`/api/v1/accounts/:id/${name}`, async (c) => {
      await requireCredential(context, c, "read:collections");
      await getAccount(context, idInPath(c));
      return c.json({ collections: [] });
    });
  }
}
