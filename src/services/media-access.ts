import type { FileStore } from "../platform/storage/file-store.ts";
import type { SigningKey } from "./memory.ts";

/** How the services get at files. */
export interface MediaAccess {
  /** of our own members; only the media service hands out what is in it */
  readonly store: FileStore;
  /** the folder where uploads are worked on before they are stored */
  readonly drafts: string;
  readonly openRemote: OpenRemoteFile;
}

/**
 * Opens a file at another instance by one signed GET (or HEAD), guarded and bounded like every
 * request. Implemented by `federation/remote`; nothing is kept of what it reads.
 * @throws AppError `remote_not_found`, `remote_unreachable`, `remote_invalid`
 */
export type OpenRemoteFile = (wanted: {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  /** the `Range` header of whoever asked */
  readonly range: string | null;
  readonly maxBytes: number;
  /** null = as the instance actor */
  readonly signer: SigningKey | null;
}) => Promise<RemoteFile>;

/** A file of another instance as it arrives. The reader must read or cancel `body`. */
export interface RemoteFile {
  readonly status: 200 | 206;
  readonly mediaType: string | null;
  /** length of this answer; null when the other instance does not say */
  readonly bytes: number | null;
  readonly contentRange: string | null;
  readonly acceptsRanges: boolean;
  readonly body: ReadableStream<Uint8Array> | null;
}
