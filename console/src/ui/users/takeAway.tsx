import { $api, ifMatch, type Schema } from '#api/client';
import { grants } from '#texts/users';
import { Confirm } from '../confirm';
import { toast } from '../toasts';

export interface Taken {
  user: string;
  grant: Schema<'Grant'>;
}

/** Asks before a grant is taken away. */
export function TakeAway({ taken, onClose }: { taken: Taken | undefined; onClose: () => void }) {
  const removed = $api.useMutation('delete', '/api/v1/users/{user}/grants/{server}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(grants.removed);
      onClose();
    },
  });
  return (
    <Confirm
      opened={taken !== undefined}
      onClose={onClose}
      title={grants.removeTitle}
      act={grants.removeAct}
      pending={removed.isPending}
      error={removed.error}
      onConfirm={() =>
        taken &&
        removed.mutate({
          params: {
            path: { user: taken.user, server: taken.grant.server },
            header: ifMatch(taken.grant.revision),
          },
        })
      }
    >
      {grants.removeText}
    </Confirm>
  );
}
