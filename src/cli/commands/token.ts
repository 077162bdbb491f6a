import { defineCommand } from "citty";
import { invalid } from "../../domain/errors.ts";
import { getMember } from "../../services/members.ts";
import { createToken, parseScopes } from "../../services/tokens.ts";
import { COMMON, withInstance } from "../session.ts";

const create = defineCommand({
  meta: { name: "create", description: "Make an access token for the APIs" },
  args: {
    ...COMMON,
    member: { type: "string", required: true, description: "Handle of the member" },
    as: {
      type: "string",
      default: "member",
      description: "member, or organization (editors): whom the token acts as",
    },
    scopes: { type: "string", default: "read", description: 'For example "read write follow"' },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      if (args.as !== "member" && args.as !== "organization") {
        throw invalid({ as: "member or organization" });
      }
      const scopes = parseScopes(args.scopes);
      const found = await getMember(context, args.member);
      const token = await createToken(context, found, { as: args.as, scopes });
      output.answer({ access_token: token, token_type: "Bearer", scope: scopes.join(" ") }, token);
    }),
});

/** `praxis token …` */
export const token = defineCommand({
  meta: { name: "token", description: "Access tokens for the APIs" },
  subCommands: { create },
});
