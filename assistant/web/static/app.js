// Everything works without this file; it only adds comfort.

// What is said here comes with the page, in its language.
const words = document.getElementById("words").dataset;

// In a frame the clipboard may be forbidden; a selection is copied there all the same.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

// Copy buttons are hidden until they can do something.
for (const button of document.querySelectorAll("button.copy")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copied(button.dataset.copy);
    if (done) document.dispatchEvent(new CustomEvent("precedent:copied", { detail: button.dataset.copy }));
    button.textContent = done ? words.copied : words.notCopied;
    button.focus();
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form:not([method=dialog])")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) {
      setTimeout(() => { button.disabled = true; }, 0);
    }
  });
}

// Moments in the reader's zone; UTC stays beside them. In the language of the page, as the
// reader's region writes it.
const { lang } = document.documentElement;
const region = navigator.languages.find((each) => each.split("-")[0] === lang) ?? lang;
const inWords = new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[data-shown]")) {
  const local = inWords.format(new Date(time.dateTime));
  if (time.dataset.shown === "at") time.textContent = local;
  else time.title = `${local} (${time.title})`;
}

// A citation opens its passage in place; the link leads to the record all the same.
const passage = document.getElementById("passage");
let asked = 0;

async function showPassage(link) {
  const number = (asked += 1);
  const title = passage.querySelector("h2");
  const text = passage.querySelector(".source");
  title.textContent = words.passage;
  text.textContent = "";
  text.classList.add("loading");
  text.setAttribute("aria-busy", "true");
  passage.querySelector("a").href = link.href;
  passage.showModal();
  let found = null;
  try {
    const answer = await fetch(link.href);
    if (answer.ok) found = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    // The page of the record says what is wrong better than this one could.
  }
  const source = found?.querySelector("article.source");
  if (number !== asked || !passage.open) return;
  if (!source) {
    location.assign(link.href);
    return;
  }
  title.textContent = found.querySelector("h1").textContent;
  text.replaceChildren(...source.childNodes);
  text.classList.remove("loading");
  text.removeAttribute("aria-busy");
  text.querySelector("mark")?.scrollIntoView({ block: "center", behavior: "instant" });
  text.focus({ preventScroll: true });
}

if (passage) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="/records/"][href$="#cited"]');
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || passage.contains(link)) return;
    event.preventDefault();
    showPassage(link);
  });
}

// Single keys. Who steers by voice can switch them off (WCAG 2.1.4); storage may be forbidden.
const keys = document.getElementById("keys");
const remembered = {
  get on() { try { return localStorage.getItem("single-keys") !== "off"; } catch { return true; } },
  set on(value) { try { localStorage.setItem("single-keys", value ? "on" : "off"); } catch { /* until the page is left */ } },
};
let single = remembered.on;

function items() {
  return [...document.querySelectorAll("[data-item]")].filter((item) => item.checkVisibility());
}

function current() {
  return document.activeElement?.closest("[data-item]") || document.querySelector("[data-item].current");
}

function move(step) {
  const all = items();
  const at = all.indexOf(current());
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  if (!next) return;
  for (const item of all) item.classList.toggle("current", item === next);
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(selector) {
  const found = [...(current()?.querySelectorAll(selector) ?? [])].find((one) => one.checkVisibility());
  found?.click();
}

function paste() {
  const box = document.querySelector(".paste textarea");
  if (box) box.focus();
  else location.assign("/");
}

const PRESSED = {
  j: () => move(1),
  k: () => move(-1),
  o: () => press("a[href]"),
  c: () => press("button.copy"),
  u: () => press("button[value=accepted]"),
  n: () => press("button[value=rejected]"),
  "/": paste,
};

if (keys) {
  const open = document.getElementById("open-keys");
  const on = document.getElementById("keys-on");
  open.hidden = false;
  open.addEventListener("click", () => keys.showModal());
  on.checked = single;
  on.addEventListener("change", () => { single = remembered.on = on.checked; });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
    if (event.key === "?" && single) keys.showModal();
    else if (single && Object.hasOwn(PRESSED, event.key)) PRESSED[event.key]();
    else return;
    event.preventDefault();
  });
}
