/** What a caller may be told in addition to the code and the sentence: field → what is wrong with it. */
export type ErrorDetails = Readonly<Record<string, string>>;

/**
 * The one error type of the application. `code` is stable and documented, `safe` is a plain
 * sentence that may be shown to whoever asked; the `cause` is for the log alone.
 * `status` is the HTTP status that every surface maps the error to (default 400).
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly safe: string;
  readonly status: number;
  readonly details: ErrorDetails | undefined;

  constructor(
    code: string,
    safe: string,
    options: { cause?: unknown; status?: number; details?: ErrorDetails } = {},
  ) {
    super(safe, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.safe = safe;
    this.status = options.status ?? 400;
    this.details = options.details;
  }
}

/** "Not there" and "not for you" are one answer (chapter "The boundary"): this one, with no detail. */
export function notFound(): AppError {
  return new AppError("not_found", "There is nothing here.", { status: 404 });
}

/** Several fields are wrong at once; `details` names each. */
export function invalid(details: ErrorDetails): AppError {
  const sentences = Object.entries(details).map(([field, problem]) => `${field}: ${problem}`);
  return new AppError("invalid_request", sentences.join("; "), { status: 422, details });
}
