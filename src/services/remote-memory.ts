import type { KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AppError } from "../domain/errors.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { RemoteActor } from "./remote.ts";

/** A public key of a remote actor, imported and ready to verify. */
export interface KnownKey {
  /** IRI of the actor whose own document lists the key */
  readonly owner: string;
  readonly publicKey: KeyObject;
}

const MINUTE = 60_000;

/**
 * What one process remembers of other instances, bounded in number and time, so that any number of
 * dead or hostile servers costs a fixed amount of memory.
 */
export class RemoteMemory {
  /** short: another process may have changed the row */
  readonly actors = new LRUCache<string, ActorRecord>({ max: 5_000, ttl: MINUTE });
  readonly keys = new LRUCache<string, KnownKey>({ max: 5_000, ttl: 5 * MINUTE });
  /**
   * actors read for the sake of a key, not stored yet: a signature may still turn out to be wrong,
   * and strangers must not fill our tables
   */
  readonly unproven = new LRUCache<string, RemoteActor>({ max: 500, ttl: 5 * MINUTE });
  /** what could not be read, by what was asked for */
  readonly failures = new LRUCache<string, AppError>({ max: 2_000, ttl: 5 * MINUTE });
  /** hosts that did not answer at all */
  readonly deadHosts = new LRUCache<string, AppError>({ max: 2_000, ttl: 3 * MINUTE });
  /** actors whose refresh was asked for */
  readonly refreshes = new LRUCache<string, true>({ max: 5_000, ttl: 10 * MINUTE });
  /** readings under way, so that each is made once */
  readonly readings = new Map<string, Promise<unknown>>();

  /** Forgets what the database says; what others said they are stays unwell. */
  forget(): void {
    this.actors.clear();
    this.keys.clear();
  }

  forgetActor(iri: string): void {
    for (const [key, actor] of this.actors.entries()) {
      if (actor.iri === iri) this.actors.delete(key);
    }
    for (const [keyIri, { owner }] of this.keys.entries()) {
      if (owner === iri) this.keys.delete(keyIri);
    }
    this.unproven.delete(iri);
  }
}
