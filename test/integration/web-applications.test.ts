import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import {
  allow,
  authorizePath,
  codeIn,
  OAuthClient,
  type RegisteredApp,
} from "../support/oauth-client.ts";
import { Visitor } from "../support/web-client.ts";
import { addReader, READER_PASSWORD } from "../support/web-world.ts";

const PAGE = "/settings/applications";
const VERIFY = "/api/v1/accounts/verify_credentials";

let instance: TestInstance;
let client: OAuthClient;
let app: RegisteredApp;
let editor: Visitor;
let reader: Visitor;

beforeAll(async () => {
  instance = await createTestInstance();
  await addReader(instance.context);
  client = new OAuthClient(instance);
  app = await client.register({ client_name: "Tusky <3" });
  editor = await new Visitor(instance.context).signIn("ana", "correct horse battery");
  reader = await new Visitor(instance.context).signIn("rolf", READER_PASSWORD);
});

afterAll(() => instance.close());

/** The entries of the page: what each says, and the id that its button sends. */
async function entries(visitor: Visitor): Promise<{ text: string; token: string }[]> {
  const { body } = await visitor.get(PAGE);
  return body
    .split("<article")
    .slice(1)
    .map((part) => ({
      text: part.replaceAll(/<[^>]+>/g, " "),
      token: /name="token" value="(\d+)"/.exec(part)?.[1] ?? "",
    }));
}

describe("the applications of a member", () => {
  test("are none at first, and the page says how to get one", async () => {
    expect((await reader.get(PAGE)).body).toContain("enter alpha.example");
    expect((await reader.get("/home")).body).toContain(`href="${PAGE}"`);
    const visitor = await new Visitor(instance.context).get(PAGE);
    expect(visitor.headers.get("location")).toContain("/sign-in");
  });

  test("are listed with what they may do, as whom, and since when; each once", async () => {
    await client.tokenFor(editor, app, "read:statuses write:media");
    const token = await client.tokenFor(editor, app, "read:statuses follow");
    await client.tokenFor(editor, app, "read", "organization");
    await createToken(instance.context, instance.admin, { as: "member", scopes: ["read"] });
    await client.get(VERIFY, token);
    const found = await entries(editor);
    expect(found).toHaveLength(3);
    const [commandLine, asOrganization, asMyself] = found.map(({ text }) => text);
    expect(commandLine).toContain("Access token from the command line");
    expect(asOrganization).toContain("@alpha@alpha.example");
    expect(asOrganization).toContain("Never");
    expect(asMyself).toContain("Tusky &lt;3");
    expect(asMyself).toContain("@ana@alpha.example");
    expect(asMyself).toContain("https://client.example/about");
    expect(asMyself).toContain("Upload pictures and files");
    expect(asMyself).toContain("Follow and unfollow, mute and block");
    expect(asMyself).toContain("Read posts that you can read here");
  });

  test("lose all their access when it is revoked, and the others keep theirs", async () => {
    const tokens = [
      await client.tokenFor(editor, app, "read"),
      await client.tokenFor(editor, app, "read"),
    ];
    const organization = await client.tokenFor(editor, app, "read", "organization");
    const code = codeIn(await allow(editor, authorizePath(app)));
    const mine = (await entries(editor)).find(({ text }) => text.includes("@ana@"));
    const answer = await editor.submit(PAGE, { token: mine?.token ?? "" }, `${PAGE}/revoke`);
    expect(answer.status).toBe(303);
    for (const token of tokens) expect((await client.get(VERIFY, token)).status).toBe(401);
    expect((await client.exchange(app, code)).json.error).toBe("invalid_grant");
    expect((await client.get(VERIFY, organization)).status).toBe(200);
    expect((await entries(editor)).map(({ text }) => text).join("")).toContain("@alpha@");
  });

  test("are nobody else's to revoke", async () => {
    const token = await client.tokenFor(editor, app, "read");
    const [entry] = await entries(editor);
    const answer = await reader.submit(PAGE, { token: entry?.token ?? "" }, `${PAGE}/revoke`);
    expect(answer.status).toBe(404);
    expect((await reader.submit(PAGE, { token: "x" }, `${PAGE}/revoke`)).status).toBe(404);
    expect((await client.get(VERIFY, token)).status).toBe(200);
  });
});
