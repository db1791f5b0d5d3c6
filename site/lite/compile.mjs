// Compile Python that every page imports, by the very Python that will run it: a page that had to compile IPython anew
// each time would start seconds later.
//
//     node compile.mjs PYODIDE FOLDER MODULE…
//
// PYODIDE runs it; the .whl and .zip files in FOLDER get the bytecode of what importing the MODULEs loads, no more.

import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [core, folder] = process.argv.slice(2, 4).map((path) => resolve(path));
const modules = process.argv.slice(4);
const { loadPyodide } = await import(pathToFileURL(join(core, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: core + "/" });
const quiet = { messageCallback: () => {} };
await python.loadPackage(Object.keys(JSON.parse(readFileSync(join(core, "pyodide-lock.json"))).packages), quiet);
python.globals.set("modules", python.toPy(modules));
python.runPython(`
import importlib, importlib.util, io, sys, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

STAMP = (1980, 1, 1, 0, 0, 0)

for name in modules:
    importlib.import_module(name)
# Their files, from below site-packages or the archive of the standard library.
files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
loaded = {file.partition("/site-packages/")[2] or file.partition(".zip/")[2] for file in files} - {""}

def compiled(data, in_archive):
    """The zip with more: a .pyc beside its .py when Python imports from the archive itself, else in __pycache__."""
    source = zipfile.ZipFile(io.BytesIO(data.to_bytes()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            text, name = source.read(info), info.filename
            target.writestr(zipfile.ZipInfo(name, STAMP), text, zipfile.ZIP_DEFLATED)
            if name.endswith(".py") and (name in loaded or name.startswith("gradlab/")):
                code = compile(text, name, "exec", dont_inherit=True)
                # Unchecked: files in a page are as they were built.
                bytecode = bytes(_code_to_hash_pyc(code, importlib.util.source_hash(text), checked=False))
                place = name + "c" if in_archive else importlib.util.cache_from_source(name)
                target.writestr(zipfile.ZipInfo(place, STAMP), bytecode, zipfile.ZIP_DEFLATED)
    return out.getvalue()
`);
const compiled = python.globals.get("compiled");
for (const name of readdirSync(folder)) {
  if (!/\.(whl|zip)$/.test(name)) continue;
  const file = join(folder, name);
  const result = compiled(new Uint8Array(readFileSync(file)), name.endsWith(".zip"));
  writeFileSync(file + ".part", result.toJs());
  renameSync(file + ".part", file);
}
