/** An app that is connected by a key; what it calls is the demo's bookshop. */
export const shelf = (base: string) => `key: shelf
name: Shelf
description: Finds books.
homepage: https://shelf.example.com
categories: [books]
base_url: ${base}/demo
auth:
  - name: key
    title: API key
    help: Make one under Settings, API keys.
    method:
      api_key: {place: header, name: X-Api-Key}
actions:
  - key: list-books
    title: List books
    description: Lists the books of the shop.
    request: GET /books
    result: {type: object}
`;
