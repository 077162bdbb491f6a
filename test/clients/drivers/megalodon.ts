import generator, { type MegalodonInterface } from "megalodon";
import { COPIED, SCOPES, type ClientDriver } from "./driver.ts";

/** megalodon, as Whalebird and Fedistar use it. */
export function megalodonDriver(): ClientDriver {
  let token = "";
  let client: MegalodonInterface | null = null;
  const signedIn = () => {
    if (client === null) throw new Error("sign in first");
    return client;
  };
  return {
    async signIn(origin, authorize) {
      const anonymous = generator("mastodon", origin);
      const app = await anonymous.registerApp("megalodon", {
        scopes: SCOPES.split(" "),
        redirect_uris: COPIED,
      });
      const code = await authorize(app.url ?? "");
      const granted = await anonymous.fetchAccessToken(
        app.client_id,
        app.client_secret,
        code,
        COPIED,
      );
      token = granted.access_token;
      client = generator("mastodon", origin, token);
      await client.verifyAccountCredentials();
    },
    async follow(handle) {
      const { data } = await signedIn().search(handle, { type: "accounts", resolve: true });
      const id = data.accounts[0]?.id ?? "";
      await signedIn().followAccount(id);
      return id;
    },
    home: async () => (await signedIn().getHomeTimeline()).data,
    async reply(statusId, text) {
      await signedIn().postStatus(text, { in_reply_to_id: statusId });
    },
    async boost(id) {
      await signedIn().reblogStatus(id);
    },
    async bookmark(id) {
      await signedIn().bookmarkStatus(id);
    },
    token: () => token,
    close: () => Promise.resolve(),
  };
}
