import { createFileRoute } from '@tanstack/react-router';
import { PromptDrawer } from '#ui/prompts/promptDrawer';
import { Prompts } from '#ui/prompts/prompts';

interface Search {
  /** The prompt that is open. */
  prompt?: string;
  /** A new one is being written. */
  add?: true;
  part?: 'preview';
}

export const Route = createFileRoute('/_console/servers/$server/prompts')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    prompt: typeof search.prompt === 'string' ? search.prompt : undefined,
    add: search.add === true || undefined,
    part: search.part === 'preview' ? 'preview' : undefined,
  }),
  component: ServerPrompts,
});

function ServerPrompts() {
  const { server } = Route.useParams();
  const { prompt, add, part } = Route.useSearch();
  const navigate = Route.useNavigate();
  const show = (search: Search) => navigate({ search });
  return (
    <>
      <Prompts
        server={server}
        openName={prompt}
        onOpen={(name) => show({ prompt: name })}
        onAdd={() => show({ add: true })}
      />
      <PromptDrawer
        server={server}
        name={prompt}
        adding={add === true}
        part={part ?? 'edit'}
        onPart={(next) => navigate({ search: (before) => ({ ...before, part: next }), replace: true })}
        onSaved={(name) =>
          navigate({ search: (before) => ({ part: before.part, prompt: name }), replace: true })
        }
        onClose={() => show({})}
      />
    </>
  );
}
