/** What messages of a conversation are made of: pictures, pills, sentences, colours of the theme. */
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { TextColours } from '../../domain/messages/contrast.ts';
import { createSanitiser, type HtmlSanitiser } from '../../domain/messages/sanitise.ts';
import { useT, type Translate } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { openMatrixLink } from '../open-link.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { useAppearance } from '../theme.ts';
import { useMediaUrl } from '../use-media.ts';
import { useConversationPlace } from './conversation-context.ts';
import styles from './conversation-parts.module.css';
import { createHighlighter } from './message-html/highlighter.ts';
import { MessagePartsProvider, type MessageLabels, type MxcImageProps, type PillProps } from './message-html/message-parts.ts';

let sanitiser: HtmlSanitiser | undefined;
const sanitise: HtmlSanitiser = (html) => (sanitiser ??= createSanitiser(window as never))(html);
const highlight = createHighlighter();
const copy = async (text: string): Promise<void> => navigator.clipboard.writeText(text);

export function ConversationParts({
  accountKey,
  roomId,
  children,
}: {
  readonly accountKey: string;
  readonly roomId: string;
  readonly children: ReactNode;
}) {
  const t = useT();
  const colours = useThemeColours();
  const { leaveEnd: beforeGrowing, showStart: afterShrinking } = useConversationPlace() ?? {};
  const parts = useMemo(
    () => ({
      MxcImage: (props: MxcImageProps) => <MxcImage {...props} accountKey={accountKey} />,
      Pill: (props: PillProps) => <Pill {...props} accountKey={accountKey} roomId={roomId} />,
      labels: labelsOf(t),
      sanitise,
      colours,
      highlight,
      copy,
      ...(beforeGrowing && { beforeGrowing }),
      ...(afterShrinking && { afterShrinking }),
    }),
    [accountKey, roomId, colours, beforeGrowing, afterShrinking, t],
  );
  return <MessagePartsProvider value={parts}>{children}</MessagePartsProvider>;
}

function labelsOf(t: Translate): MessageLabels {
  return {
    blank: t('timeline.html.blank'),
    copyCode: t('timeline.html.copyCode'),
    copied: t('common.copied'),
    table: t('timeline.html.table'),
    spoiler: t('timeline.html.spoiler'),
    spoilerReason: (reason) => t('timeline.html.spoilerReason', { reason }),
    showSpoiler: t('timeline.html.showSpoiler'),
    showAll: t('timeline.html.showAll'),
    showLess: t('common.showLess'),
    leadsTo: (host) => t('timeline.html.leadsTo', { host }),
    warning: (warning, host) => t(`timeline.html.${warning}`, { host }),
    problem: (problem) => t(`timeline.html.${problem}`),
  };
}

function MxcImage({ accountKey, mxc, alt, title, width, height, emoticon }: MxcImageProps & { readonly accountKey: string }) {
  const { url } = useMediaUrl(accountKey, { mxc, width: width ?? 320, height: height ?? 240, method: 'scale' });
  if (url === undefined) return <span title={title}>{alt}</span>;
  return (
    <img
      className={emoticon ? styles.emoticon : styles.image}
      src={url}
      alt={alt}
      title={title ?? alt}
      style={emoticon || width === undefined ? undefined : { width, aspectRatio: height === undefined ? undefined : `${width} / ${height}` }}
    />
  );
}

function Pill({ kind, id, label, link, accountKey, roomId }: PillProps & { readonly accountKey: string; readonly roomId: string }) {
  const app = useApp();
  const session = app.session(accountKey);
  const me = app.accounts.get(accountKey)?.userId === id;
  const live = session?.state.getState().live;
  const known = useStore(app.inbox.state, (state) => (kind === 'user' ? undefined : state.conversations.get(`${accountKey}/${id}`)?.name));
  const name = kind === 'user' ? (live?.client.getRoom(roomId)?.getMember(id)?.name ?? label.replace(/^@/, '')) : (known ?? label);
  return (
    <button
      type="button"
      className={me ? `${styles.pill} ${styles.me}` : styles.pill}
      title={id}
      onClick={() => attempt(openMatrixLink(app, link, { accountKey, roomId }))}
    >
      {kind === 'user' ? <Avatar id={id} name={name} size={16} /> : null}
      <bdi>{kind === 'user' ? `@${name}` : name}</bdi>
    </button>
  );
}

/** By theme: asking the browser takes a layout, and every conversation that is opened asks. */
const knownColours = new Map<string, TextColours>();

/** As the browser computes them, after each change of the theme. */
function useThemeColours(): TextColours {
  const theme = useAppearance((appearance) => appearance.theme);
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return useMemo(() => {
    const key = `${theme} ${dark}`;
    const known = knownColours.get(key) ?? { text: computed('--text', '#1d1b20'), surface: computed('--surface-2', '#ffffff') };
    knownColours.set(key, known);
    return known;
  }, [theme, dark]);
}

function computed(name: string, fallback: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const channels = getComputedStyle(probe).color.match(/\d+(\.\d+)?/g);
  probe.remove();
  if (!channels || channels.length < 3) return fallback;
  return `#${channels
    .slice(0, 3)
    .map((one) => Math.round(Number(one)).toString(16).padStart(2, '0'))
    .join('')}`;
}
