/** Dark unless the user chose the light theme. */
import { effect, signal } from "../vendor/view.js";

const NAME = "leadledger.theme";

export const theme = signal(localStorage.getItem(NAME) === "light" ? "light" : "dark");

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  localStorage.setItem(NAME, theme.value);
});

export function toggleTheme() {
  theme.value = theme.value === "dark" ? "light" : "dark";
}
