import { createFileRoute } from '@tanstack/react-router';
import { Testing } from '#ui/testing/testing';

interface Search {
  tool?: string;
  version?: 'published';
  /** The test case that is open. */
  case?: string;
  view?: 'json';
}

export const Route = createFileRoute('/_console/servers/$server/test')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    tool: typeof search.tool === 'string' ? search.tool : undefined,
    version: search.version === 'published' ? 'published' : undefined,
    case: typeof search.case === 'string' ? search.case : undefined,
    view: search.view === 'json' ? 'json' : undefined,
  }),
  component: ServerTest,
});

function ServerTest() {
  const { server } = Route.useParams();
  const { tool, version, case: testCase, view } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <Testing
      server={server}
      tool={tool}
      version={version ?? 'draft'}
      testCase={testCase}
      view={view ?? 'form'}
      onTool={(next) => navigate({ search: (before) => ({ ...before, tool: next, case: undefined }) })}
      onVersion={(next) =>
        navigate({
          search: (before) => ({
            ...before,
            version: next === 'published' ? next : undefined,
            case: undefined,
          }),
        })
      }
      onCase={(next) => navigate({ search: (before) => ({ ...before, case: next }) })}
      onView={(next) =>
        navigate({
          search: (before) => ({ ...before, view: next === 'json' ? next : undefined }),
          replace: true,
        })
      }
    />
  );
}
