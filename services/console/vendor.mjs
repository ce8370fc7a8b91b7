// Bundle the libraries the pages use into static/vendor/, at the versions package-lock.json pins: `make vendor`.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const OUT = "static/vendor";
const FONTS = {
  "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  "jetbrains-mono-latin.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
};

const kept = readdirSync(OUT).filter((name) => name.endsWith(".d.ts"));
const declarations = kept.map((name) => [name, readFileSync(`${OUT}/${name}`)]);
rmSync(OUT, { recursive: true, force: true });
mkdirSync(`${OUT}/fonts`, { recursive: true });
for (const [name, text] of declarations) writeFileSync(`${OUT}/${name}`, text);

await build({
  entryPoints: readdirSync("vendor_entries").map((name) => `vendor_entries/${name}`),
  outdir: OUT,
  bundle: true,
  format: "esm",
  target: "es2022",
  legalComments: "inline",
  define: { "process.env.NODE_ENV": '"production"' },
});
copyFileSync("node_modules/uplot/dist/uPlot.min.css", `${OUT}/uplot.css`);
for (const [name, path] of Object.entries(FONTS)) copyFileSync(`node_modules/${path}`, `${OUT}/fonts/${name}`);

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const withTheirs = [...Object.keys(dependencies), "@preact/signals-core"].sort();
const licences = withTheirs.map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(`${folder}/${file}`, "utf8").trim() : license}\n`;
});
writeFileSync(`${OUT}/LICENSES.txt`, licences.join(`\n${"-".repeat(100)}\n\n`));
