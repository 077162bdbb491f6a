import { AppError, notFound } from "../../../domain/errors.ts";
import { parseId } from "../../../domain/ids.ts";
import { PUBLIC_STREAMS, type PublicStreamName, type Stream } from "../../../domain/stream.ts";
import { isTag, normalizeTag } from "../../../domain/tag.ts";
import type { Context } from "../../../services/context.ts";
import { ownsList } from "../../../services/stream-access.ts";
import { includesScope, type Credential } from "../../../services/tokens.ts";

/** A stream as clients ask for it, in the query or in a message. */
export interface AskedStream {
  readonly stream?: string | undefined;
  readonly tag?: string | undefined;
  readonly list?: string | undefined;
}

/**
 * The stream that is asked for, if there is one and it is open to this client.
 * @throws AppError `stream_unknown`, `scope_missing`, `not_found` for another's list
 */
export async function openStream(
  context: Context,
  credential: Credential,
  asked: AskedStream,
): Promise<Stream> {
  const stream = readStream(asked);
  const scope = stream.name === "user:notification" ? "read:notifications" : "read:statuses";
  if (!includesScope(credential.scopes, scope)) {
    throw new AppError("scope_missing", `This token does not have the scope "${scope}".`, {
      status: 403,
    });
  }
  if ("list" in stream && !(await ownsList(context, credential.actor.id, stream.list))) {
    throw notFound();
  }
  return stream;
}

/** @throws AppError `stream_unknown`, `not_found` */
export function readStream({ stream: name = "", tag, list }: AskedStream): Stream {
  switch (name) {
    case "user":
    case "user:notification":
    case "direct":
      return { name };
    case "hashtag":
    case "hashtag:local": {
      const normal = normalizeTag(tag ?? "");
      if (!isTag(normal)) throw unknown("Say which hashtag, without its sign.");
      return { name, tag: normal };
    }
    case "list": {
      const id = parseId(list ?? "");
      if (id === null) throw notFound();
      return { name, list: id };
    }
    default:
      if (!Object.hasOwn(PUBLIC_STREAMS, name)) throw unknown("There is no stream of that name.");
      return { name: name as PublicStreamName };
  }
}

function unknown(sentence: string): AppError {
  return new AppError("stream_unknown", sentence, { status: 400 });
}
