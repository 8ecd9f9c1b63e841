import { createFileRoute } from '@tanstack/react-router';
import { Chats } from '#ui/customers/chats';

export const Route = createFileRoute('/_console/customers/$customer/chats')({ component: CustomerChats });

function CustomerChats() {
  const { customer } = Route.useParams();
  return <Chats customer={customer} />;
}
