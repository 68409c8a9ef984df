// What textual-serve's terminal leaves out: it says what happens, and lets the browser have its keys.
"use strict";

const DRAWN = 1000; // bytes: a first picture has more, what asks the terminal for its powers less
const QUIET = 10_000; // ms without a word before the picture is called old; the clock ticks each s
const words = document.getElementById("words");
const again = document.getElementById("again");

function say(state, text) {
  document.body.dataset.state = state;
  words.textContent = text;
  if (state === "ended") again.focus();
}

function focusTerminal() {
  if (document.body.dataset.state !== "ended") document.querySelector("#terminal textarea")?.focus();
}

// textual.js opens one of these and shows what comes; how it went is seen here.
window.WebSocket = class extends WebSocket {
  #taken = 0;
  #heard = performance.now();

  constructor(...address) {
    super(...address);
    say("starting", "Starting the dashboard...");
    const asking = setInterval(() => this.#ask(), QUIET / 4);
    this.addEventListener("message", (event) => this.#hear(event));
    this.addEventListener("close", (event) => {
      clearInterval(asking);
      say("ended", event.reason || "No connection to wsdash serve.");
    });
  }

  send(data) {
    if (this.readyState === WebSocket.OPEN) super.send(data); // keys of too early are no error
  }

  #hear(event) {
    this.#heard = performance.now();
    if (typeof event.data === "string") event.stopImmediatePropagation(); // an answer to #ask
    else this.#taken += event.data.byteLength;
    if (this.#taken <= DRAWN || document.body.dataset.state === "shown") return;
    document.body.classList.add("drawn");
    say("shown", "");
  }

  #ask() {
    const quiet = performance.now() - this.#heard;
    this.send('["ping",""]');
    if (quiet > QUIET && this.#taken > DRAWN) {
      say("old", `Nothing heard for ${Math.round(quiet / 1000)} s: this picture is old.`);
    }
  }
};

// In a page of a network without encryption scripts are given no clipboard; `y` still copies.
if (!navigator.clipboard) {
  const writeText = async (text) => {
    const fill = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("copy", fill, { capture: true, once: true });
    document.execCommand("copy");
    window.removeEventListener("copy", fill, { capture: true });
  };
  Object.defineProperty(navigator, "clipboard", { value: { writeText, readText: async () => "" } });
}

// Returns whether the terminal had something selected, which is then in the clipboard.
function copied() {
  let taken = false;
  const look = (event) => (taken = event.defaultPrevented);
  window.addEventListener("copy", look, { once: true });
  document.execCommand("copy");
  window.removeEventListener("copy", look);
  return taken;
}

// Before the terminal takes them: Ctrl+C with a selection copies, and ends nothing.
function keepFromTerminal(event) {
  if (event.key === "F11" || event.key === "F12") return event.stopImmediatePropagation();
  if (!event.ctrlKey || event.shiftKey || event.altKey || event.metaKey) return;
  if (event.key === "v") event.stopImmediatePropagation();
  if (event.key === "c" && copied()) {
    event.stopImmediatePropagation();
    event.preventDefault();
  }
}

const start = window.onload; // textual.js begins there
window.onload = async (event) => {
  const faces = ["16px", "bold 16px", "italic 16px"].map((face) => `${face} "Roboto Mono"`);
  // The size of a character is measured once: by then the font has to be there.
  await Promise.allSettled(faces.map((face) => document.fonts.load(face)));
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  document.getElementById("terminal").dataset.sessionWebsocketUrl = `${scheme}://${location.host}/ws`;
  try {
    start(event);
  } catch (error) {
    say("ended", `This browser cannot show the dashboard: ${error.message}`);
  }
  focusTerminal();
};
window.addEventListener("keydown", keepFromTerminal, true);
window.addEventListener("click", focusTerminal);
again.addEventListener("click", () => location.reload());
