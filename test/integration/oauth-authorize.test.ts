import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import {
  allow,
  answerIn,
  authorizePath,
  codeIn,
  hiddenFields,
  OAuthClient,
  pkce,
  REDIRECT_URI,
  type RegisteredApp,
} from "../support/oauth-client.ts";
import { Visitor } from "../support/web-client.ts";
import { addReader, READER_PASSWORD } from "../support/web-world.ts";

const OOB = "urn:ietf:wg:oauth:2.0:oob";
const SCHEME = "icecubesapp://";
const SCRIPT = "<script>alert(1)</script>";

let instance: TestInstance;
let client: OAuthClient;
let app: RegisteredApp;
let editor: Visitor;
let reader: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  await addReader(instance.context);
  client = new OAuthClient(instance);
  app = await client.register({ redirect_uris: `${REDIRECT_URI}\n${OOB}\n${SCHEME}` });
  editor = await new Visitor(instance.context).signIn("ana", "correct horse battery");
  reader = await new Visitor(instance.context).signIn("rolf", READER_PASSWORD);
});

afterAll(() => instance.close());

describe("the question", () => {
  test("names the application, what it may do, and who would be asked to act", async () => {
    const { status, body, headers } = await editor.get(authorizePath(app));
    expect(status).toBe(200);
    expect(body).toContain("Allow Test client?");
    expect(body).toContain("https://client.example/about");
    expect(body).toContain("Read whatever you can read here");
    expect(body).toContain("Send you notifications when it is not open");
    // Reading and writing include following.
    expect(body).not.toContain("Follow and unfollow, mute and block");
    expect(body).toContain("Afterwards you go on to client.example.");
    expect(headers.get("cache-control")).toBe("private, no-store");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("form-action");
  });

  test("is the same with a slash at the end, and every other page keeps its forms to itself", async () => {
    const slash = await editor.get(authorizePath(app).replace("authorize?", "authorize/?"));
    expect(slash.body).toContain("Allow Test client?");
    const { headers } = await editor.get("/settings/applications");
    expect(headers.get("content-security-policy")).toContain("form-action 'self'");
  });

  test("lets editors choose the organization, and nobody else", async () => {
    expect((await editor.get(authorizePath(app))).body).toContain('value="organization"');
    const { body } = await reader.get(authorizePath(app));
    expect(body).not.toContain('value="organization"');
    expect(body).toContain("It acts as you, Rolf Reader.");
    const forced = await allow(reader, authorizePath(app), { as: "organization" });
    expect(forced.status).toBe(403);
  });

  test("does not let a name become markup", async () => {
    const hostile = await client.register({ client_name: SCRIPT });
    const { body } = await editor.get(authorizePath(hostile, { state: `"${SCRIPT}` }));
    expect(body).not.toContain(SCRIPT);
    expect(hiddenFields(body)["state"]).toBe(`"${SCRIPT}`);
  });

  test("comes after signing in, with every parameter kept", async () => {
    const { challenge } = pkce();
    const path = authorizePath(app, {
      state: "a b&c=d%2F",
      code_challenge: challenge,
      code_challenge_method: "S256",
      lang: "de",
    });
    const visitor = new Visitor(instance.context);
    const asked = await visitor.get(path);
    expect(asked.status).toBe(200);
    expect(asked.body).toContain("Test client asks for access.");
    expect(asked.headers.get("content-security-policy")).toContain("form-action 'self'");
    const fields = { name: "ana", password: "correct horse battery" };
    const wrong = await visitor.post("/sign-in", {
      ...hiddenFields(asked.body),
      ...fields,
      password: "no",
    });
    expect(wrong.status).toBe(401);
    const signedIn = await visitor.post("/sign-in", { ...hiddenFields(wrong.body), ...fields });
    expect(signedIn.status).toBe(303);
    const consent = await visitor.get(signedIn.headers.get("location") ?? "");
    expect(hiddenFields(consent.body)).toMatchObject({
      client_id: app.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: "code",
      scope: "read write follow push",
      state: "a b&c=d%2F",
      code_challenge: challenge,
      code_challenge_method: "S256",
      lang: "de",
    });
  });

  test("comes after signing in anew where the application wants that, once", async () => {
    const forced = await editor.get(authorizePath(app, { force_login: "true" }));
    expect(forced.body).toContain('name="password"');
    expect(hiddenFields(forced.body)["to"]).not.toContain("force_login");
  });
});

describe("the answer", () => {
  test("is a code in the redirect URI, with the state and who answers", async () => {
    const answer = await allow(editor, authorizePath(app, { state: "s t&ä" }));
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toMatch(/^https:\/\/client\.example\/callback\?code=/);
    expect(answerIn(answer).get("state")).toBe("s t&ä");
    expect(answerIn(answer).get("iss")).toBe("https://alpha.example/");
  });

  test("keeps the query of a redirect URI, and goes to an application's own scheme", async () => {
    const uri = "https://client.example/callback?a=%20b";
    const other = await client.register({ redirect_uris: uri });
    const answer = await allow(editor, authorizePath(other, { redirect_uri: uri }));
    expect(answer.headers.get("location")).toContain(`${uri}&code=`);
    const native = await allow(editor, authorizePath(app, { redirect_uri: SCHEME }));
    expect(native.headers.get("location")).toContain(`${SCHEME}?code=`);
  });

  test("is a page with the code where there is no redirect URI", async () => {
    const answer = await allow(editor, authorizePath(app, { redirect_uri: OOB }));
    expect(answer.status).toBe(200);
    const code = /<code>([\w-]{43})<\/code>/.exec(answer.body)?.[1] ?? "";
    expect((await client.exchange(app, code, { redirect_uri: OOB })).status).toBe(200);
  });

  test("is no when the member refuses", async () => {
    const answer = await allow(editor, authorizePath(app, { state: "x" }), { decision: "refuse" });
    expect(answerIn(answer).get("error")).toBe("access_denied");
    expect(answerIn(answer).get("state")).toBe("x");
    expect(answerIn(answer).get("code")).toBeNull();
    const page = await allow(editor, authorizePath(app, { redirect_uri: OOB }), {
      decision: "refuse",
    });
    expect(page.body).toContain("Access was not given");
    expect(page.body).not.toContain("<code>");
  });

  test("is given to nobody else's form", async () => {
    const { body } = await editor.get(authorizePath(app));
    const fields = { ...hiddenFields(body), decision: "allow" };
    const foreign = await editor.post("/oauth/authorize", fields, {
      origin: "https://client.example",
    });
    expect(foreign.status).toBe(403);
    const stolen = { ...fields, form_token: "x" };
    expect((await editor.post("/oauth/authorize", stolen)).status).toBe(403);
  });
});

describe("a request that is wrong", () => {
  test.each([
    ["an application that is unknown", { client_id: "nobody" }],
    ["an address that is not registered", { redirect_uri: "https://client.example/callback/" }],
    ["a prefix of one", { redirect_uri: "https://client.example/" }],
    ["one in other letters", { redirect_uri: "https://CLIENT.example/callback" }],
    ["one with something more", { redirect_uri: `${REDIRECT_URI}?next=https://evil.example` }],
    ["none", { redirect_uri: "" }],
    ["more than anybody needs", { state: "x".repeat(9_000) }],
  ])("is never answered at the address it names: %s", async (_, changes) => {
    for (const visitor of [editor, new Visitor(instance.context)]) {
      const answer = await visitor.get(authorizePath(app, changes));
      expect(answer.status).toBe(400);
      expect(answer.headers.get("location")).toBeNull();
      expect(answer.body).toContain("The application cannot get access");
    }
  });

  test.each([
    ["unsupported_response_type", { response_type: "token" }],
    ["unsupported_response_type", { response_type: "" }],
    ["invalid_request", { response_mode: "fragment" }],
    ["invalid_scope", { scope: "read nonsense" }],
    ["invalid_scope", { scope: "admin:read" }],
    ["invalid_request", { code_challenge: pkce().challenge, code_challenge_method: "plain" }],
    ["invalid_request", { code_challenge: pkce().challenge }],
    ["invalid_request", { code_challenge: "short", code_challenge_method: "S256" }],
    ["invalid_request", { code_challenge_method: "S256" }],
  ])("is told to the application as %s: %j", async (error, changes) => {
    const answer = await editor.get(authorizePath(app, { ...changes, state: "x" }));
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toMatch(/^https:\/\/client\.example\/callback\?error=/);
    expect(answerIn(answer).get("error")).toBe(error);
    expect(answerIn(answer).get("error_description")).not.toBe("");
    expect(answerIn(answer).get("state")).toBe("x");
    expect(answerIn(answer).get("iss")).toBe("https://alpha.example/");
  });

  test("is told on the page where there is no redirect URI", async () => {
    const path = authorizePath(app, { redirect_uri: OOB, scope: "nonsense" });
    const answer = await editor.get(path);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("Only scopes that the application was registered with");
  });

  test("changed on its way through the page is refused as if it had come so", async () => {
    const path = authorizePath(app);
    const elsewhere = await allow(editor, path, { redirect_uri: "https://evil.example/" });
    expect(elsewhere.status).toBe(400);
    const wider = await allow(editor, path, { scope: "read admin:write" });
    expect(answerIn(wider).get("error")).toBe("invalid_scope");
  });
});

test("without a scope an application asks for reading", async () => {
  const answer = await allow(editor, authorizePath(app, { scope: "" }));
  const token = await client.exchange(app, codeIn(answer));
  expect(token.json.scope).toBe("read");
});
