import { createFileRoute } from '@tanstack/react-router';
import { ResourceDrawer } from '#ui/resources/resourceDrawer';
import { Resources } from '#ui/resources/resources';
import { TemplateDrawer } from '#ui/resources/templateDrawer';

interface Search {
  kind?: 'templates';
  /** The resource or template that is open. */
  name?: string;
  /** A new one is being written. */
  add?: true;
}

export const Route = createFileRoute('/_console/servers/$server/resources')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    kind: search.kind === 'templates' ? 'templates' : undefined,
    name: typeof search.name === 'string' ? search.name : undefined,
    add: search.add === true || undefined,
  }),
  component: ServerResources,
});

function ServerResources() {
  const { server } = Route.useParams();
  const { kind, name, add } = Route.useSearch();
  const navigate = Route.useNavigate();
  const show = (search: Search) => navigate({ search: { kind, ...search } });
  const stored = kind === undefined;
  const drawer = {
    server,
    adding: add === true,
    onSaved: (saved: string) => navigate({ search: { kind, name: saved }, replace: true }),
    onClose: () => show({}),
  };
  return (
    <>
      <Resources
        server={server}
        kind={kind ?? 'stored'}
        onKind={(next) => navigate({ search: { kind: next === 'templates' ? next : undefined } })}
        openName={name}
        onOpen={(opened) => show({ name: opened })}
        onAdd={() => show({ add: true })}
      />
      {stored ? <ResourceDrawer {...drawer} name={name} /> : <TemplateDrawer {...drawer} name={name} />}
    </>
  );
}
