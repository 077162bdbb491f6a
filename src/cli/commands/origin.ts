import { defineCommand } from "citty";
import { AppError } from "../../domain/errors.ts";
import {
  allowOrigin,
  blockOrigin,
  disallowOrigin,
  listOrigins,
  previewChange,
  setAllowListOnly,
  unblockOrigin,
  type CutOff,
  type Intent,
  type OriginRecord,
} from "../../services/origins.ts";
import { liftRemoteSuspension, suspendRemoteActor } from "../../services/remote-suspension.ts";
import { findEditor } from "../editor.ts";
import { COMMON, withInstance, type Session } from "../session.ts";

const ADMIN = {
  type: "string",
  description: "Handle of the administrator who acts; default: the first",
} as const;
const HOST = { type: "positional", required: true, description: "Such as evil.example" } as const;
const DRY_RUN = {
  type: "boolean",
  default: false,
  description: "Only say what would be cut off",
} as const;

const block = defineCommand({
  meta: { name: "block", description: "Block a host with its subdomains" },
  args: {
    ...COMMON,
    host: HOST,
    reason: { type: "string", default: "", description: "Why, for the administrators" },
    "dry-run": DRY_RUN,
    admin: ADMIN,
  },
  run: ({ args }) =>
    withInstance(args, async (session) => {
      const { context } = session;
      const admin = await findEditor(context, args.admin);
      const cutOff = await previewChange(context, admin, { kind: "block", host: args.host });
      if (args["dry-run"]) return answerPreview(session, cutOff);
      const record = await blockOrigin(context, admin, args.host, args.reason);
      session.output.answer(
        { ...json(record), cut_off: cutOff },
        `Blocked ${record.host}. ${describeCutOff("Cut off", cutOff)}`,
      );
    }),
});

const unblock = defineCommand({
  meta: { name: "unblock", description: "End the block of a host" },
  args: { ...COMMON, host: HOST, admin: ADMIN },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const admin = await findEditor(context, args.admin);
      const host = await unblockOrigin(context, admin, args.host);
      output.answer({ host, rule: null }, `${host} is not blocked any more.`);
    }),
});

const allow = defineCommand({
  meta: { name: "allow", description: "Put a host on the list for allow-list mode" },
  args: { ...COMMON, host: HOST, admin: ADMIN },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const admin = await findEditor(context, args.admin);
      const record = await allowOrigin(context, admin, args.host);
      output.answer(json(record), `${record.host} is on the list.`);
    }),
});

const disallow = defineCommand({
  meta: { name: "disallow", description: "Take a host off the list" },
  args: { ...COMMON, host: HOST, "dry-run": DRY_RUN, admin: ADMIN },
  run: ({ args }) =>
    withInstance(args, async (session) => {
      const { context } = session;
      const admin = await findEditor(context, args.admin);
      const cutOff = await previewChange(context, admin, { kind: "disallow", host: args.host });
      if (args["dry-run"]) return answerPreview(session, cutOff);
      const host = await disallowOrigin(context, admin, args.host);
      session.output.answer(
        { host, rule: null, cut_off: cutOff },
        `${host} is not on the list any more. ${describeCutOff("Cut off", cutOff)}`,
      );
    }),
});

const allowList = defineCommand({
  meta: { name: "allow-list", description: "Federate with listed hosts only, or with all" },
  args: {
    ...COMMON,
    mode: { type: "positional", required: true, description: "on or off" },
    "dry-run": DRY_RUN,
    admin: ADMIN,
  },
  run: ({ args }) =>
    withInstance(args, async (session) => {
      const { context } = session;
      const on = readSwitch(args.mode);
      const admin = await findEditor(context, args.admin);
      const intent: Intent = { kind: "allow-list", on };
      const cutOff = await previewChange(context, admin, intent);
      if (args["dry-run"]) return answerPreview(session, cutOff);
      await setAllowListOnly(context, admin, on);
      session.output.answer(
        { allow_list_only: on, cut_off: cutOff },
        on
          ? `Only listed hosts and partners may federate now. ${describeCutOff("Cut off", cutOff)}`
          : "All hosts that are not blocked may federate now.",
      );
    }),
});

const list = defineCommand({
  meta: { name: "list", description: "List the rules about hosts" },
  args: { ...COMMON, admin: ADMIN },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const admin = await findEditor(context, args.admin);
      const { allowListOnly, origins } = await listOrigins(context, admin);
      const mode = allowListOnly
        ? "Only listed hosts and partners may federate."
        : "All hosts that are not blocked may federate.";
      output.answer(
        { allow_list_only: allowListOnly, origins: origins.map(json) },
        [mode, ...origins.map(describe)].join("\n"),
      );
    }),
});

const suspend = defineCommand({
  meta: { name: "suspend", description: "Suspend one actor of another instance, or lift that" },
  args: {
    ...COMMON,
    handle: { type: "positional", required: true, description: "Handle or IRI of the actor" },
    lift: { type: "boolean", default: false, description: "End the suspension" },
    admin: ADMIN,
  },
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const admin = await findEditor(context, args.admin);
      const change = args.lift ? liftRemoteSuspension : suspendRemoteActor;
      const actor = await change(context, admin, args.handle);
      const handle = `@${actor.handle}@${actor.host}`;
      const suspended = actor.suspendedAt !== null;
      output.answer(
        { handle, uri: actor.iri, suspended },
        suspended ? `${handle} is suspended.` : `${handle} is not suspended any more.`,
      );
    }),
});

/** `praxis origin …` */
export const origin = defineCommand({
  meta: { name: "origin", description: "Block hosts, or federate with listed ones only" },
  subCommands: { block, unblock, allow, disallow, "allow-list": allowList, list, suspend },
});

/** @throws AppError `usage` */
function readSwitch(text: string): boolean {
  if (text === "on" || text === "off") return text === "on";
  throw new AppError("usage", "The allow-list is switched on or off.");
}

function answerPreview({ output }: Session, cutOff: CutOff): void {
  output.answer({ would_cut_off: cutOff }, describeCutOff("Would be cut off", cutOff));
}

function json({ host, rule, reason, createdAt }: OriginRecord) {
  return { host, rule, reason, created_at: createdAt.toISOString() };
}

function describe({ host, rule, reason }: OriginRecord): string {
  return `${host}, ${rule}${reason === "" ? "" : ` (${reason})`}`;
}

function describeCutOff(what: string, cutOff: CutOff): string {
  const { hosts, followers, followed, partnerships, offers } = cutOff;
  if (hosts === 0) return `${what}: nobody.`;
  const parts = [
    `followers ${followers}`,
    `followed ${followed}`,
    `partnerships ${partnerships}`,
    `offers of a partnership ${offers}`,
  ];
  return `${what} at ${hosts === 1 ? "one host" : `${hosts} hosts`}: ${parts.join(", ")}.`;
}
