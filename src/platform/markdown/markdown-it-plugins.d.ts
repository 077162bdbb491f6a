declare module "markdown-it-footnote" {
  import type { MarkdownIt } from "markdown-it";
  export default function footnotes(md: MarkdownIt): void;
}

declare module "markdown-it-task-lists" {
  import type { MarkdownIt } from "markdown-it";
  export default function taskLists(md: MarkdownIt): void;
}
