import { defineCommand } from "citty";
import { invalid } from "../../domain/errors.ts";
import { FOLLOW_POLICIES } from "../../domain/follow.ts";
import { randomToken } from "../../platform/crypto/tokens.ts";
import { setUp } from "../../services/setup.ts";
import { COMMON, withInstance } from "../session.ts";

/** `praxis setup`: the organization and its first administrator. */
export const setup = defineCommand({
  meta: { name: "setup", description: "Set the organization up with its first administrator" },
  args: {
    ...COMMON,
    name: { type: "string", required: true, description: 'Name, for example "Alpha Power"' },
    handle: { type: "string", required: true, description: "Handle of the organization" },
    admin: { type: "string", required: true, description: "Handle of the first administrator" },
    "admin-name": { type: "string", description: "The administrator's name that others see" },
    email: { type: "string", required: true, description: "The administrator's e-mail address" },
    password: { type: "string", description: "Their password; without it one is made and printed" },
    followers: {
      type: "string",
      default: "approve",
      description: "approve = you answer each request, open = everybody may follow",
    },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const followers = FOLLOW_POLICIES.find((policy) => policy === args.followers);
      if (followers === undefined) throw invalid({ followers: "approve or open" });
      const password = args.password ?? randomToken(12);
      const adminName = args["admin-name"];
      const member = await setUp(context, { ...args, adminName, password, followers }, null);
      const organization = `@${args.handle.toLowerCase()}@${context.config.host}`;
      const admin = `@${member.actor.handle}@${member.actor.host}`;
      output.answer(
        {
          organization,
          admin,
          url: context.config.origin,
          ...(args.password === undefined ? { password } : {}),
        },
        `${args.name} is set up as ${organization}; ${admin} is its administrator.` +
          (args.password === undefined ? `\nTheir password is ${password}` : ""),
      );
    }),
});
