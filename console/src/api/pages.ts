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

/** Of an API's page at most. */
export const PAGE_MAX = 200;

/** Reads a list page by page: to its end, or so many pages where what is beyond them can be done without. */
export async function everyPage<Item>(
  read: (cursor: string | undefined) => Promise<{ data?: PageOf<Item> }>,
  pagesMax = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const { data } = await read(cursor);
    items.push(...(data?.items ?? []));
    cursor = data?.next;
    if (cursor === undefined) break;
  }
  return items;
}
