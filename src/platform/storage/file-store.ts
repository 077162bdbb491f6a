/** A file that was stored: its length, and its SHA-256 in lower-case hex. */
interface StoredFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Bytes from `start` to `end`, both inclusive, as in RFC 9110 §14.1.2. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where attachments are kept, under keys that nobody can guess. On the local disk, or in an object
 * store; it knows nothing of who may read what, so nothing but the media service may hand it out.
 */
export interface FileStore {
  /** Stores all of `source` or nothing. An earlier file of that key is replaced. */
  put(key: string, source: AsyncIterable<Uint8Array>): Promise<StoredFile>;
  /** How long the file is; null when there is none. */
  size(key: string): Promise<number | null>;
  /** The file, or a part of it, as it is read. The stream fails when there is no such file. */
  read(key: string, range?: ByteRange): ReadableStream<Uint8Array>;
  /** Removes the file; does nothing when there is none. */
  remove(key: string): Promise<void>;
}
