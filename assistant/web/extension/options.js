import { serviceOf } from "./records.js";
import { say } from "./words.js";

const form = document.querySelector("form");
const told = document.getElementById("told");

const kept = await chrome.storage.local.get(["service", "sources"]);
form.service.value = kept.service || "";
form.sources.value = kept.sources || "";

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const service = serviceOf(form.service.value);
  if (!service) {
    told.textContent = say("no_address");
    return;
  }
  await chrome.storage.local.set({ service, sources: form.sources.value });
  told.textContent = say("saved");
});
