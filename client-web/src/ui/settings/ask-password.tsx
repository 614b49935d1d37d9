/** Asks for the account's password where the server wants it confirmed. `<AskPasswordHost>` shows the question. */
import { memo, useState } from 'react';
import { createStore, useStore } from 'zustand';
import type { AskPassword } from '../../domain/matrix/interactive-auth.ts';
import { useT } from '../../i18n/i18n.ts';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { TextField } from '../primitives/text-field.tsx';

interface Asked {
  readonly userId: string;
  readonly wrong: boolean;
  readonly answer: (password: string | undefined) => void;
}

const store = createStore<{ readonly asked: Asked | undefined }>(() => ({ asked: undefined }));

export const askPasswordOf =
  (userId: string): AskPassword =>
  async (wrong) =>
    new Promise((resolve) => {
      store.getState().asked?.answer(undefined);
      store.setState({
        asked: {
          userId,
          wrong,
          answer: (password) => {
            store.setState({ asked: undefined });
            resolve(password);
          },
        },
      });
    });

export const AskPasswordHost = memo(function AskPasswordHost() {
  const asked = useStore(store, (state) => state.asked);
  return asked ? <AskPasswordDialog key={`${asked.userId} ${asked.wrong}`} asked={asked} /> : null;
});

function AskPasswordDialog({ asked }: { readonly asked: Asked }) {
  const t = useT();
  const [password, setPassword] = useState('');
  return (
    <Dialog
      title={t('settings.askPassword.title')}
      subtitle={t('settings.askPassword.body', { account: asked.userId })}
      size="small"
      isOpen
      onOpenChange={(open) => !open && asked.answer(undefined)}
      footer={
        <>
          <Button onPress={() => asked.answer(undefined)}>{t('common.cancel')}</Button>
          <Button kind="primary" isDisabled={password === ''} onPress={() => asked.answer(password)}>
            {t('settings.askPassword.confirm')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (password !== '') asked.answer(password);
        }}
      >
        <TextField
          label={t('welcome.password')}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          autoFocus
          error={asked.wrong ? t('settings.askPassword.wrong') : undefined}
        />
      </form>
    </Dialog>
  );
}
