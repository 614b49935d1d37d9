/** The HTML of messages: Client-Server API v1.19, "m.room.message msgtypes". Whatever is not here is not shown as HTML. */

/** UTF-16 units of `formatted_body`; an event has 65,536 bytes in all. */
export const MAX_HTML_LENGTH = 65_536;
/** The specification's own limit. */
export const MAX_DEPTH = 100;
/** Elements and texts; more would take longer to lay out than anybody wants to wait for one message. */
export const MAX_NODES = 5_000;

export const PERMITTED_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  span: ['data-mx-bg-color', 'data-mx-color', 'data-mx-spoiler', 'data-mx-maths'],
  a: ['target', 'href'],
  img: ['width', 'height', 'alt', 'title', 'src', 'data-mx-emoticon'],
  ol: ['start'],
  code: ['class'],
  div: ['data-mx-maths'],
};

/** The words of a text, as types. */
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;
export const words = <Text extends string>(text: Text): readonly Words<Text>[] => text.split(' ') as Words<Text>[];

export const PERMITTED_TAGS = words(
  'del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div table thead tbody tr th td caption pre span img details summary',
);
export type PermittedTag = (typeof PERMITTED_TAGS)[number];

const PERMITTED: ReadonlySet<string> = new Set(PERMITTED_TAGS);
export const isPermittedTag = (name: string): name is PermittedTag => PERMITTED.has(name);
export const isPermittedAttribute = (tag: string, name: string): boolean =>
  Object.hasOwn(PERMITTED_ATTRIBUTES, tag) && PERMITTED_ATTRIBUTES[tag]!.includes(name);

/** Where a link may lead; `matrix:` and matrix.to are handled within the client. */
export const LINK_SCHEMES: ReadonlySet<string> = new Set(['https:', 'http:', 'ftp:', 'mailto:', 'magnet:']);
