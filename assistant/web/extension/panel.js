import { panelAddress, recordOf, sourcesOf } from "./records.js";
import { say } from "./words.js";

const frame = document.getElementById("frame");
const told = document.getElementById("told");

async function show() {
  const { service = "", sources = "" } = await chrome.storage.local.get(["service", "sources"]);
  const { page = "" } = await chrome.storage.session.get("page");
  document.getElementById("links").hidden = false;
  if (!service) {
    told.hidden = false;
    told.textContent = say("no_service");
    document.getElementById("tab").hidden = true;
    return;
  }
  const record = recordOf(page);
  const site = page ? new URL(page).hostname : "";
  const address = panelAddress(service, record, sourcesOf(sources)[site]);
  told.hidden = Boolean(record);
  told.textContent = say("no_ticket");
  document.getElementById("tab").href = address;
  frame.hidden = false;
  if (frame.src !== address) frame.src = address;
}

document.getElementById("options").addEventListener("click", () => chrome.runtime.openOptionsPage());
chrome.storage.onChanged.addListener(show);
show();
