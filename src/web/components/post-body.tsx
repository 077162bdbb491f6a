import { raw } from "hono/html";

// Tags are found by pattern here. That is sound in sanitized HTML alone, where `<` never stands for
// anything but a tag, and every attribute is quoted and without `>`.

/**
 * Sanitized HTML, as the database holds it, fitted into a page: its headings go below the page's own
 * title, tables and code blocks can be reached and scrolled by keyboard.
 */
export function fitIntoPage(sanitized: string): string {
  const shifted = /<h1[\s>]/.test(sanitized)
    ? sanitized.replace(
        /<(\/?)h([1-5])(?=[\s>])/g,
        (_, slash: string, level: string) => `<${slash}h${Number(level) + 1}`,
      )
    : sanitized;
  return shifted
    .replace(/<table(?=[\s>])/g, '<div class="scroll" tabindex="0"><table')
    .replace(/<\/table>/g, "</table></div>")
    .replace(/<pre(?=[\s>])/g, '<pre tabindex="0"');
}

interface PostBodyProps {
  /** sanitized HTML; the only thing on any page that is not escaped */
  readonly html: string;
  readonly language: string | undefined;
  readonly compact?: boolean;
}

/** The text that an author wrote. */
export function PostBody({ html, language, compact = false }: PostBodyProps) {
  return (
    <div class={compact ? "prose compact" : "prose"} lang={language} dir="auto">
      {raw(fitIntoPage(html))}
    </div>
  );
}
