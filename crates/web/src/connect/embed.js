// Gatewright's connect snippet: docs/connect.md. No dependencies.
(() => {
  "use strict";
  const pollMs = 1500;
  const waiting = new Map();
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  // How far a link is. A page may not read another origin's answers but by a script that it runs; this one is of the origin that
  // this very file is of.
  const ask = (link) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      waiting.set(link.pathname, resolve);
      script.src = `${link.origin}${link.pathname}/status.js?${Date.now()}`;
      script.onerror = () => reject(new Error("Gatewright does not answer"));
      script.onload = () => script.remove();
      document.head.append(script);
    });

  const popupOf = () => {
    const [width, height] = [480, 720];
    const left = Math.max(0, window.screenX + (window.outerWidth - width) / 2);
    const top = Math.max(0, window.screenY + (window.outerHeight - height) / 2);
    return window.open("about:blank", "_blank", `popup,width=${width},height=${height},left=${left},top=${top}`);
  };

  /**
   * Has a customer connect an app on the page of a connect link. Call it in the handler of a click, or the browser blocks the popup.
   *
   * @param {string} url the link's url, from your own server
   * @param {{mode?: "popup" | "redirect"}} [options] a popup (the default), or this very page: then the link's return_url leads back
   * @returns {Promise<{status: "connected" | "failed" | "closed", app?: string, connection?: string, reason?: string}>}
   */
  const connect = async (url, { mode = "popup" } = {}) => {
    const link = new URL(url);
    if (link.protocol !== "https:" && link.protocol !== "http:") throw new TypeError("a connect link is an https URL");
    if (mode === "redirect") {
      window.location.assign(link.href);
      return new Promise(() => {});
    }
    if (mode !== "popup") throw new TypeError("the mode is popup or redirect");
    const popup = popupOf();
    if (!popup) throw new Error("the browser has blocked the popup: call connect in the handler of a click");
    let told = null;
    const listen = (event) => {
      if (event.origin !== link.origin || event.source !== popup) return;
      if (event.data?.source !== "gatewright" || event.data.status !== "connected") return;
      told = { status: "connected", app: event.data.app, connection: event.data.connection };
    };
    window.addEventListener("message", listen);
    popup.location.href = link.href;
    try {
      while (!told && !popup.closed) await sleep(100);
      // A provider's page may cut the popup off from this one (Cross-Origin-Opener-Policy): it looks closed, and tells nothing.
      // Whether the customer is still there, the link knows.
      while (!told) {
        const now = await ask(link);
        if (now.status === "connected") return now;
        if (!now.waiting) {
          await sleep(pollMs);
          return told ?? { status: now.status === "failed" ? "failed" : "closed", reason: now.reason };
        }
        await sleep(pollMs);
      }
      return told;
    } finally {
      window.removeEventListener("message", listen);
    }
  };

  const answer = (path, now) => {
    waiting.get(path)?.(now);
    waiting.delete(path);
  };
  window.Gatewright = Object.freeze({ ...window.Gatewright, connect, answer });
})();
