import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import {
  findAppById,
  LONGEST_WEBSITE,
  MOST_REDIRECT_URIS,
  OUT_OF_BAND,
  registerApp,
  type OAuthApp,
} from "../../../services/oauth-apps.ts";
import { vapidPublicKey } from "../../../services/vapid-keys.ts";
import { identifyBearer, tokenMissing } from "../access.ts";
import { applicationJson, credentialApplicationJson } from "../entities/application.ts";
import { list, optional, text } from "../fields.ts";
import { readInput } from "../params.ts";

/** `/api/v1/apps`: applications register themselves, before anybody signs in. */
export function appRoutes(app: Hono, context: Context): void {
  app.post("/api/v1/apps", async (c) => {
    const input = await readInput(c, REGISTRATION);
    const registered = await registerApp(context, {
      name: input.client_name ?? "",
      website: input.website ?? null,
      // As one text with line breaks, or as a list.
      redirectUris: (input.redirect_uris ?? [])
        .flatMap((uris) => uris.split(/\s+/))
        .filter(Boolean),
      scopes: (input.scopes ?? ["read"]).join(" "),
    });
    const vapidKey = await vapidPublicKey(context);
    return c.json(credentialApplicationJson(registered.app, registered.clientSecret, vapidKey));
  });

  app.get("/api/v1/apps/verify_credentials", async (c) => {
    const bearer = await identifyBearer(context, c);
    if (bearer === null) throw tokenMissing();
    const { appId, scopes } = bearer.member ?? bearer.app;
    const found = appId === null ? null : await findAppById(context, appId);
    const vapidKey = await vapidPublicKey(context);
    return c.json(applicationJson(found ?? commandLine(scopes), vapidKey));
  });
}

const REGISTRATION = z.object({
  client_name: optional(text(1_000)),
  redirect_uris: optional(list(text(50_000), MOST_REDIRECT_URIS)),
  scopes: optional(list(text(4_000), 100)),
  website: optional(text(LONGEST_WEBSITE)),
});

/** Tokens made on the command line have no application; clients expect one. */
function commandLine(scopes: readonly string[]): OAuthApp {
  return {
    id: 0n,
    clientId: "",
    name: "Praxis",
    website: null,
    redirectUris: [OUT_OF_BAND],
    scopes: [...scopes],
    createdAt: new Date(0),
  };
}
