import type { Hono } from "hono";
import { getOwnAccount } from "../../../services/accounts.ts";
import type { Context } from "../../../services/context.ts";
import { changeProfile } from "../../../services/profile.ts";
import { requireCredential } from "../access.ts";
import { ownAccountJson, preferencesJson, profileJson } from "../entities/own-account.ts";
import { withProfileForm } from "../profile-form.ts";

/** How whom the client acts as is shown, and what is set for it. */
export function profileRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.patch("/api/v1/accounts/update_credentials", async (c) => {
    const credential = await requireCredential(context, c, "write:accounts");
    await withProfileForm(context, c.req.raw, (changes) =>
      changeProfile(context, credential, changes),
    );
    const own = await getOwnAccount(context, credential);
    return c.json(ownAccountJson(own, credential.member.role, origin));
  });

  app.get("/api/v1/profile", async (c) => {
    const credential = await requireCredential(context, c, ["read:accounts", "profile"]);
    return c.json(profileJson(await getOwnAccount(context, credential), origin));
  });

  app.patch("/api/v1/profile", async (c) => {
    const credential = await requireCredential(context, c, "write:accounts");
    await withProfileForm(context, c.req.raw, (changes) =>
      changeProfile(context, credential, changes),
    );
    return c.json(profileJson(await getOwnAccount(context, credential), origin));
  });

  app.delete("/api/v1/profile/avatar", async (c) => {
    const credential = await requireCredential(context, c, "write:accounts");
    await changeProfile(context, credential, { avatar: null, avatarDescription: "" });
    const own = await getOwnAccount(context, credential);
    return c.json(ownAccountJson(own, credential.member.role, origin));
  });

  app.delete("/api/v1/profile/header", async (c) => {
    const credential = await requireCredential(context, c, "write:accounts");
    await changeProfile(context, credential, { header: null, headerDescription: "" });
    const own = await getOwnAccount(context, credential);
    return c.json(ownAccountJson(own, credential.member.role, origin));
  });

  app.get("/api/v1/preferences", async (c) => {
    const credential = await requireCredential(context, c, "read:accounts");
    return c.json(preferencesJson(await getOwnAccount(context, credential)));
  });
}
