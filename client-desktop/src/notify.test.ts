import { expect, test } from '@jest/globals';
import { fakeNotifications } from '../testing/fake-electron.ts';
import { Notifier } from './notify.ts';

test('one per conversation, and a click tells which', () => {
  const { Notification, shown } = fakeNotifications();
  const clicked: string[] = [];
  const notifier = new Notifier(Notification, (id) => clicked.push(id));
  notifier.show({ id: 'a', title: 'Bo', body: 'One' });
  notifier.show({ id: 'a', title: 'Bo', body: 'Two' });
  notifier.show({ id: 'b', title: 'Cy', body: 'Three' });
  expect(shown.map(({ options, open }) => [options.body, open])).toEqual([
    ['One', false],
    ['Two', true],
    ['Three', true],
  ]);
  shown[1]!.emit('click');
  expect(clicked).toEqual(['a']);
});

test('not more than a screen has room for', () => {
  const { Notification, shown } = fakeNotifications();
  const notifier = new Notifier(Notification, () => {});
  for (let i = 0; i < 30; i++) notifier.show({ id: String(i), title: 'Bo', body: 'x' });
  expect(shown.filter(({ open }) => open)).toHaveLength(20);
});
