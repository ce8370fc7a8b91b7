/** The frame around every page: who, where, and the keys. */
import { html, useEffect, useState } from "../vendor/view.js";
import { Dialog } from "../parts/dialog.js";
import { Keys } from "../parts/small.js";
import { shortcuts, useShortcuts } from "./keys.js";
import { Notices } from "./notices.js";
import { PLACES } from "./places.js";
import { address, go, route } from "./router.js";
import { key, signOut } from "./session.js";
import { SignIn } from "./sign_in.js";
import { theme, toggleTheme } from "./theme.js";

const HOME = "leads";

export function Shell() {
  if (key.value === null) return html`<${SignIn} /><${Notices} />`;
  return html`<${Inside} />`;
}

function Inside() {
  const [listed, setListed] = useState(false);
  useShortcuts(
    [
      { keys: "?", does: "List the keys", run: () => setListed(true) },
      { keys: "t", does: "Dark or light", run: toggleTheme },
      ...PLACES.map(({ name, title, key }) => ({ keys: `g ${key}`, does: `Go to ${title}`, run: () => go(address([name])) })),
    ],
    [],
  );
  const [name = HOME, ...path] = route.value.path;
  const place = PLACES.find((each) => each.name === name);
  useEffect(() => {
    document.title = `${place?.title ?? "Not found"} · Leadledger`;
  }, [place]);
  const Page = place?.page(path) ?? NotFound;
  return html`<a class="skip" href="#main" onClick=${toMain}>Skip to the page</a>
    <nav class="places" aria-label="Places">
      <a class="brand" href="#/"><img src="mark.svg" alt="" width="22" height="22" />Leadledger</a>
      <ul>
        ${PLACES.map(
          (each) => html`<li key=${each.name}>
            <a href=${address([each.name])} aria-current=${each === place ? "page" : null} title=${`g then ${each.key}`}>${each.title}</a>
          </li>`,
        )}
      </ul>
      <footer>
        <button type="button" onClick=${() => setListed(true)}>Keys <kbd>?</kbd></button>
        <button type="button" onClick=${toggleTheme}>${theme.value === "dark" ? "Light" : "Dark"} theme</button>
        <button type="button" onClick=${signOut}>Sign out</button>
      </footer>
    </nav>
    <main id="main" tabindex="-1"><${Page} key=${[name, ...path].join("/")} path=${path} /></main>
    <${Notices} />
    ${listed && html`<${KeyList} onClose=${() => setListed(false)} />`}`;
}

/** @param {Event} event the address must stay the page's */
function toMain(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** @param {{ onClose: () => void }} props */
function KeyList({ onClose }) {
  const seen = new Map(shortcuts.value.map((each) => [each.keys, each]));
  return html`<${Dialog} title="Keys" onClose=${onClose}>
    <dl class="key-list">
      ${[...seen.values()].map((each) => html`<div key=${each.keys}><dt><${Keys} keys=${each.keys} /></dt><dd>${each.does}</dd></div>`)}
    </dl>
  <//>`;
}

function NotFound() {
  return html`<section class="empty"><h2>There is no such page</h2><p><a href="#/leads">Go to the leads</a></p></section>`;
}
