import { useNavigate } from '@tanstack/react-router';
import { $api, ifMatch, type Schema } from '#api/client';
import { actions as texts } from '#texts/actions';
import { common } from '#texts/common';
import { Confirm } from '../confirm';
import { toast } from '../toasts';

interface DeleteActionProps {
  opened: boolean;
  onClose: () => void;
  app: string;
  action: Schema<'Action'>;
}

export function DeleteAction({ opened, onClose, app, action }: DeleteActionProps) {
  const navigate = useNavigate();
  const remove = $api.useMutation('delete', '/api/v1/apps/{app}/actions/{action}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.deleted(action.name));
      onClose();
      void navigate({ to: '/apps/$app', params: { app } });
    },
  });
  const params = { path: { app, action: action.name }, header: ifMatch(action.revision) };
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={texts.deleteTitle}
      name={action.name}
      act={common.delete}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params })}
    >
      {texts.deleteText} {common.confirmNoUndo}
    </Confirm>
  );
}
