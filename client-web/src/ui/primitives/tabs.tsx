import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs, type TabsProps as AriaTabsProps } from 'react-aria-components';
import { classNames } from '../class-names.ts';
import styles from './tabs.module.css';

export interface TabOption<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  readonly icon?: ReactNode;
  /** After the label: a `Badge`. */
  readonly badge?: ReactNode;
  readonly isDisabled?: boolean;
  /** What the tab shows; without it the place of the tabs shows it. */
  readonly panel?: ReactNode;
}

export interface TabsProps<Id extends string = string> extends Omit<
  AriaTabsProps,
  'className' | 'children' | 'style' | 'aria-label' | 'selectedKey' | 'defaultSelectedKey' | 'onSelectionChange'
> {
  /** Of the tabs as a whole, for screen readers. */
  readonly label: string;
  readonly tabs: readonly TabOption<Id>[];
  readonly selected: Id;
  readonly onSelect: (id: Id) => void;
  /** `line` under a heading; `pill` as a switch between views. */
  readonly look?: 'line' | 'pill';
  readonly className?: string;
  readonly panelClassName?: string;
}

export function Tabs<Id extends string>(props: TabsProps<Id>) {
  const { label, tabs, selected, onSelect, look = 'line', className, panelClassName, ...rest } = props;
  return (
    <AriaTabs
      {...rest}
      selectedKey={selected}
      onSelectionChange={(key) => {
        const tab = tabs.find(({ id }) => id === key);
        if (tab) onSelect(tab.id);
      }}
      className={classNames(styles.tabs, styles[look], className)}
    >
      <TabList aria-label={label} className={styles.list}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} isDisabled={tab.isDisabled} className={styles.tab}>
            {tab.icon}
            <span className={styles.label}>{tab.label}</span>
            {tab.badge}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={classNames(styles.panel, panelClassName)}>
          {tab.panel}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
