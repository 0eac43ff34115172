// Looks at every page of a console in Chromium, at the sizes of a phone, a desk and a wall, and at what happens when the
// appliance is lost. Started by tests/browser.rs, which changes what the console shows when this asks for it.
//
// Talk: a line "do WORD" on standard output asks for a change, and a line on standard input says that it is made. Every wait is
// for something to happen, and bounded. The last line is "passed", or "failed: …" for each thing that is wrong.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { mkdirSync, readFileSync } from "node:fs";

const [base, folder] = process.argv.slice(2);
const require = createRequire(`${process.env.VIGIL_NODE_MODULES}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const longest = { timeout: 120_000 };
const failed = [];
process.on("exit", () => failed.length && console.error(failed.join("\n")));
mkdirSync(folder, { recursive: true });

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(word) {
  process.stdout.write(`do ${word}\n`);
  return (await lines.next()).value;
}
function check(isRight, what) {
  if (!isRight) failed.push(what);
}

const sizes = { phone: [390, 844], desk: [1366, 768], wall: [1920, 1080] };
const pages = {
  board: "/", urgency: "/?sort=urgency", bed: "/beds/401-1", alarms: "/alarms?hours=12", way: "/alarms/ward-4b:000001", lines: "/lines",
  messages: "/messages", commissioning: "/commissioning",
};

const browser = await chromium.launch({
  executablePath: process.env.VIGIL_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, colorScheme: "dark", locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(longest.timeout);
  // What the content security policy forbids is told here; a connection that breaks is told too, and is meant.
  page.on("console", (message) => {
    if (message.type() === "error" && !/net::ERR|Failed to load resource/.test(message.text())) failed.push(`${path}: ${message.text()}`);
  });
  page.on("pageerror", (error) => failed.push(`${path}: ${error}`));
  await page.goto(base + path);
  return page;
}

async function accessible(page, name) {
  const found = await page.evaluate(async (source) => {
    // By the debugger's way: the page's own policy stays as strict as it is.
    new Function(source)();
    return (await window.axe.run(document, { resultTypes: ["violations"] })).violations;
  }, axe).catch((error) => [{ id: `axe did not run: ${error}`, impact: "critical", nodes: [] }]);
  for (const { id, impact, nodes } of found) {
    if (impact === "serious" || impact === "critical") {
      failed.push(`${name}: axe ${id} (${impact}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
    }
  }
}

// Every page at every size ------------------------------------------------------------------------------------------------

for (const [size, [width, height]] of Object.entries(sizes)) {
  for (const [name, path] of Object.entries(pages)) {
    const page = await open(path, { viewport: { width, height }, bypassCSP: true });
    if (await page.locator("body[data-live]").count()) await page.locator('body[data-beat="b"]').waitFor({ state: "attached", ...longest });
    await page.screenshot({ path: `${folder}/${name}-${size}.png`, fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(over <= 0, `${name} at ${size}: ${over} pixels wider than the screen`);
    const cut = await page.locator(".tile .number").evaluateAll((all) => all.filter((number) =>
      number.getBoundingClientRect().right > number.closest(".value").getBoundingClientRect().right + 1).map((number) => number.textContent));
    check(cut.length === 0, `${name} at ${size}: ${cut} reach into what stands beside them`);
    check((await page.textContent("body")).includes("never the primary alarm"), `${name}: does not say what it is`);
    await accessible(page, `${name} at ${size}`);
    await page.context().close();
  }
}
{
  const page = await open("/", { colorScheme: "light", viewport: { width: 1366, height: 768 }, bypassCSP: true });
  await page.screenshot({ path: `${folder}/board-light.png`, fullPage: true });
  await accessible(page, "board, light");
  await page.goto(`${base}/beds/401-1`);
  await page.screenshot({ path: `${folder}/bed-light.png`, fullPage: true });
  await accessible(page, "bed, light");
  await page.context().close();
}

// Flashing, by IEC 60601-1-8 ----------------------------------------------------------------------------------------------

const board = await open("/");
const hertz = (priority, page) => page.locator(`.alarm.${priority}.sounding`).first().evaluate((element) => {
  const { animationName, animationDuration } = getComputedStyle(element);
  return animationName === "none" ? 0 : 1 / parseFloat(animationDuration);
});
const high = await hertz("high", board);
const medium = await hertz("medium", board);
check(high >= 1.4 && high <= 2.8, `high flashes at ${high} Hz`);
check(medium >= 0.4 && medium <= 0.8, `medium flashes at ${medium} Hz`);
check((await hertz("low", board)) === 0, "low flashes");
const still = await open("/", { reducedMotion: "reduce" });
check((await hertz("high", still)) === 0, "high flashes for who wants no motion");
await still.context().close();

// What is not current is never a number -----------------------------------------------------------------------------------

const value = (page, bed, label) => page.locator(`#bed-${bed} .value`, { has: page.locator("dt", { hasText: label }) }).first();
check(/97/.test(await value(board, "401-1", "SpO₂").innerText()), "a current value is not shown");
await ask("stale");
await board.locator("#bed-401-1 .value.stale").first().waitFor(longest);
const stale = await value(board, "401-1", "SpO₂").locator("dd").innerText();
check(!/\d/.test(stale), `a stale value is shown as ${stale}`);
check(/stale/i.test(stale), `a stale value does not say so: ${stale}`);
for (const text of await board.locator(".value.stale dd, .value.missing dd").allInnerTexts()) {
  check(!/\d/.test(text), `what is missing is shown as ${text}`);
}

// Order, keyboard, actions ------------------------------------------------------------------------------------------------

const urgency = await open("/?sort=urgency");
await ask("urgent");
await urgency.locator("#board > #bed-404-1:nth-child(2)").waitFor(longest);
await urgency.keyboard.press("Tab");
check((await urgency.evaluate(() => document.activeElement.className)) === "skip", "the keyboard does not begin with the way to the content");
await urgency.locator("#bed-404-1 h2 a").focus();
await urgency.keyboard.press("Enter");
await urgency.waitForURL("**/beds/404-1", longest);
await urgency.locator("[data-act$='/acknowledge']").first().click();
await urgency.fill("dialog [name=by]", "nurse 7");
await urgency.fill("dialog [name=why]", "at the bed");
await urgency.screenshot({ path: `${folder}/dialog.png` });
await urgency.click("dialog button[type=submit]");
await urgency.locator("dialog").waitFor({ state: "hidden", ...longest });
check((await ask("told")) === "nurse 7 (at the bed)", "the acknowledgement did not arrive");
await urgency.context().close();

// The appliance is lost ---------------------------------------------------------------------------------------------------

const numbers = (page) => page.locator("[data-number]").evaluateAll((all) =>
  all.filter((element) => /\d/.test(element.textContent) && getComputedStyle(element).visibility !== "hidden").length);
const isLost = async (page, what) => {
  const began = Date.now();
  await page.locator(".lost").waitFor({ state: "visible", ...longest });
  console.error(`${what}: the page said so after ${Date.now() - began} ms`);
  check((await numbers(page)) === 0, `${what}: numbers are shown as if they were current`);
};
check((await numbers(board)) > 0, "no number is shown although all is well");
const delay = await board.locator(".lost").evaluate((element) => getComputedStyle(element).animationDelay);
check(parseFloat(delay) < 5, `without a script the mark comes after ${delay}`);

await ask("silent");
await isLost(board, "an appliance that does not answer");
await board.screenshot({ path: `${folder}/lost.png` });
await ask("answering");
await board.locator(".lost").waitFor({ state: "hidden", ...longest });
await board.locator("[data-number]", { hasText: /\d/ }).first().waitFor(longest);

// A page whose script never came: the style sheet alone says so.
const plain = await open("/");
await plain.route("**/static/console.js", (route) => route.abort());
await plain.reload();
await isLost(plain, "a page whose script does not run");
const bare = await open("/");
await bare.route("**/api/v1/events*", (route) => route.abort());
await bare.reload();
await isLost(bare, "a page that hears nothing");
await ask("killed");
await isLost(board, "an appliance that was killed");

await browser.close();
for (const what of failed) process.stdout.write(`failed: ${what}\n`.replaceAll("\n", " ").trimEnd() + "\n");
process.stdout.write(failed.length ? "not passed\n" : "passed\n");
process.exit(0);
