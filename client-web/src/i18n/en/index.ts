/** What English says, by area: a new area is one line here and one in de/index.ts. */
export { common } from './common.ts';
export { composer } from './composer.ts';
export { desktop } from './desktop.ts';
export { encryption } from './encryption.ts';
export { errors } from './errors.ts';
export { inbox } from './inbox.ts';
export { palette } from './palette.ts';
export { rooms } from './rooms.ts';
export { settings } from './settings.ts';
export { timeline } from './timeline.ts';
export { views } from './views.ts';
export { welcome } from './welcome.ts';
