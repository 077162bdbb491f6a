import type { Hono } from "hono";
import { answerRequest, listRequests } from "../../../services/account-follows.ts";
import { getAccount } from "../../../services/accounts.ts";
import type { Context } from "../../../services/context.ts";
import { relationshipWith } from "../../../services/relationships.ts";
import { idInPath, requireCredential } from "../access.ts";
import { accountJson } from "../entities/account.ts";
import { relationshipJson } from "../entities/relationship.ts";
import { linkPages, readPage } from "../paging.ts";

const ANSWERS = { authorize: "accept", reject: "reject" } as const;

/** `/api/v1/follow_requests`: who asks to follow whom the client acts as. */
export function followRequestRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/follow_requests", async (c) => {
    const credential = await requireCredential(context, c, "read:follows");
    const page = readPage(c, { usual: 40, most: 80 });
    const entries = await listRequests(context, credential, page);
    linkPages(
      c,
      origin,
      entries.map(({ id }) => id),
    );
    return c.json(entries.map(({ actor }) => accountJson(actor, origin)));
  });

  for (const [name, answer] of Object.entries(ANSWERS)) {
    app.post(`/api/v1/follow_requests/:id/${name}`, async (c) => {
      const credential = await requireCredential(context, c, "write:follows");
      const follower = await getAccount(context, idInPath(c));
      await answerRequest(context, credential, follower, answer);
      return c.json(relationshipJson(await relationshipWith(context, credential, follower.id)));
    });
  }
}
