import { eq } from "drizzle-orm";
import { decryptSecret, encryptSecret } from "../platform/crypto/secrets.ts";
import { makeSenderKeys } from "../platform/push/web-push.ts";
import { instanceKeys } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { VapidKeys } from "./memory.ts";

const PURPOSE = "vapid";

/** The public key that clients subscribe with, made when it is first asked for; it never changes. */
export async function vapidPublicKey(context: Context): Promise<string> {
  return (await vapidKeys(context)).publicKey;
}

/**
 * Both keys; read once per process.
 * @throws AppError `secret_unreadable`
 */
export function vapidKeys(context: Context): Promise<VapidKeys> {
  const { memory } = context;
  const loading = (memory.vapidKeys ??= loadKeys(context).catch((error: unknown) => {
    if (memory.vapidKeys === loading) memory.vapidKeys = null;
    throw error;
  }));
  return loading;
}

async function loadKeys(context: Context): Promise<VapidKeys> {
  const known = await readKeys(context);
  if (known !== null) return known;
  const made = makeSenderKeys();
  const privateJwe = await encryptSecret(made.privateKey, context.secretKey, PURPOSE);
  // Of two processes that make keys at once, both go on with those of the first.
  await context.facts
    .insert(instanceKeys)
    .values({ purpose: PURPOSE, publicKey: made.publicKey, privateJwe })
    .onConflictDoNothing();
  const stored = await readKeys(context);
  if (stored === null) throw new Error("the VAPID keys were not stored");
  return stored;
}

async function readKeys(context: Context): Promise<VapidKeys | null> {
  const [row] = await context.facts
    .select()
    .from(instanceKeys)
    .where(eq(instanceKeys.purpose, PURPOSE));
  if (row === undefined) return null;
  const { publicKey, privateJwe } = row;
  return { publicKey, privateKey: await decryptSecret(privateJwe, context.secretKey, PURPOSE) };
}
