import { createFileRoute } from '@tanstack/react-router';
import { AddTools } from '#ui/tools/addTools';
import { AnotherName } from '#ui/tools/anotherName';
import { PANELS, type Panel } from '#ui/tools/panels';
import { type ToolSearch, toolSearch } from '#ui/tools/rows';
import { ToolDrawer } from '#ui/tools/toolDrawer';
import { Tools } from '#ui/tools/tools';

interface Search extends ToolSearch {
  /** The tool whose panel is open. */
  tool?: string;
  panel?: Panel;
  /** Tools are being added; of that app, if it is named. */
  add?: true | string;
  /** The tool whose action shall become another one. */
  again?: string;
}

export const Route = createFileRoute('/_console/servers/$server/tools')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...toolSearch(search),
    tool: typeof search.tool === 'string' ? search.tool : undefined,
    panel: PANELS.find((panel) => panel === search.panel),
    add: search.add === true || (typeof search.add === 'string' ? search.add : undefined),
    again: typeof search.again === 'string' ? search.again : undefined,
  }),
  component: ServerTools,
});

function ServerTools() {
  const { server } = Route.useParams();
  const { tool, panel, add, again, ...filters } = Route.useSearch();
  const navigate = Route.useNavigate();
  const show = (changes: Partial<Search>) =>
    navigate({
      search: (before) => ({
        ...before,
        tool: undefined,
        panel: undefined,
        add: undefined,
        again: undefined,
        ...changes,
      }),
    });
  const close = () => show({});
  return (
    <>
      <Tools
        server={server}
        filters={filters}
        onFilter={(changes) => navigate({ search: (before) => ({ ...before, ...changes }), replace: true })}
        openName={tool}
        onOpen={(name) => show({ tool: name })}
        onAdd={() => show({ add: true })}
        onAgain={(name) => show({ again: name })}
      />
      <ToolDrawer
        server={server}
        name={tool}
        panel={panel ?? 'about'}
        onPanel={(next) => navigate({ search: (before) => ({ ...before, panel: next }), replace: true })}
        onRenamed={(name) => navigate({ search: (before) => ({ ...before, tool: name }), replace: true })}
        onClose={close}
      />
      <AddTools
        server={server}
        opened={add !== undefined}
        app={typeof add === 'string' ? add : undefined}
        onApp={(app) => navigate({ search: (before) => ({ ...before, add: app }), replace: true })}
        onClose={close}
      />
      <AnotherName server={server} tool={again} onAdded={(name) => show({ tool: name })} onClose={close} />
    </>
  );
}
