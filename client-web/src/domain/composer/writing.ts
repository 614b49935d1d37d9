/** What makes messages of Markdown, and Markdown of messages: with its parser 50 kB of script, loaded when somebody begins to write. */
export { contentToMarkdown, htmlToMarkdown } from './content-to-markdown.ts';
export { makeEdit } from './edit-content.ts';
export { markdownToContent, plainToContent } from './markdown-to-content.ts';
export { withRelation } from './reply-content.ts';
