/** A page of a list, as the API gives it. */
export interface PageOf<Item> {
  items: Item[];
  next?: string;
}

/** What `$api.useInfiniteQuery` needs to go from page to page. */
export const byCursor = {
  pageParamName: 'cursor',
  // Not undefined: the library would ask for the page `0`.
  initialPageParam: null as unknown as string,
  getNextPageParam: (last: { next?: string }) => last.next,
};

/** The items of all pages that were read. */
export function itemsOf<Item>(data: { pages: PageOf<Item>[] } | undefined): Item[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** Reads a list to its end, page by page. */
export async function everyPage<Item>(
  read: (cursor: string | undefined) => Promise<{ data?: PageOf<Item> }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const { data } = await read(cursor);
    items.push(...(data?.items ?? []));
    cursor = data?.next;
  } while (cursor !== undefined);
  return items;
}
