import { Modal } from '@mantine/core';
import type { Schema } from '#api/client';
import { $api } from '#api/client';
import { common } from '#texts/common';
import { servers } from '#texts/servers';
import { Confirm } from '../confirm';
import { toast } from '../toasts';
import { CloneForm } from './cloneForm';
import type { Act } from './listSearch';
import { Uses } from './uses';

interface DialogProps {
  server: Schema<'Server'>;
  opened: boolean;
  onClose: () => void;
  /** Called once the server is no more where it was. */
  onDone?: () => void;
}

/** Takes a server off; it can be restored for a while. */
export function DeleteServer({ server, opened, onClose, onDone }: DialogProps) {
  const removal = $api.useMutation('delete', '/api/v1/servers/{server}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(servers.deletion.done(server.name));
      onClose();
      onDone?.();
    },
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={servers.deletion.title(server.name)}
      name={server.slug}
      act={common.delete}
      pending={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate({ params: { path: { server: server.id } } })}
    >
      {servers.deletion.text(server.slug)}
    </Confirm>
  );
}

/** Removes a deleted server for good. */
export function PurgeServer({ server, opened, onClose }: DialogProps) {
  const purge = $api.useMutation('post', '/api/v1/servers/{server}/purge', {
    meta: { shown: true },
    onSuccess: () => {
      toast(servers.purging.done(server.name));
      onClose();
    },
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={servers.purging.title(server.name)}
      name={server.slug}
      act={servers.purge}
      pending={purge.isPending}
      error={purge.error}
      onConfirm={() => purge.mutate({ params: { path: { server: server.id } } })}
    >
      {servers.purging.text} {common.confirmNoUndo}
    </Confirm>
  );
}

interface RowDialogProps {
  act: Act | undefined;
  /** Undefined while it is not known. */
  server: Schema<'Server'> | undefined;
  onClose: () => void;
}

/** The dialog of one server of the list that is open. */
export function RowDialog({ act, server, onClose }: RowDialogProps) {
  if (!server || !act) return null;
  if (act === 'delete') return <DeleteServer server={server} opened onClose={onClose} />;
  if (act === 'purge') return <PurgeServer server={server} opened onClose={onClose} />;
  const clone = act === 'clone';
  return (
    <Modal
      opened
      onClose={onClose}
      title={clone ? servers.clone.title(server.name) : servers.uses.title(server.name)}
      size={clone ? 'md' : 'lg'}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {clone ? <CloneForm server={server} onCancel={onClose} /> : <Uses server={server} />}
    </Modal>
  );
}
