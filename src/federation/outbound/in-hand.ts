/** What one worker has in hand: requests under way, and deliveries of each host that are not settled. */
export class InHand {
  readonly #byHost = new Map<number, number>();
  #requests = 0;

  get requests(): number {
    return this.#requests;
  }

  get byHost(): ReadonlyMap<number, number> {
    return this.#byHost;
  }

  start(hostId: number): void {
    this.#requests += 1;
    this.#byHost.set(hostId, this.of(hostId) + 1);
  }

  /** The request has ended; its slot is free. */
  endRequest(): void {
    this.#requests -= 1;
  }

  /** What the request told of its host has been taken into account. */
  settle(hostId: number): void {
    const count = this.of(hostId) - 1;
    if (count > 0) this.#byHost.set(hostId, count);
    else this.#byHost.delete(hostId);
  }

  of(hostId: number): number {
    return this.#byHost.get(hostId) ?? 0;
  }
}
