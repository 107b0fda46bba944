// A draft in the making tells of its steps. Without this file the page comes when it is done.

async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    // A line's two last characters may come one by one.
    text = (text + value).replaceAll("\r\n", "\n");
    const whole = text.split("\n\n");
    text = whole.pop();
    for (const event of whole) {
      const lines = event.split("\n").map((line) => line.split(/: ?(.*)/s, 2));
      const of = (name) => lines.filter(([field]) => field === name).map(([, told]) => told).join("\n");
      if (of("event")) yield { name: of("event"), data: JSON.parse(of("data")) };
    }
  }
}

function show(making, { stage, count }) {
  const steps = [...making.querySelectorAll("[data-stage]")];
  const at = steps.findIndex((step) => step.dataset.stage === stage);
  for (const [place, step] of steps.entries()) {
    if (place === at) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
    step.classList.toggle("over", place < at && step.dataset.count !== undefined);
  }
  const now = steps[at];
  if (!now) return;
  now.dataset.count = count;
  making.querySelector("[role=status]").textContent = now.textContent;
}

function fail(form, words) {
  const failed = form.querySelector(".failed");
  form.querySelector("progress").hidden = true;
  failed.hidden = false;
  failed.textContent = words;
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

async function make(form) {
  const { etag, form_token: _token, ...wanted } = Object.fromEntries(new FormData(form));
  const making = form.querySelector(".making");
  making.hidden = false;
  form.querySelector(".failed").hidden = true;
  form.querySelector("progress").hidden = false;
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  const headers = { "Content-Type": "application/json", ...(etag && { "If-Match": `"${etag}"` }) };
  const answer = await fetch(form.dataset.stream, { method: "POST", headers, body: JSON.stringify(wanted) });
  if (!answer.ok) return fail(form, (await answer.json()).detail);
  for await (const { name, data } of events(answer)) {
    if (name === "progress") show(making, data);
    else if (name === "problem") return fail(form, data.detail);
    else if (name === "draft") {
      const place = form.closest("section[id]");
      if (!place) return location.assign(`/drafts/${data.id}`);
      history.replaceState(null, "", `#${place.id}`);
      return location.reload();
    }
  }
  fail(form, making.dataset.cut);
}

for (const form of document.querySelectorAll("form[data-stream]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    make(form).catch(() => fail(form, form.querySelector(".making").dataset.cut));
  }, { capture: true });
}
