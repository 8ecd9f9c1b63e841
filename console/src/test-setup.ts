// What jsdom lacks and Mantine asks for.
class NothingObserved {
  observe() {}
  unobserve() {}
  disconnect() {}
}

window.ResizeObserver ??= NothingObserved;
window.matchMedia ??= (query) =>
  ({
    matches: false,
    media: query,
    addEventListener() {},
    removeEventListener() {},
  }) as unknown as MediaQueryList;
