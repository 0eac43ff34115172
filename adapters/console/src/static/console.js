// The console's script: takes parts of the page from the appliance and puts them in place, keeps the beat, and puts times into
// the time zone of whoever looks. It makes no markup of its own and decides nothing.
"use strict";

const body = document.body;
const beatWithin = 4000; // ms: a beat comes every second; the style sheet says the same after 4.5 s without any script
let heard = performance.now();

// Times --------------------------------------------------------------------------------------------------------------------

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

function local(element) {
  for (const text of element.querySelectorAll("text[data-time]")) {
    text.textContent = hour.format(new Date(text.dataset.time));
  }
  for (const time of element.querySelectorAll("time[datetime]")) {
    const text = (time.classList.contains("full") ? day : clock).format(new Date(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

// Parts --------------------------------------------------------------------------------------------------------------------

// Makes `old` what `now` is and keeps every element that can stay, so that focus, selection and flashing go on.
function become(old, now) {
  if (old.nodeType !== now.nodeType || old.nodeName !== now.nodeName) {
    old.replaceWith(now);
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== now.data) old.data = now.data;
    return;
  }
  if (old.hasAttribute("data-age") && now.hasAttribute("data-age")) return; // comes with the beats
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const before = [...old.childNodes];
  const after = [...now.childNodes];
  after.forEach((child, index) => (index < before.length ? become(before[index], child) : old.append(child)));
  before.slice(after.length).forEach((child) => child.remove());
}

function put({ id, html }) {
  const made = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  if (!made) return;
  local(made);
  const old = document.getElementById(id);
  if (old) become(old, made);
  else document.querySelector("[data-list]")?.append(made);
}

function arrange(order) {
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const focused = document.activeElement;
  const wanted = new Set(order);
  for (const element of [...list.children]) if (!wanted.has(element.id)) element.remove();
  order.forEach((id, index) => {
    const element = document.getElementById(id);
    if (element && list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  if (focused && focused !== document.activeElement && list.contains(focused)) focused.focus({ preventScroll: true });
}

// All that flashes does so together, whenever it began.
function together() {
  for (const animation of document.getAnimations()) {
    if (animation.animationName?.startsWith("flash-") && animation.startTime) animation.startTime = 0;
  }
}

// Beat ---------------------------------------------------------------------------------------------------------------------

function beat({ at, ages }) {
  heard = performance.now();
  body.dataset.beat = body.dataset.beat === "a" ? "b" : "a";
  const text = clock.format(new Date(at));
  for (const element of document.querySelectorAll("[data-clock], [data-heard]")) element.textContent = text;
  for (const [id, texts] of Object.entries(ages ?? {})) {
    const places = document.getElementById(id)?.querySelectorAll("[data-age]") ?? [];
    if (places.length !== texts.length) continue; // the part is about to change
    places.forEach((place, index) => {
      if (place.textContent !== texts[index]) place.textContent = texts[index];
    });
  }
}

let stream = null;
let asked = 0; // when the stream was opened

// A stream that has been silent for too long is given up: another one begins with every part of the page.
function lost() {
  const now = performance.now();
  if (now - asked > beatWithin) listen();
  if (body.dataset.beat === "lost") return;
  body.dataset.beat = "lost";
  for (const element of document.querySelectorAll("[data-number]")) element.textContent = "– –";
  for (const element of document.querySelectorAll("[data-age]")) element.textContent = "";
}

function listen() {
  stream?.close();
  asked = performance.now();
  const events = new EventSource(`/api/v1/events?${body.dataset.live}`);
  stream = events;
  events.addEventListener("parts", (event) => {
    const { parts, order } = JSON.parse(event.data);
    parts.forEach(put);
    if (order) arrange(order);
    together();
  });
  events.addEventListener("beat", (event) => beat(JSON.parse(event.data)));
}

// Theme --------------------------------------------------------------------------------------------------------------------

function theme() {
  const root = document.documentElement;
  try {
    const kept = localStorage.getItem("theme");
    if (kept) root.dataset.theme = kept;
  } catch { /* a browser that keeps nothing shows what its system prefers */ }
  const button = document.querySelector("[data-theme-switch]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const isLight = root.dataset.theme ? root.dataset.theme === "light" : matchMedia("(prefers-color-scheme: light)").matches;
    root.dataset.theme = isLight ? "dark" : "light";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* as above */ }
  });
}

// Actions ------------------------------------------------------------------------------------------------------------------

const dialog = document.getElementById("act");

function ask(button) {
  const asks = new Set(button.dataset.asks.split(" "));
  dialog.querySelector("h2").textContent = button.dataset.title;
  dialog.querySelector(".problem").textContent = "";
  for (const label of dialog.querySelectorAll("[data-ask]")) {
    const name = label.dataset.ask;
    label.hidden = !(asks.has(name) || asks.has(`${name}-required`));
    const field = label.querySelector("input, select");
    field.required = asks.has(`${name}-required`) || (["value", "patient", "second"].includes(name) && asks.has(name));
    if (field.nodeName === "INPUT") field.value = "";
  }
  const by = dialog.querySelector("[name=by]");
  if (by) by.value ||= sessionStorage.getItem("by") ?? "";
  dialog.dataset.path = button.dataset.act;
  dialog.dataset.fixed = button.dataset.fixed;
  dialog.showModal();
}

async function act() {
  const said = JSON.parse(dialog.dataset.fixed);
  for (const field of dialog.querySelectorAll("input, select")) {
    if (field.closest("[hidden]") || field.value.trim() === "") continue;
    said[field.name] = field.name === "seconds" ? Number(field.value) : field.value.trim();
  }
  if (said.by) sessionStorage.setItem("by", said.by);
  const problem = dialog.querySelector(".problem");
  try {
    const reply = await fetch(dialog.dataset.path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...security() },
      body: JSON.stringify(said),
    });
    if (reply.ok) dialog.close();
    else problem.textContent = (await reply.json().catch(() => ({}))).detail ?? `The appliance refused (${reply.status}).`;
  } catch {
    problem.textContent = "The appliance was not reached. Nothing was done.";
  }
}

// Forms whose answer is a part of the page.
for (const form of document.querySelectorAll("form[data-post]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    const place = document.getElementById(form.dataset.into);
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    place.textContent = "…";
    try {
      const reply = await fetch(form.dataset.post, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...security() },
        body: JSON.stringify(said),
      });
      if (reply.ok) put({ id: form.dataset.into, html: await reply.text() });
      else place.textContent = (await reply.json().catch(() => ({}))).detail ?? `The appliance refused (${reply.status}).`;
    } catch {
      place.textContent = "The appliance was not reached.";
    }
    button.disabled = false;
  });
}

// What a signed-in page shows that it is one, if it carries a token for that.
function security() {
  const token = document.querySelector('meta[name="csrf-token"]')?.content
    ?? document.cookie.match(/(?:^|; )vigil-csrf=([0-9a-f]+)/)?.[1];
  return token ? { "X-CSRF-Token": token } : {};
}

if (dialog) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) ask(button);
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

// Parts that are asked for anew now and then.
for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden) return;
    const reply = await fetch(part.dataset.refresh).catch(() => null);
    if (reply?.ok) put({ id: part.id, html: await reply.text() });
  }, 30_000);
}

theme();
local(document);
together();
if (body.dataset.live) {
  listen();
  setInterval(() => { if (performance.now() - heard > beatWithin) lost(); }, 250);
}
