import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { Schema } from '#api/client';
import { customerConnections as texts } from '#texts/customers';
import { Confirm } from '../confirm';
import { StateBadge } from '../stateBadge';
import { toast } from '../toasts';

type Connection = Schema<'CustomerConnection'>;

/** What can be done with a connection, beside making it the default. */
export type Act = 'rotate' | 'rename' | 'reconnect' | 'disconnect';

const COLORS = { connected: 'teal', needs_attention: 'yellow', expired: 'red' } as const;

/** Whether a connection works, and why not. */
export function ConnectionState({ connection: { status, reason } }: { connection: Connection }) {
  return (
    <div>
      <StateBadge color={COLORS[status]}>{texts.statuses[status]}</StateBadge>
      {reason && (
        <Text size="xs" c="dimmed" lineClamp={2} title={reason}>
          {reason}
        </Text>
      )}
    </div>
  );
}

interface ConnectionMenuProps {
  connection: Connection;
  /** Why nothing of it can be done. */
  reason?: string | undefined;
  /** What of it is offered; all when absent. */
  only?: readonly Act[];
  /** What connects it again is called. */
  again?: string | undefined;
  onAct: (act: Act) => void;
  onDefault?: (() => void) | undefined;
}

export function ConnectionMenu({
  connection,
  reason,
  only,
  again = texts.reconnect,
  onAct,
  onDefault,
}: ConnectionMenuProps) {
  const offers = (act: Act) => only === undefined || only.includes(act);
  const item = (act: Act, label: string, color?: string) =>
    offers(act) && (
      <Menu.Item color={color} disabled={reason !== undefined} title={reason} onClick={() => onAct(act)}>
        {label}
      </Menu.Item>
    );
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.menu(connection.name)}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {item('reconnect', again)}
        {item('rotate', texts.rotate)}
        {item('rename', texts.rename)}
        {onDefault && (
          <Menu.Item disabled={reason !== undefined || connection.default} title={reason} onClick={onDefault}>
            {texts.makeDefault}
          </Menu.Item>
        )}
        {item('disconnect', texts.disconnect, 'red')}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ConfirmDisconnectProps {
  connection: Connection;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDisconnect({ connection, ...rest }: ConfirmDisconnectProps) {
  return (
    <Confirm
      opened
      title={texts.disconnectTitle(connection.name)}
      name={connection.name}
      act={texts.disconnect}
      {...rest}
    >
      {texts.disconnectText}
    </Confirm>
  );
}

/** Says what became of the tokens of a connection that was removed. */
export function disconnected({ revocation, reason }: Schema<'RevokedToken'>, onDone: () => void) {
  const { failed } = texts.revocations;
  toast(revocation === 'failed' ? failed(reason ?? texts.unknownReason) : texts.revocations[revocation]);
  onDone();
}
