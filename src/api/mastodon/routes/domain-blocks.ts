import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import { hideHost, listHiddenHosts, showHost } from "../../../services/hidden-hosts.ts";
import { requireCredential } from "../access.ts";
import { text } from "../fields.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";

const DOMAIN = z.object({ domain: text(500) });

/** `/api/v1/domain_blocks`: hosts that one hides from oneself. */
export function domainBlockRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/domain_blocks", async (c) => {
    const credential = await requireCredential(context, c, ["read:blocks", "follow"]);
    const hosts = await listHiddenHosts(
      context,
      credential,
      readPage(c, { usual: 100, most: 200 }),
    );
    linkPages(
      c,
      context.config.origin,
      hosts.map(({ id }) => id),
    );
    return c.json(hosts.map(({ host }) => host));
  });

  app.post("/api/v1/domain_blocks", async (c) => {
    const credential = await requireCredential(context, c, ["write:blocks", "follow"]);
    const { domain } = await readInput(c, DOMAIN);
    await hideHost(context, credential, domain);
    return c.json({});
  });

  app.delete("/api/v1/domain_blocks", async (c) => {
    const credential = await requireCredential(context, c, ["write:blocks", "follow"]);
    const { domain } = await readInput(c, DOMAIN);
    await showHost(context, credential, domain);
    return c.json({});
  });
}
