import MarkdownIt from 'markdown-it'

// No HTML of the text's own, and no images: the page loads nothing from elsewhere.
const markdown = new MarkdownIt({ html: false, linkify: false }).disable('image')

/** A text widget as HTML. CloudWatch's `[button:primary:Text](url)` becomes a plain link. */
export const renderMarkdown = (text: string): string =>
  markdown.render(text.replace(/\[button:(?:primary:)?/g, '['))
