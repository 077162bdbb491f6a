import { defineCommand } from "citty";
import {
  addMember,
  changeRole,
  listMembers,
  parseRole,
  resetPassword,
  suspendMember,
  type Member,
} from "../../services/members.ts";
import { COMMON, withInstance } from "../session.ts";

const HANDLE = { type: "positional", required: true, description: "Handle, such as ana" } as const;

const add = defineCommand({
  meta: { name: "add", description: "Add a member" },
  args: {
    ...COMMON,
    handle: HANDLE,
    email: { type: "string", required: true, description: "E-mail address" },
    name: { type: "string", description: "Name that others see" },
    role: { type: "string", default: "author", description: "reader, author, editor or admin" },
    password: { type: "string", description: "Password; without it one is made and printed" },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const { member, password } = await addMember(context, {
        handle: args.handle,
        name: args.name,
        email: args.email,
        role: parseRole(args.role),
        password: args.password ?? null,
      });
      output.answer(
        { ...memberJson(member), ...(password === null ? {} : { password }) },
        `Added ${describe(member)}.${password === null ? "" : `\nTheir password is ${password}`}`,
      );
    }),
});

const list = defineCommand({
  meta: { name: "list", description: "List the members" },
  args: COMMON,
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const members = await listMembers(context);
      output.answer(
        members.map(memberJson),
        members.length === 0 ? "There are no members yet." : members.map(describe).join("\n"),
      );
    }),
});

const role = defineCommand({
  meta: { name: "role", description: "Change a member's role" },
  args: {
    ...COMMON,
    handle: HANDLE,
    role: { type: "positional", required: true, description: "reader, author, editor or admin" },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const member = await changeRole(context, args.handle, parseRole(args.role));
      output.answer(memberJson(member), `Now: ${describe(member)}.`);
    }),
});

const suspend = defineCommand({
  meta: { name: "suspend", description: "Suspend a member, or lift a suspension" },
  args: {
    ...COMMON,
    handle: HANDLE,
    lift: { type: "boolean", default: false, description: "End the suspension" },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const member = await suspendMember(context, args.handle, { lift: args.lift });
      output.answer(memberJson(member), `Now: ${describe(member)}.`);
    }),
});

const reset = defineCommand({
  meta: { name: "reset-password", description: "Set a new password; signs the member out" },
  args: {
    ...COMMON,
    handle: HANDLE,
    password: { type: "string", description: "The new one; without it one is made" },
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const password = await resetPassword(context, args.handle, args.password ?? null);
      const handle = args.handle.replace(/^@/, "");
      if (args.password !== undefined) {
        output.answer({ handle }, `${handle} has the new password.`);
      } else {
        output.answer({ handle, password }, `The new password of ${handle} is ${password}`);
      }
    }),
});

/** `praxis member …` */
export const member = defineCommand({
  meta: { name: "member", description: "Add, list and change members" },
  subCommands: { add, list, role, suspend, "reset-password": reset },
});

function memberJson(found: Member) {
  return {
    id: found.id.toString(),
    handle: found.actor.handle,
    name: found.actor.name,
    email: found.email,
    role: found.role,
    suspended: found.suspendedAt !== null,
    created_at: found.createdAt.toISOString(),
  };
}

function describe(found: Member): string {
  const suspended = found.suspendedAt === null ? "" : ", suspended";
  return `@${found.actor.handle}@${found.actor.host} (${found.actor.name}), ${found.role}, ${found.email}${suspended}`;
}
