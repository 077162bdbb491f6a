import { hash, verify } from "@node-rs/argon2";

/** OWASP's recommended minimum for argon2id (the library's default variant): 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The hash of the word "nobody": checking a password against it costs what a real check costs. */
const NOBODY =
  "$argon2id$v=19$m=19456,t=2,p=1$Uuejhiqjwzl72o5SbIaNXg$ZGatvpcnzB+C5feBF5xuSDcyymEmrRtGSB8m7dUs6ho";

/** The password as an argon2id PHC string. Unicode forms of one password (NFKC) hash alike. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), COST);
}

/**
 * Whether the password fits the stored hash. With `null` (no such user, or one without a password) it
 * does the same work and answers false, so that the time taken does not tell who exists.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const fits = await verify(stored ?? NOBODY, password.normalize("NFKC"));
  return fits && stored !== null;
}
