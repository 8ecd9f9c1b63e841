(() => {
  const data = document.getElementById("done").dataset;
  history.replaceState(null, "", "/connect/callback");
  if (data.origin && window.opener) {
    const message = { source: "gatewright", status: "connected", app: data.app, connection: data.connection };
    window.opener.postMessage(message, data.origin);
    window.close();
  }
})();
