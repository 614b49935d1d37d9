/** What the person running the command has to be told; the exit code is 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
