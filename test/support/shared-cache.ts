import { ask, type Answer, type Asking } from "./http-answer.ts";

/** A cache between a server and everybody, as RFC 9111 lets it be: it keeps what it may. */
export interface SharedCache {
  get(url: string, asking?: Asking): Promise<Answer>;
  /** how many answers came out of it */
  hits(): number;
}

interface Kept {
  readonly url: string;
  readonly names: readonly string[];
  readonly request: Headers;
  readonly answer: Answer;
}

/** An empty one. */
export function createSharedCache(): SharedCache {
  const kept: Kept[] = [];
  let hits = 0;
  return {
    hits: () => hits,
    async get(url, asking = {}) {
      const request = new Headers({ accept: asking.accept ?? "*/*", ...asking.headers });
      // What a signer adds counts as a request header like any other.
      if (asking.signer !== undefined) request.set("signature", asking.signer.keyId);
      const known = kept.find(
        (entry) =>
          entry.url === url &&
          entry.names.every((name) => entry.request.get(name) === request.get(name)),
      );
      if (known !== undefined) {
        hits += 1;
        return known.answer;
      }
      const answer = await ask(url, asking);
      if (mayKeep(answer)) {
        const names = (answer.headers["vary"] ?? "").split(",").map((name) => name.trim());
        kept.push({ url, names: names.filter(Boolean), request, answer });
      }
      return answer;
    },
  };
}

/** Also answers without a word about caching are kept, as caches may for a while. */
function mayKeep({ headers }: Answer): boolean {
  const said = headers["cache-control"] ?? "";
  return !/no-store|private|no-cache/i.test(said) && headers["vary"] !== "*";
}
