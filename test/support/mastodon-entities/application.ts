import { z } from "zod";
import { count, id, url } from "./values.ts";

/** Application: https://docs.joinmastodon.org/entities/Application/ */

/** `urn:ietf:wg:oauth:2.0:oob` and schemes of an app's own are addresses too. */
const redirectUri = z.string().regex(/^[a-z][a-z0-9+.-]*:/i);

const APPLICATION = {
  id,
  name: z.string().min(1),
  website: url.nullable(),
  scopes: z.array(z.string().regex(/^[a-z]+(?::[a-z_]+)*$/)).min(1),
  redirect_uris: z.array(redirectUri).min(1),
  redirect_uri: redirectUri,
  vapid_key: z.string().regex(/^[\w-]{80,}$/),
};

export const application = z.strictObject(APPLICATION);

export const credentialApplication = z.strictObject({
  ...APPLICATION,
  client_id: z.string().min(20),
  client_secret: z.string().min(20),
  client_secret_expires_at: count,
});

export const token = z.strictObject({
  access_token: z.string().min(20),
  token_type: z.literal("Bearer"),
  scope: z.string().min(1),
  /** seconds */
  created_at: count,
});
