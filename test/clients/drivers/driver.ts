/** A status as a client shows it. */
export interface ShownStatus {
  readonly id: string;
  readonly content: string;
}

/** Opens the page at `url` as the member whom the client is for, allows it, and returns the code shown. */
export type Authorize = (url: string) => Promise<string>;

/** One of the real clients, as its user handles it. */
export interface ClientDriver {
  /** registers the application, signs in by a code that is copied from a page */
  signIn(origin: string, authorize: Authorize): Promise<void>;
  /** searches for `@bravo@bravo.example` and follows what is found; the id that it has here */
  follow(handle: string): Promise<string>;
  /** the home timeline, newest first */
  home(): Promise<readonly ShownStatus[]>;
  reply(statusId: string, text: string): Promise<void>;
  boost(statusId: string): Promise<void>;
  bookmark(statusId: string): Promise<void>;
  /** of whatever the client was granted */
  token(): string;
  close(): Promise<void>;
}

export const SCOPES = "read write follow push";
export const COPIED = "urn:ietf:wg:oauth:2.0:oob";
