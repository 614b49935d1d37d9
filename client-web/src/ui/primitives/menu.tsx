import { Check, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  MenuTrigger,
  Popover,
  Separator,
  SubmenuTrigger,
  Text,
  type MenuItemProps as AriaMenuItemProps,
  type MenuProps as AriaMenuProps,
  type MenuSectionProps as AriaMenuSectionProps,
  type PopoverProps,
} from 'react-aria-components';
import { classNames } from '../class-names.ts';
import { ClosedByBack } from './closed-by-back.ts';
import { Kbd } from './kbd.tsx';
import styles from './menu.module.css';
import popoverStyles from './popover.module.css';

/** Around a button and its `Menu`. */
export { MenuTrigger };

export interface MenuProps extends Omit<AriaMenuProps<object>, 'className' | 'children' | 'style' | 'aria-label'> {
  /** What the menu is for, for screen readers. */
  readonly label: string;
  readonly placement?: PopoverProps['placement'];
  /** Where it stands, if that is not the button of a `MenuTrigger`; with `isOpen` and `onOpenChange`. */
  readonly triggerRef?: PopoverProps['triggerRef'];
  readonly isOpen?: boolean;
  readonly onOpenChange?: (isOpen: boolean) => void;
  readonly offset?: number;
  readonly children: ReactNode;
}

const classOfPopover = classNames(popoverStyles.popover, styles.popover);

export function Menu({ label, placement = 'bottom start', triggerRef, isOpen, onOpenChange, offset = 4, children, ...rest }: MenuProps) {
  return (
    <Popover
      className={classOfPopover}
      placement={placement}
      triggerRef={triggerRef}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      offset={offset}
      containerPadding={8}
    >
      <ClosedByBack close={onOpenChange && (() => onOpenChange(false))} />
      {/* A `MenuTrigger` closes its menu by itself; where there is none, nobody else would. */}
      <AriaMenu {...rest} {...(onOpenChange && { onClose: () => onOpenChange(false) })} aria-label={label} className={styles.menu}>
        {children}
      </AriaMenu>
    </Popover>
  );
}

export interface MenuItemProps extends Omit<AriaMenuItemProps, 'className' | 'children' | 'style'> {
  readonly icon?: ReactNode;
  /** Keys that do the same: `mod+K`. */
  readonly keys?: string;
  /** Cannot be undone; red. */
  readonly danger?: boolean;
  /** A second, fainter line. */
  readonly hint?: ReactNode;
  /** The text, also for finding the item by typing: give `textValue` if it is more than a string. */
  readonly children: ReactNode;
}

export function MenuItem({ icon, keys, danger = false, hint, children, textValue, ...rest }: MenuItemProps) {
  return (
    <AriaMenuItem
      {...rest}
      textValue={textValue ?? (typeof children === 'string' ? children : undefined)}
      className={classNames(styles.item, danger && styles.danger)}
    >
      {({ hasSubmenu, isSelected, selectionMode }) => (
        <>
          {selectionMode !== 'none' && <span className={styles.check}>{isSelected && <Check aria-hidden />}</span>}
          {icon !== undefined && <span className={styles.icon}>{icon}</span>}
          <span className={styles.words}>
            <Text slot="label" className={styles.label}>
              {children}
            </Text>
            {hint !== undefined && (
              <Text slot="description" className={styles.hint}>
                {hint}
              </Text>
            )}
          </span>
          {keys !== undefined && (
            <span className={styles.keys} aria-hidden>
              <Kbd keys={keys} />
            </span>
          )}
          {hasSubmenu && <ChevronRight className={styles.chevron} aria-hidden />}
        </>
      )}
    </AriaMenuItem>
  );
}

export interface SubmenuProps extends Pick<MenuItemProps, 'icon' | 'hint' | 'isDisabled' | 'id'> {
  /** Of the item that opens it. */
  readonly label: string;
  readonly children: ReactNode;
}

export function Submenu({ label, icon, hint, isDisabled, id, children }: SubmenuProps) {
  return (
    <SubmenuTrigger delay={120}>
      <MenuItem id={id} icon={icon} hint={hint} isDisabled={isDisabled}>
        {label}
      </MenuItem>
      <Popover className={classOfPopover} offset={-2} crossOffset={-5} containerPadding={8}>
        <AriaMenu aria-label={label} className={styles.menu}>
          {children}
        </AriaMenu>
      </Popover>
    </SubmenuTrigger>
  );
}

export interface MenuSectionProps extends Omit<AriaMenuSectionProps<object>, 'className' | 'children'> {
  readonly title: string;
  /** The title is only read out. */
  readonly hideTitle?: boolean;
  readonly children: ReactNode;
}

/** With `selectionMode` its items can be chosen; `selectedKeys` holds their `id`s. */
export function MenuSection({ title, hideTitle = false, children, ...rest }: MenuSectionProps) {
  return (
    <AriaMenuSection {...rest} className={styles.section} aria-label={hideTitle ? title : undefined}>
      {!hideTitle && <Header className={styles.heading}>{title}</Header>}
      {children}
    </AriaMenuSection>
  );
}

export function MenuSeparator() {
  return <Separator className={styles.separator} />;
}
