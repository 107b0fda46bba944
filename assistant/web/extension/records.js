// Which ticket a page of ServiceNow or Jira shows, read from its address alone.

const TABLES = "incident|problem|change_request|sc_req_item|sn_customerservice_case";
const SYS_ID = /^[0-9a-f]{32}$/;
const NUMBER = /^[A-Z]{2,8}[0-9]{4,12}$/;
const ISSUE = /^[A-Z][A-Z0-9_]{1,30}-[1-9][0-9]{0,9}$/;

// ServiceNow hides the inner page's address in the outer one, encoded once or twice.
function decoded(text) {
  let found = text;
  for (let depth = 0; depth < 3 && /%[0-9a-f]{2}/i.test(found); depth += 1) {
    try {
      found = decodeURIComponent(found);
    } catch {
      return found;
    }
  }
  return found;
}

function ofServiceNow(address) {
  const whole = decoded(address);
  // The last one is the innermost: a workspace opens records within records.
  const inPath = [...whole.matchAll(new RegExp(`/record/(?:${TABLES})/([0-9a-f]{32})`, "g"))].at(-1);
  if (inPath) return inPath[1];
  const form = new RegExp(`(?:^|[/=])(?:${TABLES})\\.do\\?([^#]*)`).exec(whole);
  if (!form) return "";
  const asked = new URLSearchParams(form[1]);
  const sysId = asked.get("sys_id") || "";
  if (SYS_ID.test(sysId)) return sysId;
  const number = /(?:^|\^)number=([^^&]+)/.exec(asked.get("sysparm_query") || "")?.[1] || "";
  return NUMBER.test(number) ? number : "";
}

function ofJira(url) {
  const parts = url.pathname.split("/");
  const named = [
    url.searchParams.get("selectedIssue"),
    parts[parts.indexOf("browse") + 1],
    // A queue of Jira Service Management, and an issue beside a list.
    parts.includes("queues") || parts.includes("issues") ? parts.at(-1) : "",
  ];
  return named.find((name) => name && ISSUE.test(name)) || "";
}

// The record that the page shows, as its source calls it; "" where it shows none.
export function recordOf(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return "";
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return "";
  return ofServiceNow(address) || ofJira(url);
}

// Where the service shows that record; its first page without one.
export function panelAddress(service, record, source) {
  if (!record) return `${service}/sidebar`;
  const asked = new URLSearchParams(source ? { source, record } : { record });
  return `${service}/sidebar?${asked}`;
}

// The origin of an address that somebody typed; "" unless it is https, or this machine.
export function serviceOf(typed) {
  let url;
  try {
    url = new URL(typed.trim());
  } catch {
    return "";
  }
  const here = ["localhost", "127.0.0.1"].includes(url.hostname);
  return url.protocol === "https:" || (here && url.protocol === "http:") ? url.origin : "";
}

// "acme.service-now.com = servicenow", one a line: which connection a site is.
export function sourcesOf(lines) {
  const pairs = lines.split("\n").map((line) => line.split("=").map((part) => part.trim()));
  return Object.fromEntries(pairs.filter(([site, source]) => site && source));
}
