/** A small organisation that could be real: people with faces, rooms with talk. For screenshots. */
import sharp from 'sharp';
import { ApiUser } from './seed.ts';

const PASSWORD = 'northwind at sea';

const PEOPLE = {
  maya: 'Maya Okafor',
  jonas: 'Jonas Weber',
  priya: 'Priya Raman',
  sofia: 'Sofía Álvarez',
  tom: 'Tom Becker',
  lin: 'Lin Chen',
  amara: 'Amara Diallo',
  erik: 'Erik Nyström',
  hana: 'Hana Sato',
  leo: 'Leo Martin',
  nora: 'Nora Haddad',
  ravi: 'Ravi Patel',
} as const;
type Name = keyof typeof PEOPLE;

export interface Organisation {
  /** Whose window it is. */
  readonly me: { readonly name: string; readonly password: string; readonly userId: string };
  readonly rooms: Readonly<Record<'engineering' | 'design', string>>;
  /** The message that a thread hangs on. */
  readonly thread: string;
}

export async function seedOrganisation(serverUrl: string): Promise<Organisation> {
  const names = Object.keys(PEOPLE) as Name[];
  const users = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await ApiUser.register(serverUrl, name, PASSWORD)] as const)),
  ) as Record<Name, ApiUser>;
  await Promise.all(
    names.map(async (name, index) => {
      const user = users[name];
      const id = encodeURIComponent(user.userId);
      await user.put(`/profile/${id}/displayname`, { displayname: PEOPLE[name] });
      await user.put(`/profile/${id}/avatar_url`, { avatar_url: await user.upload(await face(index), 'image/png') });
    }),
  );
  const world = new World(users);

  const engineering = await world.room('Engineering', 'Build, run, sleep well', 'priya', ['maya', 'jonas', 'lin', 'erik', 'ravi', 'tom', 'hana']);
  const design = await world.room('Design', 'What it looks like, and why', 'sofia', ['maya', 'hana', 'leo', 'amara']);
  const support = await world.room('Support', 'Questions from customers', 'nora', ['maya', 'tom', 'amara', 'ravi']);
  const lunch = await world.room('Lunch', 'Where to today?', 'leo', ['maya', 'jonas', 'sofia', 'lin', 'nora']);
  const news = await world.room(
    'Announcements',
    'Once a week, for everybody',
    'amara',
    names.filter((name) => name !== 'amara'),
  );
  const offsite = await world.room('Autumn offsite', 'Two days by the sea', 'hana', ['maya', 'erik', 'sofia', 'leo']);
  for (const [title, topic, by] of [
    ['Welcome', 'Say hello, ask anything', 'amara'],
    ['Book club', 'This month: The Left Hand of Darkness', 'lin'],
    ['Running', 'Tuesdays at seven, any pace', 'erik'],
    ['Release notes', 'What is new, in words that people use', 'priya'],
    ['Photography', 'Light, mostly', 'leo'],
  ] as const)
    await world.publicRoom(title, topic, by);

  await world.say(news, 'amara', 'Welcome to Ravi, who joins the platform team today 🎉');
  await world.react(
    await world.say(news, 'amara', 'The new office has bicycle stands and a roof garden. Keys are at the front desk.'),
    news,
    ['leo', 'maya'],
    '🚲',
  );

  await world.say(offsite, 'hana', 'I have put three houses on the list. The second one has a sauna.');
  await world.say(offsite, 'erik', 'The second one, then.');
  await world.triage(offsite, { state: 'snoozed', until: Date.now() + 20 * 3_600_000, wake: 'time', ts: Date.now() + 60_000 });

  await world.say(support, 'nora', 'A customer asks whether exports keep threads together.');
  await world.say(support, 'tom', 'They do, since last week.');
  await world.triage(support, { state: 'done', event_id: '', ts: Date.now() + 60_000 });

  await world.say(lunch, 'leo', 'The noodle place has a new menu');
  await world.say(lunch, 'sofia', 'I am in. Half past twelve?');
  await world.say(lunch, 'nora', 'Save me a seat 🍜');

  await world.say(design, 'sofia', 'First round of the empty states. Tell me what you think.');
  await world.picture(design, 'sofia', 'empty-states.png');
  const mine = await world.say(design, 'maya', 'The calm one on the left. It says that nothing is wrong.');
  await world.react(mine, design, ['sofia', 'hana', 'leo'], '💜');
  await world.react(mine, design, ['amara'], '👍');
  await world.say(design, 'hana', 'Agreed. Could the line be a little thicker on dark?', { replyTo: mine });

  await world.say(engineering, 'jonas', 'Good morning. The nightly run is green again, 4,218 tests in nine minutes.');
  await world.say(engineering, 'lin', 'Nice! What was it?');
  await world.say(
    engineering,
    'jonas',
    'A retry without a limit. This is all it took:',
    {},
    'A retry without a limit. This is all it took:<pre><code class="language-ts">const delay = Math.min(MOST_MS, FIRST_MS * 2 ** attempt);\nawait clock.sleep(delay * (0.5 + random() / 2));</code></pre>',
  );
  const thread = await world.say(engineering, 'priya', 'Shall we cut the release on Thursday? I would like one more day for the migration.');
  await world.react(thread, engineering, ['lin', 'erik', 'maya', 'tom'], '👍');
  await world.react(thread, engineering, ['hana'], '🚀');
  await world.say(engineering, 'erik', 'Thursday works for operations. I keep the old schema readable until Monday.', { thread });
  await world.say(engineering, 'lin', 'I can take the rehearsal on Wednesday afternoon.', { thread });
  await world.say(engineering, 'maya', 'Then Thursday it is. Thank you!', { thread });
  await world.picture(engineering, 'erik', 'latency.png', true);
  await world.say(engineering, 'erik', 'p95 of the sync after yesterday’s change. The old line is last week.');
  await world.read(engineering, 'maya');
  await world.say(
    engineering,
    'ravi',
    'Maya: could you look at the index before noon? It is small.',
    { mention: 'maya' },
    `<a href="https://matrix.to/#/${users.maya.userId}">Maya Okafor</a>: could you look at the index before noon? It is <em>small</em>.`,
  );

  const jonas = await world.direct('maya', 'jonas');
  await world.say(jonas, 'maya', 'Do you have ten minutes about the roadmap?');
  await world.read(jonas, 'maya');
  await world.say(jonas, 'jonas', 'Sure, after stand-up. Shall I bring the numbers?');
  const sofia = await world.direct('maya', 'sofia');
  await world.say(sofia, 'sofia', 'The illustrations are in the folder ✨');
  await world.say(sofia, 'maya', 'They are lovely. Thank you!');
  const lin = await world.direct('maya', 'lin');
  await world.say(lin, 'lin', 'Rehearsal is in the calendar.');
  await world.read(lin, 'maya');
  await world.direct('maya', 'amara', true);

  for (const room of [news, lunch, design, sofia]) await world.read(room, 'maya');
  await world.say(lunch, 'lin', 'Ten minutes late, order for me');
  await world.favourite(engineering);
  await world.invite('Accessibility working group', 'hana', 'maya');
  return { me: { name: 'maya', password: PASSWORD, userId: users.maya.userId }, rooms: { engineering, design }, thread };
}

class World {
  readonly #users: Readonly<Record<Name, ApiUser>>;
  constructor(users: Readonly<Record<Name, ApiUser>>) {
    this.#users = users;
  }

  async room(name: string, topic: string, by: Name, others: readonly Name[]): Promise<string> {
    const roomId = await this.#users[by].createRoom({ name, topic, preset: 'public_chat', room_alias_name: name.toLowerCase().replaceAll(' ', '-') });
    for (const other of others) await this.#users[other].post(`/join/${encodeURIComponent(roomId)}`, {});
    return roomId;
  }

  async publicRoom(name: string, topic: string, by: Name): Promise<void> {
    await this.#users[by].createRoom({
      name,
      topic,
      preset: 'public_chat',
      visibility: 'public',
      room_alias_name: name.toLowerCase().replaceAll(' ', '-'),
    });
  }

  async direct(from: Name, to: Name, encrypted = false): Promise<string> {
    const [one, other] = [this.#users[from], this.#users[to]];
    const state = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
    const roomId = await one.createRoom({
      is_direct: true,
      preset: 'trusted_private_chat',
      invite: [other.userId],
      ...(encrypted ? { initial_state: [state] } : {}),
    });
    await other.post(`/join/${encodeURIComponent(roomId)}`, {});
    const path = `/user/${encodeURIComponent(one.userId)}/account_data/m.direct`;
    const before = await one.get(path).catch(() => ({}));
    await one.put(path, { ...before, [other.userId]: [roomId] });
    return roomId;
  }

  async invite(name: string, by: Name, who: Name): Promise<void> {
    await this.#users[by].createRoom({ name, preset: 'private_chat', invite: [this.#users[who].userId] });
  }

  async say(
    roomId: string,
    by: Name,
    body: string,
    more: { readonly replyTo?: string; readonly thread?: string; readonly mention?: Name } = {},
    html?: string,
  ): Promise<string> {
    const { replyTo, thread, mention } = more;
    return this.#users[by].say(roomId, {
      body,
      ...(html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: html }),
      'm.mentions': mention === undefined ? {} : { user_ids: [this.#users[mention].userId] },
      ...(replyTo === undefined ? {} : { 'm.relates_to': { 'm.in_reply_to': { event_id: replyTo } } }),
      ...(thread === undefined
        ? {}
        : { 'm.relates_to': { rel_type: 'm.thread', event_id: thread, is_falling_back: true, 'm.in_reply_to': { event_id: thread } } }),
    });
  }

  async react(eventId: string, roomId: string, by: readonly Name[], key: string): Promise<void> {
    for (const name of by) {
      const path = `/rooms/${encodeURIComponent(roomId)}/send/m.reaction/${name}-${encodeURIComponent(key)}-${Math.random()}`;
      await this.#users[name].put(path, { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key } });
    }
  }

  async picture(roomId: string, by: Name, body: string, chart = false): Promise<void> {
    const [width, height] = [960, 540];
    const data = await sharp(Buffer.from(chart ? latencyChart(width, height) : emptyStates(width, height)))
      .png()
      .toBuffer();
    const url = await this.#users[by].upload(data, 'image/png');
    await this.#users[by].say(roomId, { msgtype: 'm.image', body, url, info: { mimetype: 'image/png', w: width, h: height, size: data.length } });
  }

  async read(roomId: string, who: Name): Promise<void> {
    const { chunk } = (await this.#users[who].get(`/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=1`)) as {
      chunk: { event_id: string }[];
    };
    await this.#users[who].post(`/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(chunk[0]!.event_id)}`, {});
  }

  async triage(roomId: string, content: Record<string, unknown>): Promise<void> {
    await this.#mine(`rooms/${encodeURIComponent(roomId)}/account_data/io.nexuscomm.triage`, content);
  }

  async favourite(roomId: string): Promise<void> {
    await this.#mine(`rooms/${encodeURIComponent(roomId)}/tags/m.favourite`, { order: 0.5 });
  }

  async #mine(path: string, content: Record<string, unknown>): Promise<void> {
    await this.#users.maya.put(`/user/${encodeURIComponent(this.#users.maya.userId)}/${path}`, content);
  }
}

const HUES = [262, 18, 196, 340, 48, 152, 290, 220, 4, 90, 174, 318];

/** Of circles and arcs, each of its own colours: nobody's photograph. */
async function face(index: number): Promise<Buffer> {
  const hue = HUES[index % HUES.length]!;
  const [ground, skin, hair] = [
    `hsl(${hue} 55% 62%)`,
    `hsl(${24 + ((index * 7) % 12)} ${45 + ((index * 11) % 20)}% ${38 + ((index * 17) % 42)}%)`,
    `hsl(${(hue + 200) % 360} 30% ${14 + ((index * 13) % 30)}%)`,
  ];
  const fringe =
    index % 3 === 0
      ? 'M36 62a28 28 0 0 1 56 0c-14-10-42-10-56 0z'
      : index % 3 === 1
        ? 'M34 66c-2-44 62-44 60 0-8-16-34-26-60 0z'
        : 'M38 56c6-26 46-26 52 0-10-6-42-6-52 0z';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128"><rect width="128" height="128" fill="${ground}"/><circle cx="${20 + ((index * 29) % 90)}" cy="18" r="34" fill="hsl(${(hue + 30) % 360} 60% 70%)" opacity=".6"/><path d="M20 140c0-30 20-44 44-44s44 14 44 44z" fill="hsl(${(hue + 150) % 360} 45% 38%)"/><rect x="54" y="80" width="20" height="24" rx="9" fill="${skin}"/><circle cx="64" cy="64" r="27" fill="${skin}"/><path d="${fringe}" fill="${hair}"/></svg>`;
  return sharp(Buffer.from(svg)).resize(256, 256).png().toBuffer();
}

const emptyStates = (width: number, height: number): string => {
  const card = (x: number, colour: string, shape: string): string =>
    `<g transform="translate(${x} 60)"><rect width="400" height="420" rx="28" fill="${colour}"/>${shape}<rect x="110" y="318" width="180" height="16" rx="8" fill="#00000022"/><rect x="70" y="350" width="260" height="12" rx="6" fill="#00000015"/></g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#f1eef8"/>${card(50, '#ffffff', '<path d="M90 240q55-80 110 0t110 0" fill="none" stroke="#6b5bd6" stroke-width="9" stroke-linecap="round"/><circle cx="270" cy="120" r="36" fill="#ffcf70"/>')}${card(510, '#e3f0ef', '<rect x="120" y="110" width="160" height="150" rx="24" fill="#4a9d94"/><path d="M120 150l80 60 80-60" fill="none" stroke="#fff" stroke-width="9"/>')}</svg>`;
};

const latencyChart = (width: number, height: number): string => {
  const line = (level: number, wave: number): string =>
    Array.from({ length: 25 }, (_, i) => `${i === 0 ? 'M' : 'L'}${70 + i * 34} ${level - Math.sin(i / 2.3 + wave) * 22 - ((i * 37) % 19)}`).join('');
  const grid = [120, 220, 320, 420].map((y) => `<path d="M70 ${y}H890" stroke="#e4e7ee" stroke-width="2"/>`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${grid}<path d="${line(200, 0)}" fill="none" stroke="#b9c0cf" stroke-width="5" stroke-linejoin="round"/><path d="${line(370, 2)}" fill="none" stroke="#3d5afe" stroke-width="6" stroke-linejoin="round"/><path d="M70 60V460H890" fill="none" stroke="#8a93a6" stroke-width="3"/></svg>`;
};
