import type { OAuthApp } from "../../../services/oauth-apps.ts";

/** What an application is (`Application`), to itself. */
export function applicationJson(app: OAuthApp, vapidKey: string) {
  return {
    id: app.id.toString(),
    name: app.name,
    website: app.website,
    scopes: app.scopes,
    redirect_uris: app.redirectUris,
    redirect_uri: app.redirectUris.join("\n"),
    vapid_key: vapidKey,
  };
}

/** The same with what it signs in with (`CredentialApplication`); the secret is not kept. */
export function credentialApplicationJson(app: OAuthApp, clientSecret: string, vapidKey: string) {
  return {
    ...applicationJson(app, vapidKey),
    client_id: app.clientId,
    client_secret: clientSecret,
    client_secret_expires_at: 0,
  };
}
