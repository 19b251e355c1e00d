// Keeps the part of the page marked data-live as the server has it, while the page is looked at.
// Without JavaScript the page is the same, until it is loaded again.

const EVERY_MS = 3000;

const region = document.querySelector("[data-live]");
const stale = document.querySelector("[data-stale]");
let etag = null;
let seenAt = new Date();
let asking = false;
let pressing = false;

function clock(instant) {
  return instant.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function written() {
  // What somebody has opened, chosen or typed, by id.
  const open = [...region.querySelectorAll("details[open][id]")].map((each) => each.id);
  const fields = [...region.querySelectorAll("input[id], textarea[id], select[id]")].map((each) => [each.id, each.value]);
  return { open, fields };
}

function swap(html) {
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  const { open, fields } = written();
  region.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of fields) {
    const field = document.getElementById(id);
    if (field && (!field.options || [...field.options].some((option) => option.value === value))) field.value = value;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function isWriting() {
  return region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
}

async function ask() {
  const headers = { "X-Live": "1", ...(etag && { "If-None-Match": etag }) };
  const answer = await fetch(location.href, { headers, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    location.reload(); // logged out meanwhile: the server says where to go
    return;
  }
  if (answer.status !== 304) {
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const html = await answer.text();
    if (pressing || isWriting()) return; // neither a button under a thumb nor a field in use may move away
    etag = answer.headers.get("ETag");
    swap(html);
  }
  seenAt = new Date();
  stale.hidden = true;
}

async function refresh() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    await ask();
  } catch {
    stale.textContent = `No connection since ${clock(seenAt)}. What you see may be old.`;
    stale.hidden = false;
  } finally {
    asking = false;
  }
}

if (region) {
  document.addEventListener("pointerdown", () => { pressing = true; });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { pressing = false; });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EVERY_MS);
}
