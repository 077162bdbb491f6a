import { AppError, invalid } from "./errors.ts";

/** What a token may be allowed to do, as the Mastodon API names it. The order is that of consent pages. */
const SUBJECTS = {
  read: [
    "accounts",
    "blocks",
    "bookmarks",
    "collections",
    "favourites",
    "filters",
    "follows",
    "lists",
    "mutes",
    "notifications",
    "search",
    "statuses",
  ],
  write: [
    "accounts",
    "blocks",
    "bookmarks",
    "collections",
    "conversations",
    "favourites",
    "filters",
    "follows",
    "lists",
    "media",
    "mutes",
    "notifications",
    "reports",
    "statuses",
  ],
} as const;

/** Clients for moderators ask for these; the API has nothing that needs them. */
const ADMIN_SUBJECTS = [
  "accounts",
  "canonical_email_blocks",
  "domain_allows",
  "domain_blocks",
  "email_domain_blocks",
  "ip_blocks",
  "reports",
];

/** All scopes that our API looks at, as the server's metadata lists them. */
export const SCOPES: readonly string[] = [
  "profile",
  "read",
  ...SUBJECTS.read.map((subject) => `read:${subject}`),
  "write",
  ...SUBJECTS.write.map((subject) => `write:${subject}`),
  "follow",
  "push",
];

const KNOWN = new Set([
  ...SCOPES,
  ...["admin:read", "admin:write"].flatMap((scope) => [
    scope,
    ...ADMIN_SUBJECTS.map((subject) => `${scope}:${subject}`),
  ]),
]);

/** What the scope of Mastodon 2.3 and before stands for. */
const FOLLOW = [
  "read:blocks",
  "write:blocks",
  "read:follows",
  "write:follows",
  "read:mutes",
  "write:mutes",
];

/**
 * Reads a list of scopes as OAuth writes it, separated by spaces (some clients write `+`).
 * @throws AppError `invalid_request`
 */
export function parseScopes(text: string): string[] {
  const scopes = [...new Set(text.split(/[\s+]+/).filter((scope) => scope !== ""))];
  const unknown = scopes.find((scope) => !KNOWN.has(scope));
  if (scopes.length === 0) throw invalid({ scopes: "at least one, such as read" });
  if (unknown !== undefined) throw invalid({ scopes: `"${unknown.slice(0, 60)}" is not a scope` });
  return scopes;
}

/** Whether the granted scopes include `needed`: `read` includes `read:statuses`. */
export function includesScope(granted: readonly string[], needed: string): boolean {
  if (granted.includes(needed)) return true;
  if (needed === "follow") return FOLLOW.every((scope) => includesScope(granted, scope));
  const parts = needed.split(":");
  const wider = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(":"));
  return (
    wider.some((scope) => granted.includes(scope)) ||
    (FOLLOW.includes(needed) && granted.includes("follow"))
  );
}

/**
 * The scopes that somebody asks for out of those that are open to them.
 * @throws AppError `invalid_scope` (RFC 6749 §5.2) for any other, and for what is no scope
 */
export function chooseScopes(asked: string, open: readonly string[]): string[] {
  let scopes: string[];
  try {
    scopes = parseScopes(asked);
  } catch (cause) {
    throw invalidScope(cause);
  }
  if (!scopes.every((scope) => includesScope(open, scope))) throw invalidScope();
  return scopes;
}

function invalidScope(cause?: unknown): AppError {
  return new AppError(
    "invalid_scope",
    "Only scopes that the application was registered with can be asked for.",
    { status: 400, cause },
  );
}
