import { Eye, EyeOff } from 'lucide-react';
import { useState, type ComponentProps, type ReactNode, type Ref } from 'react';
import { FieldError, Input, Label, Text, TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from 'react-aria-components';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './field.module.css';
import { IconButton } from './icon-button.tsx';

export interface FieldProps {
  readonly label: string;
  /** The label is only read out, where what is around says what the field is. */
  readonly hideLabel?: boolean;
  /** One sentence under the field. */
  readonly hint?: ReactNode;
  /** Why the value will not do; replaces the hint. */
  readonly error?: ReactNode;
  readonly className?: string;
}

export interface TextFieldProps extends FieldProps, Omit<AriaTextFieldProps, 'className' | 'children' | 'style' | 'isInvalid'> {
  readonly placeholder?: string;
  /** In the field, before what is typed. */
  readonly icon?: ReactNode;
  /** In the field, after what is typed: a suffix, a button. */
  readonly after?: ReactNode;
  readonly size?: 'medium' | 'large';
  /** Of the input element. */
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly inputProps?: Omit<ComponentProps<typeof Input>, 'className' | 'style' | 'ref'>;
}

/** A password (`type="password"`) gets a button that shows it. */
export function TextField(props: TextFieldProps) {
  const { label, hideLabel = false, hint, error, className, placeholder, icon, after, size = 'medium', inputRef, inputProps, type, ...rest } = props;
  const t = useT();
  const [revealed, setRevealed] = useState(false);
  const password = type === 'password';
  return (
    <AriaTextField
      {...rest}
      type={password && revealed ? 'text' : type}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      aria-label={hideLabel ? label : rest['aria-label']}
      className={classNames(styles.field, className)}
    >
      {!hideLabel && <Label className={styles.label}>{label}</Label>}
      <div className={classNames(styles.box, size === 'large' && styles.large)}>
        {icon !== undefined && <span className={styles.icon}>{icon}</span>}
        <Input {...inputProps} ref={inputRef} placeholder={placeholder} className={styles.input} />
        {after}
        {password && (
          <IconButton
            size="small"
            label={revealed ? t('common.hidePassword') : t('common.showPassword')}
            onPress={() => setRevealed(!revealed)}
            isDisabled={rest.isDisabled}
          >
            {revealed ? <EyeOff /> : <Eye />}
          </IconButton>
        )}
      </div>
      <FieldFoot hint={hint} error={error} />
    </AriaTextField>
  );
}

export function FieldFoot({ hint, error }: Pick<FieldProps, 'hint' | 'error'>) {
  return (
    <>
      {hint !== undefined && error === undefined && (
        <Text slot="description" className={styles.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error}>{error}</FieldError>
    </>
  );
}
