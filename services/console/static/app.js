import { html, render } from "./vendor/view.js";
import { Shell } from "./shell/shell.js";

render(html`<${Shell} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
