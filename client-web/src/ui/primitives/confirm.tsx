import type { ReactNode } from 'react';
import { createStore, useStore } from 'zustand';
import { useT } from '../../i18n/i18n.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

export interface Question {
  readonly title: string;
  readonly body?: ReactNode;
  /** What the button does, as a verb: "Delete message". */
  readonly action: string;
  /** Instead of "Cancel". */
  readonly cancel?: string;
  /** What that button does besides, and Escape does not. */
  readonly onCancel?: () => void;
  readonly danger?: boolean;
}

interface Asked extends Question {
  readonly answer: (yes: boolean) => void;
}

/** `open` is false while the dialog leaves, with the question still in it. */
const store = createStore<{ readonly asked: Asked | undefined; readonly open: boolean }>(() => ({ asked: undefined, open: false }));

/** Asks in a dialog; a second question answers the first with no. Needs `ConfirmHost` on the page. */
export async function confirm(question: Question): Promise<boolean> {
  settle(false);
  return new Promise((answer) => store.setState({ asked: { ...question, answer }, open: true }));
}

function settle(yes: boolean): void {
  store.getState().asked?.answer(yes);
  store.setState({ open: false });
}

export function ConfirmHost() {
  const t = useT();
  const { asked, open } = useStore(store);
  if (!asked) return null;
  return (
    <Dialog
      role="alertdialog"
      size="small"
      title={asked.title}
      isOpen={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) settle(false);
      }}
      footer={
        <>
          <Button
            onPress={() => {
              settle(false);
              asked.onCancel?.();
            }}
            autoFocus={asked.danger}
          >
            {asked.cancel ?? t('common.cancel')}
          </Button>
          <Button kind={asked.danger ? 'danger' : 'primary'} onPress={() => settle(true)} autoFocus={!asked.danger}>
            {asked.action}
          </Button>
        </>
      }
    >
      {asked.body}
    </Dialog>
  );
}
