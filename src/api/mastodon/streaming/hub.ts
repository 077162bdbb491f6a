import { LRUCache } from "lru-cache";
import { AppError } from "../../../domain/errors.ts";
import type { Id } from "../../../domain/ids.ts";
import type { Stream } from "../../../domain/stream.ts";
import type { Context } from "../../../services/context.ts";
import type { StreamEvent } from "../../../services/events.ts";
import { tokensInForce, withRole } from "../../../services/stream-access.ts";
import type { Credential } from "../../../services/tokens.ts";
import { keyOf, StreamConnection, type ClosingReason, type Peer } from "./connection.ts";
import { distribute } from "./distribute.ts";
import type { StreamMessage } from "./message.ts";

export const STREAM_LIMITS = {
  /** connections of this process */
  connections: 4_000,
  /** of one member, with whatever clients */
  perMember: 64,
  perToken: 24,
  /** streams of one connection */
  subscriptions: 64,
  /** events that wait to be told */
  events: 2_000,
} as const;

const HEARTBEAT_MS = 30_000;

/** Those who listen to one stream on behalf of the same actor and member. */
export interface Audience {
  readonly credential: Credential;
  readonly stream: Stream;
  readonly connections: readonly StreamConnection[];
}

/**
 * The open streams of this process. Events are told one after the other, in their order; nothing is
 * kept for those who are not there.
 */
export class StreamHub {
  /** of posts that were told of: what is withdrawn has none any more */
  readonly hashtags = new LRUCache<Id, readonly string[]>({ max: 5_000 });
  readonly #context: Context;
  readonly #onError: (error: unknown) => void;
  readonly #connections = new Set<StreamConnection>();
  readonly #heartbeat: NodeJS.Timeout;
  #telling: Promise<void> = Promise.resolve();
  #waiting = 0;
  #stopped = false;

  constructor(context: Context, { onError }: { readonly onError: (error: unknown) => void }) {
    this.#context = context;
    this.#onError = onError;
    this.#heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS).unref();
  }

  get size(): number {
    return this.#connections.size;
  }

  /**
   * Lets a client in. `close` it when it leaves.
   * @throws AppError `too_many_streams`, `stopping`
   */
  open(credential: Credential, peer: Peer): StreamConnection {
    this.requireRoom(credential);
    const connection = new StreamConnection(credential, peer);
    this.#connections.add(connection);
    return connection;
  }

  /** @throws AppError `too_many_streams`, `stopping` */
  requireRoom({ tokenId, member }: Credential): void {
    if (this.#stopped || this.#connections.size >= STREAM_LIMITS.connections) {
      throw new AppError("stopping", "The server takes no more streams now. Try again soon.", {
        status: 503,
      });
    }
    const all = [...this.#connections].map(({ credential }) => credential);
    const ofToken = all.filter((credential) => credential.tokenId === tokenId).length;
    const ofMember = all.filter((credential) => credential.member.id === member.id).length;
    if (ofToken < STREAM_LIMITS.perToken && ofMember < STREAM_LIMITS.perMember) return;
    throw new AppError("too_many_streams", "Too many streams are open. Close some first.", {
      status: 429,
    });
  }

  /** The client has left. */
  close(connection: StreamConnection): void {
    this.#connections.delete(connection);
  }

  /** Ends a stream from this side. */
  drop(connection: StreamConnection, reason: ClosingReason): void {
    if (this.#connections.delete(connection)) connection.peer.close(reason);
  }

  /** Tells what happened to those whom it concerns, after what happened before. */
  tell(event: StreamEvent): void {
    if (this.#connections.size === 0) return;
    if (this.#waiting >= STREAM_LIMITS.events) return this.reset();
    this.#waiting += 1;
    this.#telling = this.#telling
      .then(() => distribute(this.#context, this, event))
      .catch(this.#onError)
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Something may have been missed: clients come again, and read what they do not have. */
  reset(): void {
    for (const connection of this.#connections) this.drop(connection, "restart");
  }

  /** Closes all streams and lets nobody in any more. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#heartbeat);
    this.reset();
  }

  /** Finds out who is still there, and whose access has ended without notice. */
  async beat(): Promise<void> {
    for (const connection of this.#connections) {
      if (!connection.peer.beat()) this.drop(connection, "too_slow");
    }
    await this.check([...this.#connections]).catch(this.#onError);
  }

  /** Closes what is open by a member's tokens and should not be. */
  async checkMember(memberId: Id): Promise<void> {
    await this.check(
      [...this.#connections].filter(({ credential }) => credential.member.id === memberId),
    );
  }

  /** Of those connections the ones whose access is in force now; the others are closed. */
  async check(connections: readonly StreamConnection[]): Promise<StreamConnection[]> {
    const tokens = [...new Set(connections.map(({ credential }) => credential.tokenId))];
    const inForce = await tokensInForce(this.#context, tokens);
    return connections.filter((connection) => {
      const role = inForce.get(connection.credential.tokenId);
      if (role === undefined) this.drop(connection, "access_over");
      else connection.credential = withRole(connection.credential, role);
      return role !== undefined && this.#connections.has(connection);
    });
  }

  /** Streams that `wanted` picks, of everybody or of one actor. */
  streams(wanted: (stream: Stream, credential: Credential) => boolean): Stream[] {
    return [...this.#connections].flatMap(({ streams, credential }) =>
      [...streams].filter((stream) => wanted(stream, credential)),
    );
  }

  /** Actors who listen to a stream that `wanted` picks. */
  actorsWith(wanted: (stream: Stream) => boolean): Id[] {
    const found = [...this.#connections].filter(({ streams }) => [...streams].some(wanted));
    return [...new Set(found.map(({ credential }) => credential.actor.id))];
  }

  /**
   * Who listens to what `wanted` picks, by member, actor and stream: those whose access is in force at
   * this moment, however the streams were opened.
   */
  async audiences(
    wanted: (stream: Stream, credential: Credential) => boolean,
  ): Promise<Audience[]> {
    const concerned = [...this.#connections].filter(({ streams, credential }) =>
      [...streams].some((stream) => wanted(stream, credential)),
    );
    if (concerned.length === 0) return [];
    const found = new Map<string, Audience & { readonly connections: StreamConnection[] }>();
    for (const connection of await this.check(concerned)) {
      const { credential } = connection;
      for (const stream of connection.streams) {
        if (!wanted(stream, credential)) continue;
        const key = `${credential.member.id} ${credential.actor.id} ${keyOf(stream)}`;
        const audience = found.get(key) ?? { credential, stream, connections: [] };
        audience.connections.push(connection);
        found.set(key, audience);
      }
    }
    return [...found.values()];
  }

  send(connections: readonly StreamConnection[], message: StreamMessage): void {
    for (const connection of connections) {
      // Whoever left or was closed meanwhile gets nothing any more.
      if (!this.#connections.has(connection)) continue;
      if (!connection.peer.send(message)) this.drop(connection, "too_slow");
    }
  }
}
