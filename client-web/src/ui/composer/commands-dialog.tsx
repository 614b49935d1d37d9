/** `/help`: what can be done by commands. */
import { COMMANDS } from '../../domain/composer/commands.ts';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { Dialog } from '../primitives/dialog.tsx';
import styles from './commands-dialog.module.css';

const GROUPS = ['message', 'inbox', 'room', 'people', 'help'] as const;

export function CommandsDialog({ command, onClose }: { readonly command?: string | undefined; readonly onClose: () => void }) {
  const t = useT();
  return (
    <Dialog title={t('composer.commands')} isOpen onOpenChange={(open) => !open && onClose()} size="medium">
      {GROUPS.map((group) => (
        <section key={group} className={styles.group}>
          <h3 className={styles.title}>{t(`composer.commandGroup.${group}`)}</h3>
          <dl>
            {COMMANDS.filter((one) => one.group === group).map(({ name, aliases, required, optional }) => (
              <div key={name} className={classNames(styles.line, name === command && styles.asked)}>
                <dt className={styles.name}>
                  <code>/{name}</code>{' '}
                  <span className={styles.arguments}>
                    {[...required.map((one) => t(`composer.argument.${one}`)), ...optional.map((one) => `[${t(`composer.argument.${one}`)}]`)].join(
                      ' ',
                    )}
                  </span>
                </dt>
                <dd className={styles.what}>
                  {t(`composer.command.${name as 'me'}`)}
                  {aliases.length > 0 && <span className={styles.aliases}> {aliases.map((alias) => `/${alias}`).join(' ')}</span>}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
