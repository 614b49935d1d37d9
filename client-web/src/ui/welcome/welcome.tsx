/** Sign in, sign up, and adding a further account. */
import { Inbox, Lock, Server } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { discoverServer, serverOf, type DiscoveredServer } from '../../domain/accounts/discover-server.ts';
import { registrationOptions, signIn, signUp, usernameAvailable, type RegistrationOptions } from '../../domain/accounts/sign-in.ts';
import { RequestFailed } from '../../domain/http/matrix-request.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp } from '../app-context.ts';
import { errorSentence } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { Logo } from '../primitives/logo.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { navigate, useRoute } from '../route.ts';
import { homeServer } from './home-server.ts';
import styles from './welcome.module.css';

const SHORTEST_PASSWORD = 8;
const LOCALPART = /^[a-z0-9._=/+-]+$/;

interface Errors {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  readonly server?: string | undefined;
  readonly form?: string | undefined;
}

export function Welcome() {
  const t = useT();
  const app = useApp();
  const accounts = useAccounts();
  const adding = accounts.length > 0;
  const againKey = useRoute((route) => (route.page === 'add-account' ? route.again : undefined));
  const again = accounts.find((account) => account.key === againKey);
  // Whoever adds an account most often has it already.
  const [mode, setMode] = useState<'sign-in' | 'sign-up'>(adding ? 'sign-in' : 'sign-up');
  const [server, setServer] = useState<DiscoveredServer>();
  const [options, setOptions] = useState<RegistrationOptions>();
  const [editingServer, setEditingServer] = useState(false);
  const [serverText, setServerText] = useState('');
  const [user, setUser] = useState(again?.userId ?? '');
  const [password, setPassword] = useState('');
  const [token, setToken] = useState('');
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);

  /** Counts the servers that were looked for: the answer of one that was given up changes nothing. */
  const looked = useRef(0);
  const use = async (input: string, name?: string): Promise<DiscoveredServer | undefined> => {
    const turn = ++looked.current;
    setBusy(true);
    setErrors({});
    try {
      const discovered = await discoverServer(input);
      const found = name === undefined ? discovered : { ...discovered, name };
      const offered = await registrationOptions(found.baseUrl).catch(() => ({ open: false, needsToken: false, terms: [], unsupported: [] }));
      if (turn !== looked.current) return undefined;
      setServer(found);
      setOptions(offered);
      setEditingServer(false);
      if (!offered.open && offered.unsupported.length === 0) setMode('sign-in');
      return found;
    } catch (error) {
      if (turn !== looked.current) return undefined;
      setErrors({ server: errorSentence(error) });
      setEditingServer(true);
      return undefined;
    } finally {
      if (turn === looked.current) setBusy(false);
    }
  };
  const changeServer = (): void => {
    looked.current++;
    setBusy(false);
    setEditingServer(true);
  };

  useEffect(() => {
    if (again) {
      setServerText(again.baseUrl);
      void use(again.baseUrl, serverOf(again.userId)?.name);
      return;
    }
    void homeServer().then((home) => {
      if (home === undefined) {
        setEditingServer(true);
        setMode('sign-in');
      } else {
        setServerText(home.baseUrl);
        void use(home.baseUrl, home.name);
      }
    });
  }, []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (editingServer) {
      await use(serverText);
      return;
    }
    const problems: Errors = {
      user:
        user.trim() === '' ? t('welcome.usernameMissing') : mode === 'sign-up' && !LOCALPART.test(user) ? t('welcome.usernameInvalid') : undefined,
      password:
        password === ''
          ? t('welcome.passwordMissing')
          : mode === 'sign-up' && password.length < SHORTEST_PASSWORD
            ? t('welcome.passwordShort')
            : undefined,
      token: mode === 'sign-up' && options?.needsToken === true && token.trim() === '' ? t('welcome.tokenMissing') : undefined,
    };
    setErrors(problems);
    if (problems.user ?? problems.password ?? problems.token) return;
    // A Matrix ID says its server itself.
    const own = user.trim().startsWith('@') ? serverOf(user) : undefined;
    const target = own && own.name !== server?.name ? await use(user.trim()) : server;
    if (!target) return;
    setBusy(true);
    try {
      const deviceName = t('welcome.deviceName', { platform: platformName() });
      const common = { baseUrl: target.baseUrl, user: user.trim(), password, deviceName };
      const credentials = mode === 'sign-up' ? await signUp({ ...common, token: token.trim() || undefined }) : await signIn(common);
      await app.addAccount(credentials);
      navigate({ page: 'inbox', split: 'everything', conversation: undefined });
    } catch (error) {
      setErrors(explain(error, mode, t));
    } finally {
      setBusy(false);
    }
  };

  const checkName = async (): Promise<void> => {
    if (mode !== 'sign-up' || !server || user.trim() === '') return;
    const available = LOCALPART.test(user) ? await usernameAvailable(server.baseUrl, user) : 'invalid';
    if (available === 'taken') setErrors((before) => ({ ...before, user: t('welcome.usernameTaken') }));
    if (available === 'invalid') setErrors((before) => ({ ...before, user: t('welcome.usernameInvalid') }));
  };

  const title = again
    ? t('welcome.againTitle')
    : adding
      ? t('welcome.addTitle')
      : mode === 'sign-up'
        ? t('welcome.signUpTitle')
        : t('welcome.signInTitle');
  const closed = mode === 'sign-up' && options !== undefined && !options.open;
  const noPassword = mode === 'sign-in' && server !== undefined && !server.loginTypes.includes('m.login.password');
  return (
    <main className={styles.page}>
      <section className={styles.pitch} aria-hidden={adding}>
        <Logo size={44} />
        <h1 className={styles.brand}>{t('welcome.title')}</h1>
        <p className={styles.tagline}>{t('welcome.tagline')}</p>
        <ul className={styles.points}>
          <li>
            <Inbox aria-hidden /> {t('welcome.point.inbox')}
          </li>
          <li>
            <Lock aria-hidden /> {t('welcome.point.private')}
          </li>
          <li>
            <Server aria-hidden /> {t('welcome.point.yours')}
          </li>
        </ul>
      </section>
      <section className={styles.side}>
        <form className={styles.card} onSubmit={(event) => void submit(event)} noValidate>
          <h2 className={styles.title}>{title}</h2>
          {again && <p className={styles.note}>{t('welcome.againBody')}</p>}
          {editingServer ? (
            <>
              <TextField
                label={t('welcome.server')}
                hint={t('welcome.serverHint')}
                error={errors.server}
                value={serverText}
                onChange={setServerText}
                size="large"
                autoFocus
                inputProps={{ autoCapitalize: 'none', spellCheck: false, autoComplete: 'url' }}
                placeholder="example.org"
              />
              <Button type="submit" kind="primary" size="large" wide loading={busy}>
                {busy ? t('welcome.lookingUp') : t('welcome.useThisServer')}
              </Button>
            </>
          ) : (
            <>
              <p className={styles.server}>
                <span>{server ? t('welcome.onServer', { server: server.name }) : t('welcome.lookingUp')}</span>
                <Button kind="quiet" size="small" onPress={changeServer}>
                  {t('welcome.changeServer')}
                </Button>
              </p>
              {closed || noPassword ? (
                <p className={styles.note}>
                  {noPassword
                    ? t('welcome.noPasswordSignIn', { server: server?.name ?? '' })
                    : options !== undefined && options.unsupported.length > 0
                      ? t('welcome.unsupported', { server: server?.name ?? '' })
                      : t('welcome.closed', { server: server?.name ?? '' })}
                </p>
              ) : (
                <>
                  <TextField
                    label={mode === 'sign-up' ? t('welcome.username') : t('welcome.usernameOrId')}
                    hint={mode === 'sign-up' && user && server ? t('welcome.usernameHint', { id: `@${user}:${server.name}` }) : undefined}
                    error={errors.user}
                    value={user}
                    onChange={(text) => {
                      setUser(text);
                      setErrors((before) => ({ ...before, user: undefined }));
                    }}
                    onBlur={() => void checkName()}
                    size="large"
                    autoFocus={!again}
                    autoComplete="username"
                    inputProps={{ autoCapitalize: 'none', spellCheck: false, name: 'username' }}
                  />
                  <TextField
                    label={t('welcome.password')}
                    hint={mode === 'sign-up' ? t('welcome.passwordHint') : undefined}
                    error={errors.password}
                    type="password"
                    autoFocus={again !== undefined}
                    value={password}
                    onChange={(text) => {
                      setPassword(text);
                      setErrors((before) => ({ ...before, password: undefined, form: undefined }));
                    }}
                    size="large"
                    autoComplete={mode === 'sign-up' ? 'new-password' : 'current-password'}
                    inputProps={{ name: 'password' }}
                  />
                  {mode === 'sign-up' && options?.needsToken === true && (
                    <TextField
                      label={t('welcome.token')}
                      hint={t('welcome.tokenHint', { server: server?.name ?? '' })}
                      error={errors.token}
                      value={token}
                      onChange={setToken}
                      size="large"
                      inputProps={{ autoCapitalize: 'none', spellCheck: false, autoComplete: 'off' }}
                    />
                  )}
                  {mode === 'sign-up' && options !== undefined && options.terms.length > 0 && (
                    <p className={styles.note}>
                      {t('welcome.termsAgree')}{' '}
                      {options.terms.map((policy) => (
                        <a key={policy.url} href={policy.url} target="_blank" rel="noopener noreferrer">
                          {policy.name}
                        </a>
                      ))}
                    </p>
                  )}
                  {errors.form !== undefined && (
                    <p className={styles.error} role="alert">
                      {errors.form}
                    </p>
                  )}
                  <Button type="submit" kind="primary" size="large" wide loading={busy} isDisabled={!server}>
                    {mode === 'sign-up' ? t('welcome.signUp') : t('welcome.signIn')}
                  </Button>
                </>
              )}
              <p className={styles.other}>
                {mode === 'sign-up' ? t('welcome.haveAccount') : t('welcome.noAccount')}{' '}
                <Button
                  kind="quiet"
                  size="small"
                  onPress={() => {
                    setMode(mode === 'sign-up' ? 'sign-in' : 'sign-up');
                    setErrors({});
                  }}
                >
                  {mode === 'sign-up' ? t('welcome.signIn') : t('welcome.signUp')}
                </Button>
              </p>
            </>
          )}
          {adding && (
            <Button kind="quiet" wide onPress={() => navigate({ page: 'inbox', split: 'everything', conversation: undefined })}>
              {t('welcome.backToInbox')}
            </Button>
          )}
        </form>
      </section>
    </main>
  );
}

function explain(error: unknown, mode: 'sign-in' | 'sign-up', t: ReturnType<typeof useT>): Errors {
  if (error instanceof RequestFailed) {
    if (error.code === 'M_USER_IN_USE' || error.code === 'M_EXCLUSIVE') return { user: t('welcome.usernameTaken') };
    if (error.code === 'M_INVALID_USERNAME') return { user: t('welcome.usernameInvalid') };
    if (error.code === 'M_WEAK_PASSWORD' || error.code === 'M_PASSWORD_TOO_SHORT') return { password: t('errors.weakPassword') };
    if (mode === 'sign-up' && error.status === 401) return { token: t('errors.wrongToken') };
    if (mode === 'sign-in' && error.code === 'M_FORBIDDEN') return { form: t('errors.wrongPassword') };
  }
  return { form: errorSentence(error) };
}

function platformName(): string {
  const agent = navigator.userAgent;
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrome\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : '';
  const system = /Android/.test(agent)
    ? 'Android'
    : /iPhone|iPad/.test(agent)
      ? 'iOS'
      : /Mac/.test(agent)
        ? 'macOS'
        : /Windows/.test(agent)
          ? 'Windows'
          : /Linux/.test(agent)
            ? 'Linux'
            : '';
  return window.nexuscommDesktop?.platform ?? [browser, system].filter(Boolean).join(', ');
}
