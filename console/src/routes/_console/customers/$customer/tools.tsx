import { createFileRoute } from '@tanstack/react-router';
import { AgentTools } from '#ui/customers/agentTools';

export const Route = createFileRoute('/_console/customers/$customer/tools')({
  validateSearch: ({ tool }): { tool?: string } => ({ tool: typeof tool === 'string' ? tool : undefined }),
  component: Tools,
});

function Tools() {
  const { customer } = Route.useParams();
  const { tool } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <AgentTools
      customer={customer}
      opened={tool}
      onOpen={(next) => void navigate({ search: { tool: next }, resetScroll: false })}
    />
  );
}
