import { createOAuthAPIClient, createRestAPIClient } from "masto";
import { COPIED, SCOPES, type ClientDriver } from "./driver.ts";

/** masto.js, as Elk and Phanpy use it. */
export function mastoDriver(): ClientDriver {
  let token = "";
  let rest = createRestAPIClient({ url: "http://127.0.0.1" });
  return {
    async signIn(origin, authorize) {
      const anonymous = createRestAPIClient({ url: origin });
      const app = await anonymous.v1.apps.create({
        clientName: "masto.js",
        redirectUris: COPIED,
        scopes: SCOPES,
      });
      const query = new URLSearchParams({
        response_type: "code",
        client_id: app.clientId ?? "",
        redirect_uri: COPIED,
        scope: SCOPES,
      });
      const code = await authorize(`${origin}/oauth/authorize?${query.toString()}`);
      const granted = await createOAuthAPIClient({ url: origin }).token.create({
        grantType: "authorization_code",
        clientId: app.clientId ?? "",
        clientSecret: app.clientSecret ?? "",
        redirectUri: COPIED,
        code,
        scope: SCOPES,
      });
      token = granted.accessToken;
      rest = createRestAPIClient({ url: origin, accessToken: token });
      await rest.v1.accounts.verifyCredentials();
    },
    async follow(handle) {
      const { accounts } = await rest.v2.search.list({ q: handle, resolve: true });
      const id = accounts[0]?.id ?? "";
      await rest.v1.accounts.$select(id).follow();
      return id;
    },
    home: async () => rest.v1.timelines.home.list(),
    async reply(inReplyToId, status) {
      await rest.v1.statuses.create({ inReplyToId, status });
    },
    async boost(id) {
      await rest.v1.statuses.$select(id).reblog();
    },
    async bookmark(id) {
      await rest.v1.statuses.$select(id).bookmark();
    },
    token: () => token,
    close: () => Promise.resolve(),
  };
}
