/** What comes over the page: menus, dialogs, popovers, toasts. */
import { ChevronDown, Clock, Copy, Ellipsis, Hash, Pin, Reply, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/primitives/button.tsx';
import { confirm } from '../ui/primitives/confirm.tsx';
import { ContextMenu } from '../ui/primitives/context-menu.tsx';
import { Dialog, DialogTrigger } from '../ui/primitives/dialog.tsx';
import { IconButton } from '../ui/primitives/icon-button.tsx';
import { Menu, MenuItem, MenuSection, MenuSeparator, MenuTrigger, Submenu } from '../ui/primitives/menu.tsx';
import { Popover, PopoverTrigger } from '../ui/primitives/popover.tsx';
import { Switch } from '../ui/primitives/switch.tsx';
import { TextArea } from '../ui/primitives/text-area.tsx';
import { TextField } from '../ui/primitives/text-field.tsx';
import { showToast } from '../ui/primitives/toast.tsx';
import { Card, Row } from './card.tsx';
import styles from './gallery.module.css';

export function Overlays() {
  const [notify, setNotify] = useState<Iterable<string | number>>(['all']);
  const [undone, setUndone] = useState(0);
  return (
    <Card title="Overlays">
      <Row>
        <MenuTrigger>
          <Button after={<ChevronDown />}>Menu</Button>
          <Menu label="Message">
            <MenuItem icon={<Reply />} keys="R">
              Reply
            </MenuItem>
            <MenuItem icon={<Copy />} keys="mod+C">
              Copy
            </MenuItem>
            <Submenu label="Snooze" icon={<Clock />}>
              <MenuItem>Tonight</MenuItem>
              <MenuItem>Tomorrow</MenuItem>
              <MenuItem>Next week</MenuItem>
            </Submenu>
            <MenuItem icon={<Pin />} isDisabled>
              Pin
            </MenuItem>
            <MenuSection
              title="Notify me of"
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={notify}
              onSelectionChange={(keys) => setNotify(keys === 'all' ? [] : keys)}
            >
              <MenuItem id="all">Everything</MenuItem>
              <MenuItem id="mentions" hint="And keywords">
                Mentions
              </MenuItem>
            </MenuSection>
            <MenuSeparator />
            <MenuItem icon={<Trash2 />} danger>
              Delete
            </MenuItem>
          </Menu>
        </MenuTrigger>
        <MenuTrigger>
          <IconButton label="More actions">
            <Ellipsis />
          </IconButton>
          <Menu label="More actions" placement="bottom end">
            <MenuItem>Mark unread</MenuItem>
            <MenuItem>Archive</MenuItem>
          </Menu>
        </MenuTrigger>
        <PopoverTrigger>
          <Button>Popover</Button>
          <Popover label="Status">
            <div className={styles.stack}>
              <TextField label="Status" placeholder="What are you up to?" />
              <Button kind="primary" wide>
                Set status
              </Button>
            </div>
          </Popover>
        </PopoverTrigger>
        <DialogTrigger>
          <Button>Dialog</Button>
          <Dialog
            title="Create a room"
            subtitle="People you invite can read and write here."
            icon={<Hash />}
            footer={(close) => (
              <>
                <Button onPress={close}>Cancel</Button>
                <Button kind="primary" onPress={close}>
                  Create room
                </Button>
              </>
            )}
          >
            <div className={styles.stack}>
              <TextField label="Name" placeholder="Analytical Engines" autoFocus />
              <TextArea label="Topic" />
              <Switch defaultSelected hint="Cannot be turned off later.">
                End-to-end encryption
              </Switch>
            </div>
          </Dialog>
        </DialogTrigger>
        <Button
          kind="danger"
          onPress={() => {
            void confirm({
              title: 'Leave Weekend crew?',
              body: 'You are its last admin. Nobody will be able to let people in again.',
              action: 'Leave room',
              danger: true,
            }).then((yes) => showToast({ text: yes ? 'You left Weekend crew' : 'You stayed', kind: yes ? 'success' : 'info' }));
          }}
        >
          Confirm
        </Button>
      </Row>
      <Row>
        <Button
          onPress={() =>
            showToast({ text: 'Marked as done', key: 'done', action: { label: 'Undo', keys: 'Z', onAction: () => setUndone((count) => count + 1) } })
          }
        >
          Toast with undo
        </Button>
        <Button onPress={() => showToast({ text: 'The link is copied', kind: 'success' })}>Success</Button>
        <Button onPress={() => showToast({ text: 'The message could not be sent', kind: 'danger', durationMs: Infinity })}>Failure</Button>
        <output>{undone > 0 && `Undone ${undone}`}</output>
      </Row>
      <ContextMenu
        label="Message"
        menu={() => (
          <>
            <MenuItem icon={<Reply />}>Reply</MenuItem>
            <MenuItem icon={<Trash2 />} danger>
              Delete
            </MenuItem>
          </>
        )}
      >
        <div className={styles.context}>Right click or press long</div>
      </ContextMenu>
    </Card>
  );
}
