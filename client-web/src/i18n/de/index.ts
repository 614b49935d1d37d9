/** What German says, by area; loaded when it is asked for. */
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
