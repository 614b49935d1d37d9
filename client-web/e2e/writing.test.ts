/** Writing: Markdown and its keys, mentions, emoji, replies, threads, reactions, edits, drafts, commands. */
import { beforeAll, expect, jest, test } from '@jest/globals';
import { inBrowser } from './in-browser.ts';
import type { Person } from './person.ts';
import { testNoTroubles, until, useTwoPeople } from './two-people.ts';

jest.setTimeout(180_000);

inBrowser('writing', () => {
  const people = useTwoPeople();
  const { room, last } = people;
  let alice: Person;
  let bob: Person;
  beforeAll(() => {
    ({ alice, bob } = people);
  });

  test('Markdown with code and a spoiler', async () => {
    const roomId = await room('Markdown');
    await alice.types('**bold** and `code` and ||hidden||');
    await alice.press('Shift+Enter', 'Shift+Enter');
    await alice.field.pressSequentially('```ts');
    await alice.press('Shift+Enter');
    await alice.field.pressSequentially('const a = 1;');
    await alice.press('Shift+Enter');
    await alice.field.pressSequentially('```');
    await alice.press('Enter');
    const message = bob.message('bold');
    await message.waitFor();
    expect(await message.locator('strong').textContent()).toBe('bold');
    await message.locator('pre').getByText('const').first().waitFor();
    expect(await message.textContent()).not.toContain('hidden');
    await message.getByRole('button', { name: 'Spoiler' }).click();
    await message.getByText('hidden').waitFor();
    const { content } = await last(roomId);
    expect(content['body']).not.toContain('hidden');
    expect(content['formatted_body']).toContain('<span data-mx-spoiler>hidden</span>');
  });

  test('keys format what is selected, and lists go on by themselves', async () => {
    const roomId = await room('Formatting');
    await alice.types('one');
    await alice.press('Control+A', 'Control+B');
    expect(await alice.field.inputValue()).toBe('**one**');
    await alice.press('Control+B');
    expect(await alice.field.inputValue()).toBe('one');
    await alice.page.getByRole('button', { name: 'Bulleted list' }).click();
    await alice.press('End', 'Shift+Enter');
    await alice.field.pressSequentially('two');
    expect(await alice.field.inputValue()).toBe('- one\n- two');
    await alice.press('Control+Enter');
    await bob.seesMessage('two');
    expect((await last(roomId)).content['formatted_body']).toMatch(/<ul>\s*<li>one<\/li>\s*<li>two<\/li>\s*<\/ul>/);
  });

  test('somebody is mentioned by keyboard, and an emoji found', async () => {
    const roomId = await room('Mentions');
    await alice.types('hi @bo');
    await alice.page.getByRole('option', { name: 'bob' }).waitFor();
    await alice.press('Tab');
    expect(await alice.field.inputValue()).toBe('hi @bob ');
    await alice.field.pressSequentially('look :tada');
    await alice.page.getByRole('option').first().waitFor();
    await alice.press('Enter');
    expect(await alice.field.inputValue()).toBe('hi @bob look 🎉 ');
    await alice.press('Enter');
    await bob.message('look').getByRole('button', { name: '@bob' }).waitFor();
    const { content } = await last(roomId);
    expect(content).toMatchObject({ body: 'hi bob look 🎉', 'm.mentions': { user_ids: [bob.userId] } });
    // A mention goes as a whole.
    await alice.types('@bo');
    await alice.page.getByRole('option', { name: 'bob' }).waitFor();
    await alice.press('Enter', 'Backspace', 'Backspace');
    expect(await alice.field.inputValue()).toBe('');
  });

  test('the picker puts an emoji where the caret is', async () => {
    await room('Smileys');
    await alice.types('ab');
    await alice.press('ArrowLeft');
    await alice.page.getByRole('main').getByRole('button', { name: 'Emoji' }).click();
    await alice.page.getByRole('combobox', { name: 'Search emoji' }).fill('rocket');
    await alice.page.getByRole('gridcell', { name: 'rocket' }).click();
    expect(await alice.field.inputValue()).toBe('a🚀b');
    await alice.press('Escape');
    await alice.field.fill('');
  });

  test('a reply, a thread, a reaction and its end', async () => {
    const roomId = await room('Replies');
    await bob.say('What grows here?');
    await alice.seesMessage('What grows here?');
    await alice.acts(alice.message('What grows here?'), 'Reply');
    await alice.sees('Replying to bob');
    await alice.types('Tomatoes');
    await alice.press('Enter');
    await bob.message('Tomatoes').getByTitle('Go to this message').waitFor();
    expect((await last(roomId)).content).toMatchObject({
      'm.relates_to': { 'm.in_reply_to': { event_id: expect.any(String) } },
      'm.mentions': { user_ids: [bob.userId] },
    });

    await bob.acts(bob.message('Tomatoes'), 'React');
    await bob.page.getByRole('button', { name: 'React with 👍' }).click();
    await alice.message('Tomatoes').getByRole('button', { name: '👍 1' }).waitFor();
    await alice.message('Tomatoes').getByRole('button', { name: '👍 1' }).click();
    await bob.message('Tomatoes').getByRole('button', { name: '👍 2' }).waitFor();
    await alice.chooses(alice.message('Tomatoes'), 'Show reactions');
    await alice.dialog.getByText('bob').waitFor();
    await alice.press('Escape');
    await bob.message('Tomatoes').getByRole('button', { name: '👍 2' }).click();
    await alice.message('Tomatoes').getByRole('button', { name: '👍 1' }).waitFor();

    await alice.acts(alice.message('Tomatoes'), 'Reply in thread');
    const field = alice.panel.getByRole('textbox').last();
    await field.fill('Only in here');
    await field.press('Enter');
    await alice.panel.getByText('Only in here').waitFor();
    await bob
      .message('Tomatoes')
      .getByRole('button', { name: /1 reply/ })
      .click();
    await bob.panel.getByText('Only in here').waitFor();
    expect((await last(roomId)).content).toMatchObject({ 'm.relates_to': { rel_type: 'm.thread', is_falling_back: true } });
    await alice.page.getByRole('button', { name: 'Close panel' }).click();
    await bob.page.getByRole('button', { name: 'Close panel' }).click();
  });

  test('ArrowUp edits the last message; its versions; it is deleted with a reason', async () => {
    await room('Edits');
    await alice.say('I like spring');
    await bob.seesMessage('I like spring');
    await alice.types('about to write');
    await alice.press('Control+A', 'Delete', 'ArrowUp');
    await alice.page.getByText('Editing').waitFor();
    await until('the text is there', async () => (await alice.field.inputValue()) === 'I like spring');
    await alice.field.fill('I like summer');
    await alice.press('Enter');
    await bob.message('I like summer').getByRole('button', { name: 'edited' }).click();
    await bob.dialog.locator('ins', { hasText: 'summer' }).waitFor();
    expect(await bob.dialog.locator('del').textContent()).toBe('spring');
    await bob.press('Escape');

    await alice.chooses(alice.message('I like summer'), 'Delete');
    await alice.page.getByRole('alertdialog').getByRole('textbox').fill('changed my mind');
    await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await bob.seesMessage('changed my mind');
    expect(await bob.message('summer').count()).toBe(0);
  });

  test('what is deleted while it is answered or edited is no longer quoted, and nothing is sent into it', async () => {
    await room('Slips');
    await bob.say('a slip of the tongue');
    await alice.acts(alice.message('a slip of the tongue'), 'Reply');
    await alice.page.getByText('Replying to').waitFor();
    await bob.chooses(bob.message('a slip of the tongue'), 'Delete');
    await bob.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await alice.page.locator('[data-kind="reply"]').getByText('This message was deleted.').waitFor();
    await alice.press('Escape');

    await alice.say('to be improved');
    await alice.field.press('ArrowUp');
    await until('the text is there', async () => (await alice.field.inputValue()) === 'to be improved');
    await alice.field.fill('improved');
    await alice.chooses(alice.message('to be improved'), 'Delete');
    await alice.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await alice.page.locator('[data-kind="edit"]').getByText('deleted').waitFor();
    await alice.field.press('Enter');
    await alice.sees('This message was deleted meanwhile.');
    await until('the text is back', async () => (await alice.field.inputValue()) === 'improved');
    await alice.field.press('Escape');
  });

  test('Escape leaves an edit, and what was being written comes back', async () => {
    await room('Aside');
    await alice.say('first');
    await alice.types('half a thought');
    await alice.acts(alice.message('first'), 'Edit');
    await until('the edit has begun', async () => (await alice.field.inputValue()) === 'first');
    await alice.press('Escape');
    await until('the draft is back', async () => (await alice.field.inputValue()) === 'half a thought');
    await alice.field.fill('');
  });

  test('a draft with its reply survives a reload', async () => {
    await room('Drafts');
    await bob.say('Are you there?');
    await alice.acts(alice.message('Are you there?'), 'Reply');
    await alice.types('yes @bo');
    await alice.page.getByRole('option', { name: 'bob' }).waitFor();
    await alice.press('Enter');
    await alice.field.pressSequentially('in a moment');
    await alice.page.reload();
    await alice.page.getByText('Replying to bob').waitFor();
    expect(await alice.field.inputValue()).toBe('yes @bob in a moment');
    await alice.field.click();
    await alice.press('Enter');
    await bob.message('in a moment').getByRole('button', { name: '@bob' }).waitFor();
  });

  test('commands do what they say, and say what is wrong', async () => {
    const roomId = await room('Commands');
    await alice.types('/shurg');
    await alice.press('Escape', 'Enter');
    await alice.sees('Did you mean /shrug?');
    await alice.field.fill('/topic Roses');
    await alice.press('Enter');
    await alice.page.getByRole('main').getByRole('alert').waitFor();
    await people.stage.host.put(`/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels`, { users: { [alice.userId]: 50 } });
    await alice.seesMessage('').catch(() => {});
    await alice.field.fill('/topic Roses');
    await alice.press('Enter');
    await until('the topic is set', async () => {
      const topic = await people.stage.host.get(`/rooms/${encodeURIComponent(roomId)}/state/m.room.topic`).catch(() => ({ topic: '' }));
      return topic['topic'] === 'Roses';
    });
    await alice.types('/me ');
    await alice.field.pressSequentially('waves');
    await alice.press('Enter');
    await bob.seesMessage('waves');
    expect((await last(roomId)).content).toMatchObject({ msgtype: 'm.emote', body: 'waves' });
  });

  test('formatted text is pasted as Markdown', async () => {
    await room('Paste');
    await alice.field.click();
    await alice.field.evaluate((element) => {
      const data = new DataTransfer();
      data.setData('text/html', '<p>See <b>this</b> and <a href="https://example.org/">that</a></p>');
      data.setData('text/plain', 'See this and that');
      element.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }));
    });
    await until('it is there', async () => (await alice.field.inputValue()) === 'See **this** and [that](<https://example.org/>)');
    await alice.field.fill('');
  });

  testNoTroubles(people);
});
