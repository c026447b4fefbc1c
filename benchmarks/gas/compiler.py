"""The peers' contracts, compiled by the ledger's compiler with the ledger's own settings.

What they publish as bytecode depends on settings that nobody would choose for them; the
comparison gives them the best that this compiler can do.
"""

import hashlib
import json
import posixpath
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import solcx

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = "benchmarks/node_modules/"
_CACHE = ROOT / "build" / "benchmarks"
_IMPORT = re.compile(r"""^\s*(?:import|\}\s*from)\b[^"';]*["']([^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A contract that can be deployed."""

    name: str
    bytecode: bytes


def compile_contract(source: str, name: str) -> Compiled:
    """Compile one contract of a source file, given by its path from the project's root."""
    settings = _settings()
    request = {
        "language": "Solidity",
        "sources": _sources(source),
        "settings": {
            "evmVersion": settings["evm_version"],
            "viaIR": settings["via_ir"],
            "optimizer": {"enabled": settings["optimizer"], "runs": settings["optimizer_runs"]},
            "metadata": {"appendCBOR": settings["cbor_metadata"]},
            "remappings": [f"{name}={PACKAGES}{name}" for name in ("@openzeppelin/", "solady/")],
            "outputSelection": {source: {name: ["evm.bytecode.object"]}},
        },
    }
    answer = _answer(request)
    bytecode = answer["contracts"][source][name]["evm"]["bytecode"]["object"]
    return Compiled(name, bytes.fromhex(bytecode))


def shipped(package: str, artifact: str) -> Compiled:
    """Return a contract as its npm package ships it, compiled."""
    path = ROOT / PACKAGES / package / artifact
    found = json.loads(path.read_text(encoding="utf-8"))
    return Compiled(found["contractName"], bytes.fromhex(found["bytecode"][2:]))


def our_settings() -> str:
    """Return in words how contracts are compiled here."""
    settings = _settings()
    version = json.loads((ROOT / "node_modules" / "solc" / "package.json").read_text("utf-8"))
    pipeline = "via IR" if settings["via_ir"] else "without IR"
    runs, evm = settings["optimizer_runs"], settings["evm_version"]
    return f"solc {version['version']}, {pipeline}, {runs} runs, EVM {evm}"


def compiler_of(contract: Compiled) -> str | None:
    """Return the compiler's version that stands at the end of a bytecode, if it tells one."""
    _, found, told = contract.bytecode.rpartition(b"dsolcC")
    return ".".join(str(part) for part in told[:3]) if found else None


def package_version(package: str) -> str:
    """Return the installed version of an npm package."""
    manifest = ROOT / PACKAGES / package / "package.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def _settings() -> dict[str, Any]:
    profile = tomllib.loads((ROOT / "foundry.toml").read_text(encoding="utf-8"))["profile"]
    return dict(profile["default"])


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return what the compiler says, or said before to the same request."""
    text = json.dumps(request, sort_keys=True)
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    cached = _CACHE / f"{hashlib.sha256((lock + text).encode()).hexdigest()}.json"
    if not cached.exists():
        answer = solcx.compile_standard(request, solc_binary=ROOT / "scripts" / "solc")
        _CACHE.mkdir(parents=True, exist_ok=True)
        cached.write_text(json.dumps(answer), encoding="utf-8")
    return dict(json.loads(cached.read_text(encoding="utf-8")))


def _sources(first: str) -> dict[str, dict[str, str]]:
    """Return a file and all that it imports: the compiler of npm opens no files."""
    sources: dict[str, dict[str, str]] = {}
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        content = (ROOT / name).read_text(encoding="utf-8")
        sources[name] = {"content": content}
        waiting += [_resolved(imported, name) for imported in _IMPORT.findall(content)]
    return dict(sorted(sources.items()))


def _resolved(imported: str, importer: str) -> str:
    if imported.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(importer), imported))
    return PACKAGES + imported
