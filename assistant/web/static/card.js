// Feedback without leaving the card. Without this file the forms go the long way round.

const words = document.getElementById("words").dataset;
const told = document.getElementById("told");

async function keep(form, verdict, reason) {
  const { subject, suggestion } = Object.fromEntries(new FormData(form));
  const answer = await fetch("/api/v1/feedback", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ subject, suggestion, verdict, reason }),
  });
  return answer.ok;
}

function say(form, kept, sentence) {
  const noted = form.querySelector(".noted");
  noted.hidden = false;
  noted.textContent = sentence;
  told.className = "unseen";
  told.textContent = kept ? `${words.thanks} ${sentence}` : sentence;
}

for (const form of document.querySelectorAll("form[data-feedback]")) {
  const reason = form.querySelector("textarea[name=reason]");
  const send = form.querySelector(".send-reason");
  let given = "";

  form.addEventListener("submit", async (event) => {
    const verdict = event.submitter?.value;
    // A rejected hypothesis changes the card, so that it is loaded anew.
    if (!verdict || (form.dataset.feedback === "reload" && verdict === "rejected")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const kept = await keep(form, verdict, reason.value).catch(() => false);
    if (!kept) {
      say(form, kept, words.notNoted);
      return;
    }
    given = verdict;
    for (const button of form.querySelectorAll("button[name=verdict]")) {
      button.setAttribute("aria-pressed", String(button.value === verdict));
    }
    send.hidden = Boolean(reason.value);
    say(form, kept, words[verdict]);
  }, { capture: true });

  send.addEventListener("click", async () => {
    if (!reason.value.trim()) {
      reason.focus();
      return;
    }
    const kept = await keep(form, given, reason.value).catch(() => false);
    say(form, kept, kept ? words.reasonNoted : words.notNoted);
    if (kept) {
      send.hidden = true;
      form.querySelector("details").open = false;
      form.querySelector("summary").focus();
    }
  });
}
