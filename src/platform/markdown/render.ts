import MarkdownIt, { type Env, type MarkdownIt as Parser, type RendererRule } from "markdown-it";
import footnotes from "markdown-it-footnote";
import taskLists from "markdown-it-task-lists";
import { AppError } from "../../domain/errors.ts";
import { type Extension, sanitizeWith } from "../html/sanitize.ts";
import { htmlToText } from "../html/text.ts";
import { collectReferences, type References } from "./references.ts";

/** The longest document, in characters. */
export const MAX_MARKDOWN_LENGTH = 100_000;

export interface RenderedMarkdown extends References {
  /** Sanitized; may be embedded and federated as it is. */
  html: string;
  /** The same without markup, paragraphs separated by blank lines. */
  text: string;
}

interface RenderOptions {
  /** Unique within a page: goes into the ids of footnotes, so that two documents do not share them. */
  idPrefix?: string;
}

interface DocumentEnv extends Env {
  docId?: string;
  found?: References;
}

const FOOTNOTE_ID = /^fn(?:ref)?(?:-[\w-]+-)?\d+(?::\d+)?$/;

/** What our own renderer makes beyond what we accept from others. */
const RENDERED: Extension = {
  tags: ["section"],
  attributes: { a: ["href", "rel", "target", "id"], li: ["value", "id"] },
  classes: {
    a: ["footnote-backref"],
    sup: ["footnote-ref"],
    section: ["footnotes"],
    ol: ["footnotes-list"],
    ul: ["contains-task-list"],
    li: ["footnote-item", "task-list-item"],
    hr: ["footnotes-sep"],
    code: ["language-*"],
  },
  keepsId: (id) => FOOTNOTE_ID.test(id),
};

/** Task lists as characters: other servers strip form controls, and a box says the same everywhere. */
const checkbox: RendererRule = (tokens, index) =>
  tokens[index]?.content.includes("checked") === true ? "☑" : "☐";

/** `[1]`, also when a footnote is referred to again (the plugin would say `[1:1]`). */
const footnoteNumber: RendererRule = (tokens, index) =>
  `[${Number(tokens[index]?.meta?.["id"]) + 1}]`;

/** The arrows from footnotes back to the text mean nothing once there are no links. */
const BACK_REFERENCE = / ?<a [^<>]*class="footnote-backref">[^<]*<\/a>/g;

const parser = createParser();

/**
 * Renders CommonMark with tables, strikethrough, bare http(s) addresses, task lists and footnotes.
 *
 * Raw HTML is shown as text. Images become links (see `sanitizeHtml`); relative addresses
 * are only text, for the document is read on other servers. Throws `markdown_too_long` above 100,000 characters, and
 * `html_too_large` if the rendering is out of all proportion.
 */
export function renderMarkdown(markdown: string, options: RenderOptions = {}): RenderedMarkdown {
  if (markdown.length > MAX_MARKDOWN_LENGTH) {
    throw new AppError(
      "markdown_too_long",
      `This text has ${markdown.length} characters; at most ${MAX_MARKDOWN_LENGTH} are possible.`,
      { status: 413 },
    );
  }
  const env: DocumentEnv = {};
  if (options.idPrefix) env.docId = options.idPrefix;
  const html = sanitizeWith(parser.render(markdown, env), RENDERED).trim();
  const found = env.found ?? { mentions: [], hashtags: [], links: [] };
  return { html, text: htmlToText(html.replace(BACK_REFERENCE, "")), ...found };
}

function createParser(): Parser {
  const md = new MarkdownIt({ html: false, linkify: true, typographer: false, maxNesting: 60 });
  // Only what says so is a link: no `example.org` or `ana@alpha.example`, which would break handles.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  md.linkify.add("ftp:", null).add("//", null);
  md.use(footnotes).use(taskLists);
  // The plugin copies all tokens for each footnote. `^[a]` is so short that 25,000 of them fit into a
  // document and take 20 seconds; `[^1]` with its definition does the same job and stays below two.
  md.inline.ruler.disable("footnote_inline");
  md.renderer.rules["html_inline"] = checkbox;
  md.renderer.rules["footnote_caption"] = footnoteNumber;
  md.core.ruler.before("text_join", "references", (state) => {
    const env: DocumentEnv = state.env;
    env.found = collectReferences(state.tokens);
  });
  return md;
}
