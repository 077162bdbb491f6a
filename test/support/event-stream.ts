/** Server-sent events as they arrive. */
export interface EventStream {
  /** the next event with its data, waited for up to ten seconds */
  next(): Promise<{ readonly event: string; readonly data: string }>;
  close(): Promise<void>;
}

const SOON_MS = 10_000;

/** Reads the events of an answer that goes on. */
export function readEvents(answer: Response): EventStream {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error("there is no body");
  let text = "";
  return {
    async next() {
      const late = setTimeout(() => void reader.cancel(), SOON_MS);
      try {
        for (;;) {
          const [whole, event = "", data = ""] = /event: (.*)\ndata: (.*)\n\n/.exec(text) ?? [];
          if (whole !== undefined) {
            text = text.slice(text.indexOf(whole) + whole.length);
            return { event, data };
          }
          const { done, value } = await reader.read();
          if (done) throw new Error(`nothing more was told after ${text}`);
          text += value;
        }
      } finally {
        clearTimeout(late);
      }
    },
    close: () => reader.cancel(),
  };
}
