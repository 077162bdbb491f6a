import type { Config } from "../config/config.ts";
import type { LocalIris } from "../domain/iris.ts";
import type { Jobs } from "../jobs/engine.ts";
import type { Database } from "../persistence/database.ts";
import type { MediaAccess } from "./media-access.ts";
import type { Memory } from "./memory.ts";
import type { Remote } from "./remote.ts";
import type { Wire } from "./wire.ts";

/** What every use case works with. Made once per process by the composition root. */
export interface Context {
  readonly config: Config;
  readonly iris: LocalIris;
  readonly db: Database;
  /**
   * The same database by a connection of its own, for what `memory` keeps: transactions wait for it,
   * also when they hold all other connections
   */
  readonly facts: Database;
  readonly jobs: Jobs;
  readonly remote: Remote;
  readonly wire: Wire;
  /** encrypts private keys at rest */
  readonly secretKey: Uint8Array;
  /** files of posts: ours in their store, and those of other instances */
  readonly media: MediaAccess;
  /** what this process keeps of the database */
  readonly memory: Memory;
  readonly now: () => Date;
  /** an unguessable, time-ordered UUID */
  readonly newKey: () => string;
}
