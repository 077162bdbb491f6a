import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accessTokens,
  oauthApps,
  oauthCodes,
  pushSubscriptions,
} from "../../src/persistence/schema/index.ts";
import { cleanUp } from "../../src/services/clean-up.ts";
import { changeRole, resetPassword, suspendMember } from "../../src/services/members.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import {
  allow,
  authorizePath,
  bearer,
  codeIn,
  OAuthClient,
  pkce,
  REDIRECT_URI,
  type RegisteredApp,
} from "../support/oauth-client.ts";
import { Visitor } from "../support/web-client.ts";
import { addReader, READER_PASSWORD } from "../support/web-world.ts";

const VERIFY = "/api/v1/accounts/verify_credentials";

/** Of a browser (RFC 8291, appendix A). */
const PUSH_KEYS = {
  "subscription[keys][p256dh]":
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  "subscription[keys][auth]": "BTBZMqHH6r4Tts7J_aSIgg",
};

let instance: TestInstance;
let client: OAuthClient;
let app: RegisteredApp;
let other: RegisteredApp;
let editor: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  client = new OAuthClient(instance);
  [app, other] = await Promise.all([client.register(), client.register({ client_name: "Other" })]);
  editor = await new Visitor(instance.context).signIn("ana", "correct horse battery");
});

afterAll(() => instance.close());

async function newCode(changes: Readonly<Record<string, string>> = {}, as = "member") {
  return codeIn(await allow(editor, authorizePath(app, changes), { as }));
}

describe("registering an application", () => {
  test("answers all that Mastodon answers", async () => {
    const { json } = await client.post("/api/v1/apps", {
      client_name: "Phanpy",
      redirect_uris: "https://phanpy.example/\nhttps://phanpy.example/dev",
      website: "",
    });
    expect(json).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: "Phanpy",
      website: null,
      scopes: ["read"],
      redirect_uris: ["https://phanpy.example/", "https://phanpy.example/dev"],
      redirect_uri: "https://phanpy.example/\nhttps://phanpy.example/dev",
      client_id: expect.stringMatching(/^[\w-]{43}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      vapid_key: expect.stringMatching(/^[\w-]{87}$/),
    });
  });

  test("works in JSON with a list, in multipart, and in the query", async () => {
    const fields = { client_name: "X", redirect_uris: REDIRECT_URI, scopes: "read write" };
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const answers = await Promise.all([
      client.send("/api/v1/apps", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...fields, redirect_uris: [REDIRECT_URI] }),
      }),
      client.send("/api/v1/apps", { method: "POST", body: form }),
      client.send(`/api/v1/apps/?${new URLSearchParams(fields).toString()}`, { method: "POST" }),
    ]);
    for (const { status, json } of answers) {
      expect(status).toBe(200);
      expect(json).toMatchObject({ redirect_uris: [REDIRECT_URI], scopes: ["read", "write"] });
    }
  });

  test.each([
    ["client_name", { client_name: "" }],
    ["client_name", { client_name: "x".repeat(61) }],
    ["redirect_uris", { redirect_uris: "" }],
    ["redirect_uris", { redirect_uris: "javascript:alert(1)" }],
    ["redirect_uris", { redirect_uris: "data:text/html,x" }],
    ["redirect_uris", { redirect_uris: "/callback" }],
    ["redirect_uris", { redirect_uris: "https://client.example/#code" }],
    ["redirect_uris", { redirect_uris: "https:client.example" }],
    ["redirect_uris", { redirect_uris: "https://clïent.example/" }],
    ["scopes", { scopes: "read everything" }],
    ["scopes", { scopes: "read:nothing" }],
    ["website", { website: "javascript:alert(1)" }],
  ])("is refused with a word about %s: %j", async (field, changes) => {
    const fields = { client_name: "X", redirect_uris: REDIRECT_URI, ...changes };
    const { status, json } = await client.post("/api/v1/apps", fields);
    expect(status).toBe(422);
    expect(json.error).toMatch(/^Validation failed: /);
    expect(Object.keys(json.details)).toEqual([field]);
  });
});

describe("a code", () => {
  test("becomes a token that acts as the member", async () => {
    const before = Math.floor(Date.now() / 1000);
    const { status, json, headers } = await client.exchange(app, await newCode());
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: "Bearer",
      scope: "read write follow push",
      created_at: expect.any(Number),
    });
    expect(json.created_at).toBeGreaterThanOrEqual(before);
    expect(headers.get("cache-control")).toBe("no-store");
    const me = await client.get(VERIFY, json.access_token);
    expect(me.json.username).toBe("ana");
  });

  test("becomes one that acts as the organization, where an editor chose that", async () => {
    const { json } = await client.exchange(app, await newCode({}, "organization"));
    expect((await client.get(VERIFY, json.access_token)).json.username).toBe("alpha");
  });

  test("works in JSON, in the query and with HTTP Basic", async () => {
    const given = { grant_type: "authorization_code", redirect_uri: REDIRECT_URI };
    const secrets = { client_id: app.client_id, client_secret: app.client_secret };
    const json = await client.send("/oauth/token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...given, ...secrets, code: await newCode() }),
    });
    expect(json.status).toBe(200);
    const query = new URLSearchParams({ ...given, ...secrets, code: await newCode() });
    const inQuery = await client.send(`/oauth/token?${query.toString()}`, { method: "POST" });
    expect(inQuery.status).toBe(200);
    const basic = Buffer.from(`${app.client_id}:${app.client_secret}`).toString("base64");
    const fields = { ...given, code: await newCode() };
    const byBasic = await client.post("/oauth/token", fields, { Authorization: `Basic ${basic}` });
    expect(byBasic.status).toBe(200);
  });

  test("becomes one token, however many ask at once, and a second one ends the first", async () => {
    const code = await newCode();
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.exchange(app, code)));
    const refused = answers.filter(
      ({ status, json }) => status === 400 && json.error === "invalid_grant",
    );
    expect(refused).toHaveLength(7);
    const token = answers.find(({ status }) => status === 200)?.json.access_token;
    expect((await client.get(VERIFY, token)).status).toBe(401);
  });

  test("that is brought by another application ends nothing", async () => {
    const code = await newCode();
    const { json } = await client.exchange(app, code);
    expect((await client.exchange(other, code)).json.error).toBe("invalid_grant");
    expect((await client.get(VERIFY, json.access_token)).status).toBe(200);
  });

  test.each([
    ["another application", () => [other, {}] as const],
    ["another redirect URI", () => [app, { redirect_uri: `${REDIRECT_URI}/` }] as const],
    ["a verifier where none was announced", () => [app, { code_verifier: "x" }] as const],
    ["another code", () => [app, { code: "made-up" }] as const],
  ])("is worth nothing with %s", async (_, wrong) => {
    const code = await newCode();
    const [presenting, changes] = wrong();
    const { status, json } = await client.exchange(presenting, code, changes);
    expect(status).toBe(400);
    expect(json.error).toBe("invalid_grant");
    expect(json.error_description).not.toBe("");
    expect((await client.exchange(app, code)).status).toBe(200);
  });

  test("needs the verifier of its challenge", async () => {
    const { verifier, challenge } = pkce();
    const code = await newCode({ code_challenge: challenge, code_challenge_method: "S256" });
    for (const changes of [{}, { code_verifier: pkce().verifier }, { code_verifier: challenge }]) {
      expect((await client.exchange(app, code, changes)).json.error).toBe("invalid_grant");
    }
    expect((await client.exchange(app, code, { code_verifier: verifier })).status).toBe(200);
  });

  test("is too old after ten minutes", async () => {
    const codes = [await newCode(), await newCode()];
    instance.setTime(new Date(Date.now() + 9 * 60_000));
    expect((await client.exchange(app, codes[0] ?? "")).status).toBe(200);
    instance.setTime(new Date(Date.now() + 10 * 60_000 + 1));
    expect((await client.exchange(app, codes[1] ?? "")).json.error).toBe("invalid_grant");
    instance.setTime(null);
  });
});

describe("the token endpoint", () => {
  test.each([
    [401, "invalid_client", { client_secret: "wrong" }],
    [401, "invalid_client", { client_id: "nobody" }],
    [401, "invalid_client", { client_secret: "" }],
    [400, "unsupported_grant_type", { grant_type: "password" }],
    [400, "unsupported_grant_type", { grant_type: "refresh_token" }],
    [400, "invalid_request", { grant_type: "" }],
    [400, "invalid_request", { code: "" }],
    [400, "invalid_request", { code: "x".repeat(5_000) }],
    [400, "invalid_grant", { code: "x" }],
    [400, "invalid_scope", { grant_type: "client_credentials", scope: "admin:write" }],
  ])("says %i %s to %j", async (status, error, changes) => {
    const answer = await client.exchange(app, "made-up", changes);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toBe(error);
    expect(answer.headers.get("www-authenticate") !== null).toBe(status === 401);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("does not understand what is no request", async () => {
    const answer = await client.send("/oauth/token", { method: "POST", body: "{" });
    expect(answer.status).toBe(400);
    expect(answer.json.error).toBe("invalid_request");
  });
});

describe("an application alone", () => {
  let token: string;

  beforeAll(async () => {
    const fields = { grant_type: "client_credentials", code: "", scope: "read" };
    token = (await client.exchange(app, "", fields)).json.access_token;
  });

  test("learns about itself", async () => {
    const { status, json } = await client.get("/api/v1/apps/verify_credentials", token);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      name: "Test client",
      scopes: ["read", "write", "follow", "push"],
    });
    expect(json).not.toHaveProperty("client_secret");
    expect((await client.get("/api/v1/apps/verify_credentials")).status).toBe(401);
  });

  test("is nobody: it may do nothing that takes a member, and never with a wider scope", async () => {
    const me = await client.get(VERIFY, token);
    expect(me.status).toBe(422);
    expect(me.json.error).toBe("This method requires an authenticated user");
    const write = await client.send("/api/v1/statuses/1/favourite", {
      method: "POST",
      headers: bearer(token),
    });
    expect(write.status).toBe(403);
    expect((await client.get("/api/praxis/v1/practices", token)).status).toBe(401);
  });
});

describe("a token", () => {
  test("is given back by its application, and by no other", async () => {
    const token = await client.tokenFor(editor, app);
    const wrong = await client.post("/oauth/revoke", { ...secretsOf(other), token });
    expect(wrong.status).toBe(403);
    expect(wrong.json.error).toBe("unauthorized_client");
    expect((await client.post("/oauth/revoke", { token })).status).toBe(403);
    expect((await client.get(VERIFY, token)).status).toBe(200);
    const push = { "subscription[endpoint]": "https://push.example/1", ...PUSH_KEYS };
    expect((await client.post("/api/v1/push/subscription", push, bearer(token))).status).toBe(200);
    const right = await client.post("/oauth/revoke", { ...secretsOf(app), token });
    expect([right.status, right.json]).toEqual([200, {}]);
    expect((await client.get(VERIFY, token)).status).toBe(401);
    expect((await client.post("/oauth/revoke", { ...secretsOf(app), token })).status).toBe(200);
    expect(await instance.context.db.select().from(pushSubscriptions)).toEqual([]);
    expect((await client.post("/oauth/revoke", { ...secretsOf(app), token: "x" })).status).toBe(
      200,
    );
  });

  test("notes when it was used, to the hour, and writes no more than that", async () => {
    const token = await client.tokenFor(editor, app);
    const newest = async () => {
      const rows = await instance.context.db.select().from(accessTokens);
      return rows.toSorted((one, two) => Number(two.id - one.id))[0];
    };
    expect((await newest())?.lastUsedAt).toBeNull();
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    for (const [time, expected] of [
      ["10:05", "10:00"],
      ["10:55", "10:00"],
      ["11:01", "11:00"],
    ]) {
      instance.setTime(new Date(`${day}T${time}:00Z`));
      await client.get(VERIFY, token);
      expect((await newest())?.lastUsedAt).toEqual(new Date(`${day}T${expected}:00Z`));
    }
    instance.setTime(null);
  });

  test("says who it acts as, with the scope for it", async () => {
    const profile = await client.register({ scopes: "profile read" });
    const token = await client.tokenFor(editor, profile, "profile");
    const { status, json } = await client.get("/oauth/userinfo", token);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      iss: "https://alpha.example/",
      sub: instance.admin.actor.iri,
      preferred_username: "ana",
    });
    expect((await client.get("/oauth/userinfo")).status).toBe(401);
    const reading = await client.tokenFor(editor, profile, "read");
    expect((await client.get("/oauth/userinfo", reading)).status).toBe(403);
  });
});

describe("what a member may no longer do", () => {
  test("a token for the organization ends with the role of editor", async () => {
    await addReader(instance.context, "edda");
    await changeRole(instance.context, "edda", "editor");
    const edda = await new Visitor(instance.context).signIn("edda", READER_PASSWORD);
    const token = await client.tokenFor(edda, app, "read", "organization");
    const code = codeIn(await allow(edda, authorizePath(app), { as: "organization" }));
    await changeRole(instance.context, "edda", "reader");
    expect((await client.get(VERIFY, token)).status).toBe(403);
    expect((await client.exchange(app, code)).json.error).toBe("invalid_grant");
  });

  test.each([
    ["a new password", (handle: string) => resetPassword(instance.context, handle, null)],
    [
      "a suspension, also when it is lifted",
      async (handle: string) => {
        await suspendMember(instance.context, handle, { lift: false });
        await suspendMember(instance.context, handle, { lift: true });
      },
    ],
  ])("tokens and codes end with %s", async (name, end) => {
    const handle = `m${name.length}`;
    await addReader(instance.context, handle);
    const member = await new Visitor(instance.context).signIn(handle, READER_PASSWORD);
    const token = await client.tokenFor(member, app, "read");
    const code = codeIn(await allow(member, authorizePath(app, { scope: "read" })));
    await end(handle);
    expect((await client.get(VERIFY, token)).status).toBe(401);
    expect((await client.exchange(app, code)).json.error).toBe("invalid_grant");
  });
});

test("what nobody used for a day is forgotten", async () => {
  const { db } = instance.context;
  const [unused, used] = await Promise.all([client.register(), client.register()]);
  await client.tokenFor(editor, used, "read");
  const old = new Date(Date.now() - 3 * 86_400_000);
  await db.update(oauthApps).set({ createdAt: old });
  await db.update(oauthCodes).set({ expiresAt: old });
  await cleanUp(instance.context);
  const find = (clientId: string) =>
    db.select().from(oauthApps).where(eq(oauthApps.clientId, clientId));
  expect(await find(unused.client_id)).toEqual([]);
  expect(await find(used.client_id)).toHaveLength(1);
  expect(await db.select().from(oauthCodes)).toEqual([]);
});

describe("the metadata", () => {
  test("says where everything is, to any website", async () => {
    const { json, headers } = await client.get("/.well-known/oauth-authorization-server");
    expect(json).toMatchObject({
      issuer: "https://alpha.example/",
      authorization_endpoint: "https://alpha.example/oauth/authorize",
      token_endpoint: "https://alpha.example/oauth/token",
      revocation_endpoint: "https://alpha.example/oauth/revoke",
      userinfo_endpoint: "https://alpha.example/oauth/userinfo",
      app_registration_endpoint: "https://alpha.example/api/v1/apps",
      code_challenge_methods_supported: ["S256"],
      grant_types_supported: ["authorization_code", "client_credentials"],
    });
    expect(json.scopes_supported).toContain("write:statuses");
    expect(headers.get("access-control-allow-origin")).toBe("*");
  });

  test.each([
    "/api/v1/apps",
    "/api/v1/apps/verify_credentials",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/.well-known/oauth-authorization-server",
    "/.well-known/nodeinfo",
    "/nodeinfo/2.1",
    "/.well-known/host-meta",
    "/.well-known/webfinger",
  ])("lets browsers ask %s from any website", async (path) => {
    const { status, headers } = await client.send(path, {
      method: "OPTIONS",
      headers: {
        Origin: "https://client.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, x-of-its-own",
      },
    });
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-allow-headers")).toContain("x-of-its-own");
  });

  test("names Mastodon as what clients may take us for", async () => {
    const { json } = await client.get("/nodeinfo/2.1");
    expect(json.software.name).toBe("praxis");
    expect(json.metadata.upstream.name).toBe("mastodon");
    const hostMeta = await client.get("/.well-known/host-meta");
    expect(hostMeta.headers.get("content-type")).toContain("application/xrd+xml");
    expect(hostMeta.json).toContain(
      'template="https://alpha.example/.well-known/webfinger?resource={uri}"',
    );
  });
});

function secretsOf({ client_id, client_secret }: RegisteredApp) {
  return { client_id, client_secret };
}
