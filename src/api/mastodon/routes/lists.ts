import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import type { KeysetPage } from "../../../services/keyset-page.ts";
import {
  addToList,
  createList,
  deleteList,
  getList,
  listAccountsOn,
  listLists,
  removeFromList,
  updateList,
} from "../../../services/lists.ts";
import { idInPath, requireCredential } from "../access.ts";
import { accountJson } from "../entities/account.ts";
import { listJson } from "../entities/list.ts";
import { flag, id, list, optional, text } from "../fields.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";

const TITLE = text(200).pipe(z.string().trim().min(1, "can't be blank"));
const CHANGES = z.object({
  title: optional(TITLE),
  replies_policy: optional(z.enum(["followed", "list", "none"])),
  exclusive: optional(flag),
});
const NEW = CHANGES.extend({ title: TITLE });
const ACCOUNTS = z.object({ account_ids: list(id, 400) });
/** `limit=0` asks for all of them. */
const ALL: KeysetPage = { before: null, after: null, upwards: false, limit: 1_000 };

/** `/api/v1/lists`: some of those whom somebody follows, to be read apart. */
export function listRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/lists", async (c) => {
    const acting = await requireCredential(context, c, "read:lists");
    return c.json((await listLists(context, acting)).map(listJson));
  });

  app.post("/api/v1/lists", async (c) => {
    const acting = await requireCredential(context, c, "write:lists");
    const { replies_policy: repliesPolicy, ...input } = await readInput(c, NEW);
    return c.json(listJson(await createList(context, acting, { ...input, repliesPolicy })));
  });

  app.get("/api/v1/lists/:id", async (c) => {
    const acting = await requireCredential(context, c, "read:lists");
    return c.json(listJson(await getList(context, acting, idInPath(c))));
  });

  app.put("/api/v1/lists/:id", async (c) => {
    const acting = await requireCredential(context, c, "write:lists");
    const { replies_policy: repliesPolicy, ...input } = await readInput(c, CHANGES);
    const changes = { ...input, repliesPolicy };
    return c.json(listJson(await updateList(context, acting, idInPath(c), changes)));
  });

  app.delete("/api/v1/lists/:id", async (c) => {
    const acting = await requireCredential(context, c, "write:lists");
    await deleteList(context, acting, idInPath(c));
    return c.json({});
  });

  app.get("/api/v1/lists/:id/accounts", async (c) => {
    const acting = await requireCredential(context, c, "read:lists");
    const page = c.req.query("limit") === "0" ? ALL : readPage(c, { usual: 40, most: 80 });
    const found = await listAccountsOn(context, acting, idInPath(c), page);
    const { origin } = context.config;
    const ids = found.map((actor) => actor.id);
    if (page !== ALL) linkPages(c, origin, ids);
    return c.json(found.map((actor) => accountJson(actor, origin)));
  });

  app.post("/api/v1/lists/:id/accounts", async (c) => {
    const acting = await requireCredential(context, c, "write:lists");
    const { account_ids: ids } = await readInput(c, ACCOUNTS);
    await addToList(context, acting, idInPath(c), ids);
    return c.json({});
  });

  app.delete("/api/v1/lists/:id/accounts", async (c) => {
    const acting = await requireCredential(context, c, "write:lists");
    const { account_ids: ids } = await readInput(c, ACCOUNTS);
    await removeFromList(context, acting, idInPath(c), ids);
    return c.json({});
  });
}
