/** A message in one line, for where something refers to it. */
import { plainTextOf } from '../../domain/messages/preview-text.ts';
import { isBlank } from '../../domain/messages/safe-text.ts';
import type { MessageContent } from '../../domain/timeline/timeline-item.ts';
import type { Translate } from '../../i18n/i18n.ts';

const MOST = 200;

export function contentLine(content: MessageContent, t: Translate): string {
  switch (content.type) {
    case 'text':
    case 'emote':
    case 'notice': {
      const { body, html } = content.text;
      // What a spoiler hides is not told here.
      const text = html?.includes('data-mx-spoiler') === true ? plainTextOf(html) : body;
      return isBlank(text) ? t('timeline.html.blank') : text.slice(0, MOST).replaceAll(/\s+/g, ' ');
    }
    case 'media': {
      const { caption, kind, voice, name } = content.media;
      if (caption) return caption.body.slice(0, MOST).replaceAll(/\s+/g, ' ');
      return voice ? t('timeline.media.voice') : kind === 'sticker' ? t('timeline.media.sticker') : name;
    }
    case 'redacted':
      return t('timeline.deleted');
    case 'undecryptable':
      return t(`timeline.undecryptable.${content.reason}`);
    case 'unknown':
      return content.body ?? content.eventType;
  }
}
