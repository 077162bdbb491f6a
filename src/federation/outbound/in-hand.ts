/** What one worker is sending right now: how many in all, and how many to each host. */
export class InHand {
  readonly #byHost = new Map<number, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get byHost(): ReadonlyMap<number, number> {
    return this.#byHost;
  }

  add(hostId: number): void {
    this.#size += 1;
    this.#byHost.set(hostId, (this.#byHost.get(hostId) ?? 0) + 1);
  }

  /** Returns how many there were to the host. */
  remove(hostId: number): number {
    const count = this.#byHost.get(hostId) ?? 1;
    this.#size -= 1;
    if (count > 1) this.#byHost.set(hostId, count - 1);
    else this.#byHost.delete(hostId);
    return count;
  }
}
