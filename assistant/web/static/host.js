// Talks with the page that shows ours in a frame. The contract: docs/embedding.md.
// Only window.parent is listened to, and only at an origin that the settings allow to frame us.

const VERSION = 1;
const framed = window.parent !== window;

// An entry of frame-ancestors as the browser reads it: an origin, one with a leading "*." in
// its host, or 'self'. A scheme alone and a bare "*" name no origin: nobody is told anything.
function allows(entry, origin) {
  if (entry === "'self'") return origin === location.origin;
  if (!entry.includes("://*.")) return entry.replace(/\/$/, "") === origin;
  const [scheme, suffix] = entry.split("://*");
  return origin.startsWith(`${scheme}://`) && origin.endsWith(suffix);
}

function isAllowed(origin) {
  const entries = (document.body.dataset.framers || "").split(" ");
  return /^https?:\/\//.test(origin) && entries.some((entry) => allows(entry, origin));
}

function originOfParent() {
  if (location.ancestorOrigins?.length) return location.ancestorOrigins[0];
  return document.referrer ? new URL(document.referrer).origin : "";
}

// Where the browser does not tell who frames us, the host's first message does.
let host = framed && isAllowed(originOfParent()) ? originOfParent() : "";

function tell(type, values = {}) {
  if (host) window.parent.postMessage({ type: `precedent:${type}`, ...values }, host);
}

function ready() {
  tell("ready", {
    version: VERSION,
    signedIn: document.body.dataset.signedIn === "yes",
    record: document.body.dataset.record || "",
  });
  tellHeight();
}

let told = 0;
function tellHeight() {
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  if (host && height !== told) tell("height", { height: (told = height) });
}

function show({ source = "", record }) {
  if (typeof record !== "string" || typeof source !== "string" || !record) return;
  location.assign(`/sidebar?${new URLSearchParams(source ? { source, record } : { record })}`);
}

async function signIn({ token }) {
  if (typeof token !== "string" || !token) return;
  const answer = await fetch("/api/v1/session/exchange", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, cookie: true }),
  });
  if (!answer.ok) {
    tell("problem", { code: "sign-in", status: answer.status });
    return;
  }
  const next = document.querySelector("[data-next]")?.dataset.next;
  if (next) location.replace(next);
  else location.reload();
}

const HEARD = { "precedent:hello": ready, "precedent:show": show, "precedent:sign-in": signIn };

if (framed) {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !isAllowed(event.origin)) return;
    host = event.origin;
    const heard = Object.hasOwn(HEARD, event.data?.type) ? HEARD[event.data.type] : null;
    if (heard) heard(event.data);
  });
  document.addEventListener("precedent:copied", (event) => tell("copied", { text: event.detail }));
  new ResizeObserver(tellHeight).observe(document.body);
  ready();
}
