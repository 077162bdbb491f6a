import { LRUCache } from "lru-cache";

const ENTRIES = 5000;
const BYTES = 16 * 1024 * 1024;

/**
 * Public documents by IRI, as the bytes that are sent. Whoever changes an actor or object announces
 * `document:<iri>`; every process then forgets it (see persistence/changes).
 */
export class DocumentCache {
  readonly #documents = new LRUCache<string, string>({
    max: ENTRIES,
    maxSize: BYTES,
    sizeCalculation: (body, iri) => body.length + iri.length,
  });

  get(iri: string): string | undefined {
    return this.#documents.get(iri);
  }

  set(iri: string, body: string): void {
    this.#documents.set(iri, body);
  }

  forget(iri: string): void {
    this.#documents.delete(iri);
  }

  clear(): void {
    this.#documents.clear();
  }
}
