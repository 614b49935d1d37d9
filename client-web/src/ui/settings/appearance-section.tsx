import { LANGUAGE_NAMES, LANGUAGES, currentLanguage, useT } from '../../i18n/i18n.ts';
import { RadioCards } from '../primitives/radio-cards.tsx';
import { Select } from '../primitives/select.tsx';
import { DENSITIES, setAppearance, THEMES, useAppearance } from '../theme.ts';
import styles from './section.module.css';

export function AppearanceSection() {
  const t = useT();
  const appearance = useAppearance((all) => all);
  return (
    <div className={styles.group}>
      <RadioCards
        label={t('settings.appearance.theme')}
        value={appearance.theme}
        onChange={(theme) => setAppearance({ theme })}
        options={THEMES.map((value) => ({ value, label: t(`settings.appearance.${value}`) }))}
      />
      <RadioCards
        label={t('settings.appearance.density')}
        value={appearance.density}
        onChange={(density) => setAppearance({ density })}
        options={DENSITIES.map((value) => ({ value, label: t(`settings.appearance.${value}`) }))}
      />
      <Select
        label={t('settings.appearance.language')}
        value={appearance.language}
        onChange={(language) => setAppearance({ language })}
        options={[
          { value: 'system' as const, label: t('settings.appearance.languageSystem', { language: LANGUAGE_NAMES[currentLanguage()] }) },
          ...LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
        ]}
      />
      <Select
        label={t('settings.appearance.motion')}
        value={appearance.motion}
        onChange={(motion) => setAppearance({ motion })}
        options={[
          { value: 'system' as const, label: t('settings.appearance.motionSystem') },
          { value: 'full' as const, label: t('settings.appearance.motionFull') },
          { value: 'reduced' as const, label: t('settings.appearance.motionReduced') },
        ]}
      />
    </div>
  );
}
