/** Primitives as they stand together in the product. */
import { Bookmark, Ellipsis, Inbox, MessagesSquare, Paperclip, Pencil, Phone, Pin, Send, Smile } from 'lucide-react';
import { classNames } from '../ui/class-names.ts';
import { Avatar } from '../ui/primitives/avatar.tsx';
import { Badge } from '../ui/primitives/badge.tsx';
import { Divider } from '../ui/primitives/divider.tsx';
import { IconButton } from '../ui/primitives/icon-button.tsx';
import { Logo } from '../ui/primitives/logo.tsx';
import { Tag } from '../ui/primitives/tag.tsx';
import { Time } from '../ui/primitives/time.tsx';
import { Row } from './card.tsx';
import styles from './gallery.module.css';
import { NOW } from './now.ts';

const ACCOUNTS = { home: '@ada:home.example', work: '@ada.l:work.example' };
const ITEMS = [
  { id: '@grace', name: 'Grace Hopper', account: ACCOUNTS.home, last: 'Found it: a moth in relay 70', ago: 3, mentions: 2, presence: 'online' },
  {
    id: '!engines',
    name: 'Analytical Engines',
    account: ACCOUNTS.work,
    last: 'Charles: The mill is ready for the cards',
    ago: 41,
    unread: 7,
    room: true,
  },
  { id: '@mary', name: 'Mary Somerville', account: ACCOUNTS.home, last: 'You: See you at eight then', ago: 190, chosen: true, presence: 'away' },
  { id: '!crew', name: 'Weekend crew', account: ACCOUNTS.home, last: 'Annie: 📷 Photo', ago: 1600, dot: true, room: true, network: 'W' },
  { id: '@katherine', name: 'Katherine Johnson', account: ACCOUNTS.work, last: 'The numbers check out', ago: 3100, presence: 'busy' },
  { id: '!release', name: 'Release train', account: ACCOUNTS.work, last: 'Margaret: Green on all three servers', ago: 9000, room: true },
] as const;
export function Together() {
  return (
    <div className={classNames(styles.app, styles.whole)}>
      <div className={styles.rail}>
        <Logo size={32} />
        <IconButton label="Inbox" keys="g i" placement="right" selected>
          <Inbox />
        </IconButton>
        <IconButton label="Threads" keys="g t" placement="right">
          <MessagesSquare />
        </IconButton>
        <IconButton label="Saved" placement="right">
          <Bookmark />
        </IconButton>
        <IconButton label="Calls" placement="right">
          <Phone />
        </IconButton>
        <Avatar id={ACCOUNTS.home} name="Ada Lovelace" size={32} presence="online" label="Ada Lovelace" />
      </div>
      <div className={styles.list}>
        <div className={styles.listHead}>
          <h2>Inbox</h2>
          <IconButton label="New conversation" keys="mod+N">
            <Pencil />
          </IconButton>
        </div>
        {ITEMS.map((item) => (
          <div
            key={item.id}
            className={classNames(
              styles.item,
              'chosen' in item && styles.chosen,
              ('mentions' in item || 'unread' in item || 'dot' in item) && styles.unread,
            )}
          >
            <Avatar
              id={item.id}
              name={item.name}
              shape={'room' in item ? 'room' : 'person'}
              presence={'presence' in item ? item.presence : undefined}
              badge={'network' in item ? item.network : undefined}
            />
            <div className={styles.itemWords}>
              <div className={styles.itemTop}>
                <span className={styles.name}>{item.name}</span>
                <Time className={styles.when} ts={NOW - item.ago * 60_000} />
              </div>
              <div className={styles.itemBottom}>
                <span className={styles.last}>{item.last}</span>
                {'mentions' in item && <Badge kind="mention" count={item.mentions} />}
                {'unread' in item && <Badge count={item.unread} />}
                {'dot' in item && <Badge kind="dot" />}
              </div>
            </div>
          </div>
        ))}
      </div>
      <div className={styles.talk}>
        <div className={styles.talkHead}>
          <Avatar id="@mary" name="Mary Somerville" size={28} presence="away" />
          <div>
            <div className={styles.author}>Mary Somerville</div>
          </div>
          <IconButton label="Pin" selected>
            <Pin />
          </IconButton>
          <IconButton label="Call">
            <Phone />
          </IconButton>
          <IconButton label="More about Mary">
            <Ellipsis />
          </IconButton>
        </div>
        <div className={styles.messages}>
          <Divider>Today</Divider>
          <div className={styles.message}>
            <Avatar id="@mary" name="Mary Somerville" size={36} />
            <div>
              <Row>
                <span className={styles.author}>Mary Somerville</span>
                <Time className={styles.when} ts={NOW - 11_500_000} format="time" />
              </Row>
              <p>I read your notes on the engine. The part about weaving algebraic patterns is wonderful; may I quote it in the new edition?</p>
            </div>
          </div>
          <Divider kind="unread">New</Divider>
          <div className={classNames(styles.message, styles.mentioned)}>
            <Avatar id="@mary" name="Mary Somerville" size={36} />
            <div>
              <Row>
                <span className={styles.author}>Mary Somerville</span>
                <Time className={styles.when} ts={NOW - 11_200_000} format="time" />
                <Tag kind="mention">mentions you</Tag>
              </Row>
              <p>
                <Tag kind="mention">@Ada</Tag> tonight at eight, as <a href="#together">always</a>?
              </p>
            </div>
          </div>
          <div className={styles.message}>
            <Avatar id={ACCOUNTS.home} name="Ada Lovelace" size={36} />
            <div>
              <Row>
                <span className={styles.author}>Ada Lovelace</span>
                <Time className={styles.when} ts={NOW - 11_000_000} format="time" />
              </Row>
              <p>Of course, quote away. See you at eight then</p>
            </div>
          </div>
        </div>
        <div className={styles.composer}>
          <IconButton label="Attach a file">
            <Paperclip />
          </IconButton>
          <p>Message Mary</p>
          <IconButton label="Emoji">
            <Smile />
          </IconButton>
          <IconButton label="Send" kind="primary" keys="enter">
            <Send />
          </IconButton>
        </div>
      </div>
    </div>
  );
}
