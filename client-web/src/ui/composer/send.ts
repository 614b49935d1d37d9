/** From what stands in the composer to the outbox, or to what a command does. */
import type { App } from '../../domain/app.ts';
import { COMMANDS, parseTyped, type CommandError, type Intent } from '../../domain/composer/commands.ts';
import { composeEdit, composeFile, composeText, type Placed } from '../../domain/composer/compose.ts';
import { fitsIntoEvent } from '../../domain/composer/message-size.ts';
import { conversationId, type Conversation } from '../../domain/inbox/conversation.ts';
import { parseSnooze } from '../../domain/inbox/snooze-words.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { currentLanguage, t } from '../../i18n/i18n.ts';
import { errorSentence } from '../error-sentence.ts';
import { isLastAdminOf, triage } from '../inbox/triage-actions.ts';
import { askForNewAdmin } from '../rooms/ask-new-admin.ts';
import { openConversation } from '../route.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import type { attachments } from './attachments.ts';
import type { Quoted } from './composer-store.ts';

/** What is said under the field, and whether the text can go as a file instead. */
export interface ComposerProblem {
  readonly text: string;
  readonly asFile?: boolean;
}

export interface SendContext {
  readonly app: App;
  readonly live: LiveSession | undefined;
  readonly conversation: Conversation;
  readonly threadRootId: string | undefined;
  /** The newest message of the thread. */
  readonly latestId: string | undefined;
  readonly ownUserId: string;
}

function placed(context: SendContext, markdown: string, replyTo: Quoted | undefined): Placed {
  const { live, conversation, threadRootId: rootId, latestId, ownUserId } = context;
  return {
    markdown,
    ownUserId,
    mayMentionRoom: live?.writing.mayMentionRoom(conversation.roomId) ?? false,
    language: currentLanguage(),
    replyTo: replyTo?.eventId === undefined ? undefined : { eventId: replyTo.eventId, sender: replyTo.sender.userId },
    thread: rootId === undefined ? undefined : { rootId, latestId },
  };
}

async function add(context: SendContext, content: Readonly<Record<string, unknown>>): Promise<void> {
  const { app, conversation, threadRootId } = context;
  const { accountKey, roomId } = conversation;
  await app.outbox.add({ accountKey, roomId, threadRootId, eventType: 'm.room.message', content });
}

/** undefined: it is on its way. */
export async function sendText(
  context: SendContext,
  intent: Extract<Intent, { kind: 'send' }>,
  replyTo: Quoted | undefined,
): Promise<ComposerProblem | undefined> {
  const content = await composeText({ ...placed(context, intent.text, replyTo), msgtype: intent.msgtype, plain: intent.plain });
  if (content.body.trim() === '' && content.formatted_body === undefined) return undefined;
  if (!fitsIntoEvent(content as never, context.conversation.encrypted)) return { text: t('composer.tooLong'), asFile: true };
  await add(context, content as never);
  return undefined;
}

/** In their order; the first one is the reply. `text` is the caption of a file that is alone, and a message before several. */
export async function sendFiles(
  context: SendContext,
  files: ReturnType<typeof attachments.take>,
  text: string,
  replyTo: Quoted | undefined,
): Promise<ComposerProblem | undefined> {
  const { app, conversation, threadRootId } = context;
  const { accountKey, roomId } = conversation;
  let answered = replyTo;
  if (files.length > 1 && text.trim() !== '') {
    const problem = await sendText(context, { kind: 'send', text, msgtype: 'm.text', plain: false }, replyTo);
    if (problem) return problem;
    answered = undefined;
  }
  for (const { kind, asFile, caption, prepared } of files) {
    const file = await prepared;
    const content = await composeFile(placed(context, files.length === 1 ? text : caption, answered), file, asFile ? 'file' : kind);
    await app.outbox.add({ accountKey, roomId, threadRootId, eventType: 'm.room.message', content, file });
    answered = undefined;
  }
  return undefined;
}

export async function sendEdit(context: SendContext, eventId: string, markdown: string): Promise<ComposerProblem | undefined> {
  const { app, live, conversation } = context;
  const found = await live?.messages.find(conversation.roomId, eventId);
  const pending = pendingEdit(app, conversation, eventId);
  if (!found && !pending) return { text: t('errors.notConnected') };
  if (found?.content.type === 'redacted') return { text: t('composer.editedDeleted') };
  const content = await composeEdit(placed(context, markdown, undefined), eventId, pending ?? found!.raw);
  if (!content) return undefined;
  if (!fitsIntoEvent(content, conversation.encrypted)) return { text: t('composer.tooLongEdit') };
  await add(context, content);
  return undefined;
}

/** What an edit that is still on its way makes of a message. */
export function pendingEdit(app: App, { accountKey, roomId }: Conversation, eventId: string): Readonly<Record<string, unknown>> | undefined {
  const edit = app.outbox.state.getState().items.findLast(({ entry }) => {
    const relation = entry.content['m.relates_to'] as { rel_type?: string; event_id?: string } | undefined;
    return entry.accountKey === accountKey && entry.roomId === roomId && relation?.rel_type === 'm.replace' && relation.event_id === eventId;
  });
  return edit?.entry.content['m.new_content'] as Readonly<Record<string, unknown>> | undefined;
}

export function commandProblem({ problem, command, argument, suggestion }: CommandError): ComposerProblem {
  const what = argument === undefined ? '' : t(`composer.argument.${argument}`);
  switch (problem) {
    case 'unknown-command':
      return {
        text:
          suggestion === undefined
            ? t('composer.problem.unknownCommand', { command })
            : t('composer.problem.unknownCommandSuggest', { command, suggestion }),
      };
    case 'missing-argument':
      return { text: t('composer.problem.missingArgument', { command, argument: what }) };
    case 'not-a-user':
      return { text: t('composer.problem.notAUser') };
    case 'not-a-room':
      return { text: t('composer.problem.notARoom') };
    case 'not-a-number':
      return { text: t('composer.problem.notANumber') };
    case 'too-much':
      return { text: t('composer.problem.tooMuch', { command }) };
  }
}

/** Where a thread has a line of its own it is what is put away. */
const lineOf = ({ app, conversation, threadRootId }: SendContext): Conversation =>
  app.inbox.get(conversationId(conversation.accountKey, conversation.roomId, threadRootId)) ?? conversation;

/** Everything but messages. */
export async function runCommand(context: SendContext, intent: Exclude<Intent, { kind: 'send' }>): Promise<ComposerProblem | undefined> {
  const { app, live, conversation } = context;
  switch (intent.kind) {
    case 'done':
      triage.done(app, lineOf(context));
      return undefined;
    case 'snooze': {
      const read = await parseSnooze(intent.words, { now: Date.now(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone });
      if (read.problem !== undefined) return { text: t(`inbox.snoozeProblem.${read.problem}`) };
      triage.snooze(app, lineOf(context), read.until, read.wake);
      return undefined;
    }
    case 'help':
      openDialog('commands', { command: COMMANDS.find(({ name }) => name === intent.command)?.name });
      return undefined;
    default:
  }
  if (!live) return { text: t('errors.notConnected') };
  if (intent.kind === 'leave' && intent.room === undefined && (await isLastAdminOf(app, conversation))) {
    const { accountKey, roomId, name } = conversation;
    if (!(await askForNewAdmin({ accountKey, roomId, name, goingTo: 'leave' }))) return undefined;
  }
  try {
    const { open, say } = await live.commands.run(intent, conversation.roomId);
    if (open !== undefined) {
      openConversation(conversation.accountKey, open);
      if (say !== undefined) {
        const there = { ...context, threadRootId: undefined, latestId: undefined, conversation: { ...conversation, roomId: open, encrypted: true } };
        return await sendText(there, { kind: 'send', text: say, msgtype: 'm.text', plain: false }, undefined);
      }
    }
    return undefined;
  } catch (error) {
    return { text: errorSentence(error) };
  }
}

export { parseTyped };
