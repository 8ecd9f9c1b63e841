import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { ActionForm } from '#ui/apps/actionForm';
import { Forbidden } from '#ui/states';

export const Route = createFileRoute('/_console/apps/$app/actions/new')({ component: NewAction });

function NewAction() {
  const { app } = Route.useParams();
  const navigate = Route.useNavigate();
  const may = useMay();
  if (!may('apps:write')) return <Forbidden permission="apps:write" />;
  const done = (name?: string) =>
    void (name
      ? navigate({ to: '/apps/$app/actions/$action', params: { app, action: name } })
      : navigate({ to: '/apps/$app', params: { app } }));
  return <ActionForm app={app} onDone={done} />;
}
