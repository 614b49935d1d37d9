/** The head of the gallery: appearance is tried out here. */
import { Logo } from '../ui/primitives/logo.tsx';
import { Select } from '../ui/primitives/select.tsx';
import { VisuallyHidden } from '../ui/primitives/visually-hidden.tsx';
import { type Appearance, setAppearance, useAppearance } from '../ui/theme.ts';
import { Row } from './card.tsx';
import styles from './gallery.module.css';

export function Top() {
  const { theme, density, language, motion } = useAppearance((appearance) => appearance);
  const choice = <Name extends keyof Appearance>(name: Name, label: string, value: Appearance[Name], values: readonly Appearance[Name][]) => (
    <Select<Appearance[Name]>
      label={label}
      hideLabel
      options={values.map((option) => ({ value: option, label: option }))}
      value={value}
      onChange={(chosen) => setAppearance({ [name]: chosen })}
    />
  );
  return (
    <header className={styles.top}>
      <h1>
        <Logo size={28} word />
        <VisuallyHidden>: primitives</VisuallyHidden>
      </h1>
      <Row>
        {choice('theme', 'Theme', theme, ['system', 'light', 'dark', 'contrast'])}
        {choice('density', 'Density', density, ['compact', 'cosy', 'roomy'])}
        {choice('language', 'Language', language, ['system', 'en', 'de'])}
        {choice('motion', 'Motion', motion, ['system', 'full', 'reduced'])}
      </Row>
    </header>
  );
}
