/** As much of an event's content as one line of an inbox shows. */
import { isJsonObject, type JsonObject, type JsonValue } from '@nexuscomm/spec/json.ts';

/** Characters of a text that are told at most; the line is cut anyway. */
const MAX_CHARACTERS = 300;

/** Cuts between characters, not inside one. */
export function cut(text: string): string {
  return text.length <= MAX_CHARACTERS
    ? text
    : Array.from(text.slice(0, MAX_CHARACTERS * 2))
        .slice(0, MAX_CHARACTERS)
        .join('')
        .toWellFormed();
}

type Preview = Readonly<Record<string, string>>;

/** `content` is the newest edit's, if there is one. */
export function previewContent(type: string, content: JsonObject): Preview {
  if (type === 'm.room.message') return texts(content, ['msgtype', 'body']);
  if (type === 'm.sticker') return texts(content, ['body']);
  if (type === 'm.room.member') return texts(content, ['membership', 'displayname']);
  const poll = content['m.poll'] ?? content['org.matrix.msc3381.poll.start'];
  const question = isJsonObject(poll) ? poll['question'] : undefined;
  const body = isJsonObject(question) ? questionText(question) : undefined;
  return body === undefined ? {} : { body: cut(body) };
}

function texts(content: JsonObject, names: readonly string[]): Preview {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = content[name];
    if (typeof value === 'string') found[name] = cut(value);
  }
  return found;
}

/** Extensible text (`m.text`: a list of forms), or what stood for it before. */
function questionText(question: JsonObject): string | undefined {
  const forms: JsonValue | undefined = question['m.text'];
  const first: unknown = Array.isArray(forms) ? forms.find((form) => isJsonObject(form) && typeof form['body'] === 'string') : undefined;
  const candidates = [isJsonObject(first) ? first['body'] : undefined, question['org.matrix.msc1767.text'], question['body']];
  return candidates.find((candidate) => typeof candidate === 'string');
}
