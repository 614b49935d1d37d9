/** Every primitive in every state, for those who build with them and for e2e/primitives.test.ts. Not part of the product. */
import './ui/theme.ts';
import './ui/base.css';
import {
  Archive,
  AtSign,
  Bell,
  BellOff,
  Bookmark,
  ChevronDown,
  Clock,
  Copy,
  Ellipsis,
  Hash,
  Inbox,
  Lock,
  MessagesSquare,
  Paperclip,
  Pencil,
  Phone,
  Pin,
  Plus,
  Reply,
  Send,
  Settings,
  Smile,
  Trash2,
  Users,
} from 'lucide-react';
import { StrictMode, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import styles from './gallery.module.css';
import { initI18n } from './i18n/i18n.ts';
import { classNames } from './ui/class-names.ts';
import { Bubbles, Calm, Joined, Lens, Shield } from './ui/illustrations.tsx';
import { Avatar } from './ui/primitives/avatar.tsx';
import { Badge } from './ui/primitives/badge.tsx';
import { Banner } from './ui/primitives/banner.tsx';
import { Button } from './ui/primitives/button.tsx';
import { Checkbox } from './ui/primitives/checkbox.tsx';
import { ChoiceChips } from './ui/primitives/choice-chips.tsx';
import { confirm } from './ui/primitives/confirm.tsx';
import { ContextMenu } from './ui/primitives/context-menu.tsx';
import { Dialog, DialogTrigger } from './ui/primitives/dialog.tsx';
import { Divider } from './ui/primitives/divider.tsx';
import { EmptyState } from './ui/primitives/empty-state.tsx';
import { ErrorBoundary } from './ui/primitives/error-boundary.tsx';
import { IconButton } from './ui/primitives/icon-button.tsx';
import { Kbd } from './ui/primitives/kbd.tsx';
import { Logo } from './ui/primitives/logo.tsx';
import { Menu, MenuItem, MenuSection, MenuSeparator, MenuTrigger, Submenu } from './ui/primitives/menu.tsx';
import { Popover, PopoverTrigger } from './ui/primitives/popover.tsx';
import { ProgressBar } from './ui/primitives/progress-bar.tsx';
import { RadioCards } from './ui/primitives/radio-cards.tsx';
import { ResizeHandle } from './ui/primitives/resize-handle.tsx';
import { SearchField } from './ui/primitives/search-field.tsx';
import { SectionHeading } from './ui/primitives/section-heading.tsx';
import { Select } from './ui/primitives/select.tsx';
import { Skeleton, SkeletonRows } from './ui/primitives/skeleton.tsx';
import { Spinner } from './ui/primitives/spinner.tsx';
import { Switch } from './ui/primitives/switch.tsx';
import { Tabs } from './ui/primitives/tabs.tsx';
import { Tag } from './ui/primitives/tag.tsx';
import { TextArea } from './ui/primitives/text-area.tsx';
import { TextField } from './ui/primitives/text-field.tsx';
import { Time } from './ui/primitives/time.tsx';
import { showToast } from './ui/primitives/toast.tsx';
import { VisuallyHidden } from './ui/primitives/visually-hidden.tsx';
import { setAppearance, themeStore, useAppearance, type Appearance } from './ui/theme.ts';
import { UiRoot } from './ui/ui-root.tsx';

function Card({ title, whole = false, children }: { readonly title: string; readonly whole?: boolean; readonly children: ReactNode }) {
  return (
    <section className={classNames(styles.card, whole && styles.whole)} aria-label={title}>
      <SectionHeading level={2}>{title}</SectionHeading>
      {children}
    </section>
  );
}

const Row = ({ children }: { readonly children: ReactNode }) => <div className={styles.row}>{children}</div>;

function Top() {
  const { theme, density, language, motion } = useAppearance((appearance) => appearance);
  const choice = <Name extends keyof Appearance>(name: Name, label: string, value: Appearance[Name], values: readonly Appearance[Name][]) => (
    <Select<Appearance[Name]>
      label={label}
      hideLabel
      options={values.map((option) => ({ value: option, label: option }))}
      value={value}
      onChange={(chosen) => setAppearance({ [name]: chosen })}
    />
  );
  return (
    <header className={styles.top}>
      <h1>
        <Logo size={28} word />
        <VisuallyHidden>: primitives</VisuallyHidden>
      </h1>
      <Row>
        {choice('theme', 'Theme', theme, ['system', 'light', 'dark', 'contrast'])}
        {choice('density', 'Density', density, ['compact', 'cosy', 'roomy'])}
        {choice('language', 'Language', language, ['system', 'en', 'de'])}
        {choice('motion', 'Motion', motion, ['system', 'full', 'reduced'])}
      </Row>
    </header>
  );
}

const NOW = Date.now();
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

function Together() {
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

function Buttons() {
  const [muted, setMuted] = useState(false);
  return (
    <Card title="Buttons">
      <Row>
        <Button kind="primary">Primary</Button>
        <Button>Secondary</Button>
        <Button kind="quiet">Quiet</Button>
        <Button kind="danger" icon={<Trash2 />}>
          Danger
        </Button>
      </Row>
      <Row>
        <Button kind="primary" isDisabled>
          Disabled
        </Button>
        <Button kind="primary" loading>
          Loading
        </Button>
        <Button loading>Loading</Button>
        <Button icon={<Plus />} after={<ChevronDown />}>
          With icons
        </Button>
      </Row>
      <Row>
        <Button size="small" kind="primary">
          Small
        </Button>
        <Button size="small">Small</Button>
        <Button size="large" kind="primary">
          Large
        </Button>
        <Button size="large">Large</Button>
      </Row>
      <Row>
        <IconButton label="Reply" keys="R">
          <Reply />
        </IconButton>
        <IconButton label={muted ? 'Unmute' : 'Mute'} selected={muted} onPress={() => setMuted(!muted)}>
          {muted ? <BellOff /> : <Bell />}
        </IconButton>
        <IconButton label="Send message" kind="primary">
          <Send />
        </IconButton>
        <IconButton label="Add" kind="soft">
          <Plus />
        </IconButton>
        <IconButton label="Remove" kind="danger">
          <Trash2 />
        </IconButton>
        <IconButton label="Working" loading>
          <Archive />
        </IconButton>
        <IconButton label="Nothing to archive" isDisabled>
          <Archive />
        </IconButton>
        <IconButton label="Small" size="small">
          <Settings />
        </IconButton>
        <IconButton label="Big" size="large">
          <Settings />
        </IconButton>
      </Row>
      <Row>
        <Kbd keys="mod+K" />
        <Kbd keys="g i" />
        <Kbd keys="?" />
        <Kbd keys="enter" />
        <Spinner size={16} />
        <Spinner size={20} label="Loading" />
        <Spinner size={32} />
      </Row>
    </Card>
  );
}

function Fields() {
  const [server, setServer] = useState<'home' | 'work' | 'other'>('home');
  const [search, setSearch] = useState('');
  return (
    <Card title="Fields">
      <div className={styles.two}>
        <TextField label="Display name" defaultValue="Ada Lovelace" hint="What others see." />
        <TextField label="Username" isRequired defaultValue="ada lovelace" error="A username has no spaces." icon={<AtSign />} />
        <TextField label="Password" type="password" defaultValue="correct horse" />
        <TextField label="Disabled" isDisabled placeholder="Nothing to say" />
      </div>
      <TextField label="Homeserver" size="large" placeholder="example.org" />
      <TextArea label="Topic" placeholder="What is this room about?" hint="Grows with what is typed." />
      <div className={styles.two}>
        <Select
          label="Server"
          value={server}
          onChange={setServer}
          options={[
            { value: 'home', label: 'home.example', hint: 'Your own', icon: <Inbox /> },
            { value: 'work', label: 'work.example', hint: 'Of your company', icon: <Users /> },
            { value: 'other', label: 'Another one', isDisabled: true },
          ]}
        />
        <div className={styles.stack}>
          <SearchField label="Search rooms" value={search} onChange={setSearch} after={<Kbd keys="mod+K" />} />
          <SearchField label="Search people" defaultValue="Grace" />
        </div>
      </div>
    </Card>
  );
}

function Choices() {
  const [theme, setTheme] = useState<'calm' | 'all' | 'none'>('calm');
  const [all, setAll] = useState(true);
  const [tab, setTab] = useState<'general' | 'people' | 'files'>('general');
  const [split, setSplit] = useState<'important' | 'everything' | 'unread'>('important');
  const [only, setOnly] = useState<readonly ('mentions' | 'sound')[]>(['mentions']);
  return (
    <Card title="Choices">
      <RadioCards
        label="Notifications"
        value={theme}
        onChange={setTheme}
        options={[
          { value: 'calm', label: 'Mentions', hint: 'And direct messages', icon: <AtSign /> },
          { value: 'all', label: 'Everything', hint: 'Each message', icon: <Bell /> },
          { value: 'none', label: 'Nothing', hint: 'Until you look', icon: <BellOff /> },
        ]}
      />
      <ChoiceChips
        label="Only"
        hint="None chosen: all of them."
        values={only}
        onChange={setOnly}
        options={[
          { value: 'mentions', label: 'Mentions', icon: <AtSign /> },
          { value: 'sound', label: 'With a sound', icon: <Bell /> },
        ]}
      />
      <div className={styles.two}>
        <div className={styles.stack}>
          <Checkbox isSelected={all} onChange={setAll} hint="People see when you have read their messages.">
            Send read receipts
          </Checkbox>
          <Checkbox isIndeterminate>Some of them</Checkbox>
          <Checkbox>Not chosen</Checkbox>
          <Checkbox isDisabled defaultSelected>
            Decided by the server
          </Checkbox>
        </div>
        <div className={styles.stack}>
          <Switch defaultSelected hint="Sounds for calls stay on.">
            Do not disturb
          </Switch>
          <Switch>Typing notices</Switch>
          <Switch isDisabled>Not on this server</Switch>
        </div>
      </div>
      <Tabs
        label="About the room"
        selected={tab}
        onSelect={setTab}
        tabs={[
          { id: 'general', label: 'General', panel: 'Name, topic and picture.' },
          { id: 'people', label: 'People', badge: <Badge count={12} />, panel: 'Who is here.' },
          { id: 'files', label: 'Files', icon: <Paperclip />, panel: 'What was shared.' },
        ]}
      />
      <Tabs
        label="Splits"
        look="pill"
        selected={split}
        onSelect={setSplit}
        tabs={[
          { id: 'important', label: 'Important', panel: 'What matters.' },
          { id: 'everything', label: 'Everything', panel: 'All of it.' },
          { id: 'unread', label: 'Unread', panel: 'What is new.' },
        ]}
      />
    </Card>
  );
}

function Overlays() {
  const [notify, setNotify] = useState<Iterable<string | number>>(['all']);
  const [undone, setUndone] = useState(0);
  return (
    <Card title="Overlays">
      <Row>
        <MenuTrigger>
          <Button after={<ChevronDown />}>Menu</Button>
          <Menu label="Message">
            <MenuItem icon={<Reply />} keys="R">
              Reply
            </MenuItem>
            <MenuItem icon={<Copy />} keys="mod+C">
              Copy
            </MenuItem>
            <Submenu label="Snooze" icon={<Clock />}>
              <MenuItem>Tonight</MenuItem>
              <MenuItem>Tomorrow</MenuItem>
              <MenuItem>Next week</MenuItem>
            </Submenu>
            <MenuItem icon={<Pin />} isDisabled>
              Pin
            </MenuItem>
            <MenuSection
              title="Notify me of"
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={notify}
              onSelectionChange={(keys) => setNotify(keys === 'all' ? [] : keys)}
            >
              <MenuItem id="all">Everything</MenuItem>
              <MenuItem id="mentions" hint="And keywords">
                Mentions
              </MenuItem>
            </MenuSection>
            <MenuSeparator />
            <MenuItem icon={<Trash2 />} danger>
              Delete
            </MenuItem>
          </Menu>
        </MenuTrigger>
        <MenuTrigger>
          <IconButton label="More actions">
            <Ellipsis />
          </IconButton>
          <Menu label="More actions" placement="bottom end">
            <MenuItem>Mark unread</MenuItem>
            <MenuItem>Archive</MenuItem>
          </Menu>
        </MenuTrigger>
        <PopoverTrigger>
          <Button>Popover</Button>
          <Popover label="Status">
            <div className={styles.stack}>
              <TextField label="Status" placeholder="What are you up to?" />
              <Button kind="primary" wide>
                Set status
              </Button>
            </div>
          </Popover>
        </PopoverTrigger>
        <DialogTrigger>
          <Button>Dialog</Button>
          <Dialog
            title="Create a room"
            subtitle="People you invite can read and write here."
            icon={<Hash />}
            footer={(close) => (
              <>
                <Button onPress={close}>Cancel</Button>
                <Button kind="primary" onPress={close}>
                  Create room
                </Button>
              </>
            )}
          >
            <div className={styles.stack}>
              <TextField label="Name" placeholder="Analytical Engines" autoFocus />
              <TextArea label="Topic" />
              <Switch defaultSelected hint="Cannot be turned off later.">
                End-to-end encryption
              </Switch>
            </div>
          </Dialog>
        </DialogTrigger>
        <Button
          kind="danger"
          onPress={() => {
            void confirm({
              title: 'Leave Weekend crew?',
              body: 'You are its last admin. Nobody will be able to let people in again.',
              action: 'Leave room',
              danger: true,
            }).then((yes) => showToast({ text: yes ? 'You left Weekend crew' : 'You stayed', kind: yes ? 'success' : 'info' }));
          }}
        >
          Confirm
        </Button>
      </Row>
      <Row>
        <Button
          onPress={() =>
            showToast({ text: 'Marked as done', key: 'done', action: { label: 'Undo', keys: 'Z', onAction: () => setUndone((count) => count + 1) } })
          }
        >
          Toast with undo
        </Button>
        <Button onPress={() => showToast({ text: 'The link is copied', kind: 'success' })}>Success</Button>
        <Button onPress={() => showToast({ text: 'The message could not be sent', kind: 'danger', durationMs: Infinity })}>Failure</Button>
        <output>{undone > 0 && `Undone ${undone}`}</output>
      </Row>
      <ContextMenu
        label="Message"
        menu={() => (
          <>
            <MenuItem icon={<Reply />}>Reply</MenuItem>
            <MenuItem icon={<Trash2 />} danger>
              Delete
            </MenuItem>
          </>
        )}
      >
        <div className={styles.context}>Right click or press long</div>
      </ContextMenu>
    </Card>
  );
}

function People() {
  return (
    <Card title="People and rooms">
      <Row>
        {([16, 20, 24, 28, 32, 36, 40, 48, 64, 80, 96] as const).map((size) => (
          <Avatar key={size} id="@ada:home.example" name="Ada Lovelace" size={size} />
        ))}
      </Row>
      <Row>
        {[
          'Grace Hopper',
          'Mary Somerville',
          'Katherine Johnson',
          'Annie Easley',
          'Margaret Hamilton',
          'Radia Perlman',
          'Hedy',
          '李小龍',
          '🦊 Fox',
          'Ünal',
        ].map((name) => (
          <Avatar key={name} id={name} name={name} size={40} label={name} />
        ))}
      </Row>
      <Row>
        <Avatar id="@a" name="On Line" size={48} presence="online" label="On Line" />
        <Avatar id="@b" name="A Way" size={48} presence="away" label="A Way" />
        <Avatar id="@c" name="B Usy" size={48} presence="busy" label="B Usy" />
        <Avatar id="@d" name="Off Line" size={48} presence="offline" label="Off Line" />
        <Avatar id="!e" name="Engines" size={48} shape="room" src="./icon.svg" />
        <Avatar id="!f" name="Files" size={48} shape="room" icon={<Hash />} />
        <Avatar id="@g" name="Gra Ce" size={48} badge="W" accountColour={1} />
        <Avatar id="@h" name="He Dy" size={36} badge={<Lock />} accountColour={5} />
        <Avatar id="!broken" name="No Picture" size={36} shape="room" src="./missing.png" />
      </Row>
      <Row>
        <Badge kind="dot" />
        <Badge count={3} />
        <Badge count={1200} />
        <Badge kind="mention" count={1} />
        <Badge kind="mention" count={128} />
        <Tag>member</Tag>
        <Tag kind="accent" icon={<Lock />}>
          encrypted
        </Tag>
        <Tag kind="success">verified</Tag>
        <Tag kind="warning">beta</Tag>
        <Tag kind="danger">banned</Tag>
        <Tag kind="mention">@ada</Tag>
        <Tag onRemove={() => undefined}>Grace Hopper</Tag>
      </Row>
      <Row>
        <Time ts={NOW - 3_600_000} />
        <Time ts={NOW - 90_000_000} />
        <Time ts={NOW - 400_000_000} />
        <Time ts={NOW - 300_000} format="relative" />
        <Time ts={NOW} format="full" />
      </Row>
      <Row>
        <Logo size={20} />
        <Logo size={32} look="mark" />
        <Logo size={40} word />
      </Row>
    </Card>
  );
}

function Feedback() {
  const [shown, setShown] = useState(true);
  return (
    <Card title="Feedback">
      <Banner title="A new version is ready" action={<Button>Reload</Button>} />
      <Banner kind="success">All your sessions are verified.</Banner>
      <Banner kind="warning" title="WhatsApp is not connected" action={<Button>Reconnect</Button>}>
        Messages wait until it is.
      </Banner>
      {shown && (
        <Banner kind="danger" title="You are offline" onDismiss={() => setShown(false)}>
          What you send goes out when you are back.
        </Banner>
      )}
      <ProgressBar label="Uploading plan.pdf" showLabel value={0.62} />
      <ProgressBar label="Restoring keys" />
      <ProgressBar label="Export" value={1} kind="success" />
      <div aria-busy>
        <SkeletonRows rows={3} />
        <Skeleton shape="block" />
      </div>
    </Card>
  );
}

function Panes() {
  const [width, setWidth] = useState(180);
  return (
    <Card title="Structure">
      <SectionHeading
        action={
          <IconButton label="Add an account" size="small">
            <Plus />
          </IconButton>
        }
      >
        Accounts
      </SectionHeading>
      <SectionHeading look="page" hint="Where you are signed in.">
        Sessions
      </SectionHeading>
      <Divider />
      <Divider>Yesterday</Divider>
      <Divider kind="unread">New</Divider>
      <div className={styles.panes}>
        <div className={styles.pane} id="gallery-pane" style={{ width }}>
          {width} px
        </div>
        <ResizeHandle pane="Inbox" controls="gallery-pane" width={width} min={96} max={260} onResize={setWidth} onReset={() => setWidth(180)} />
        <div className={styles.rest}>The rest</div>
      </div>
    </Card>
  );
}

function Fails(): ReactNode {
  throw new Error('This one fails on purpose');
}

const COLOURS = [
  'surface-0',
  'surface-1',
  'surface-2',
  'surface-3',
  'surface-sunken',
  'text',
  'text-soft',
  'text-faint',
  'line-strong',
  'line-control',
  'accent',
  'accent-text',
  'accent-soft',
  'danger',
  'success',
  'warning',
  'mention',
  'mention-soft',
  'inverse',
  ...Array.from({ length: 8 }, (_, index) => `identity-${index}`),
];

function Gallery() {
  return (
    <div className={styles.page}>
      <Top />
      <main className={styles.main}>
        <Together />
        <Buttons />
        <Fields />
        <Choices />
        <Overlays />
        <People />
        <Feedback />
        <Panes />
        <Card title="Colours">
          <div className={styles.swatches}>
            {COLOURS.map((name) => (
              <div key={name} className={styles.swatch}>
                <span style={{ background: `var(--${name})` }} />
                {name}
              </div>
            ))}
          </div>
        </Card>
        <Card title="Places that are empty" whole>
          <div className={styles.empties}>
            <EmptyState illustration={<Calm />} title="All done" action={<Button>See snoozed</Button>}>
              The next conversation wakes tomorrow at 9:00.
            </EmptyState>
            <EmptyState illustration={<Bubbles />} title="No conversations yet" action={<Button kind="primary">Start one</Button>}>
              Write to somebody on any server, or join a room.
            </EmptyState>
            <EmptyState illustration={<Lens />} title="Nothing found">
              No room, person or message has these words.
            </EmptyState>
            <EmptyState illustration={<Joined />} title="One inbox for all your servers" />
            <EmptyState size="small" illustration={<Shield />} title="Verified">
              Nobody reads along.
            </EmptyState>
            <ErrorBoundary>
              <Fails />
            </ErrorBoundary>
          </div>
        </Card>
      </main>
    </div>
  );
}

await initI18n(themeStore.getState().language);
createRoot(document.getElementById('root')!, {
  // The page shows a component that fails.
  onCaughtError: () => undefined,
}).render(
  <StrictMode>
    <UiRoot>
      <Gallery />
    </UiRoot>
  </StrictMode>,
);
