/**
 * The one message that the pointer is over. Browsers do not tell of a pointer that left what is no longer there, so the next
 * message ends it, and leaving the timeline.
 */
let leave: (() => void) | undefined;

export function enterRow(onLeave: () => void): void {
  if (leave !== onLeave) leave?.();
  leave = onLeave;
}

export function leaveRow(onLeave?: () => void): void {
  if (onLeave !== undefined && leave !== onLeave) {
    onLeave();
    return;
  }
  leave?.();
  leave = undefined;
}
