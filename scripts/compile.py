"""Compile contracts/ReceiptsLedger.sol into the artifact that the package ships.

The artifact is committed, so that nobody needs a compiler to run the ledger; --check proves
that it comes from the sources. The settings are those of foundry.toml, so that forge tests
what is deployed. Nothing here deploys.
"""

import argparse
import hashlib
import json
import os
import posixpath
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import solcx
from packaging.version import Version
from solcx.exceptions import SolcError

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = "ReceiptsLedger"
SOURCE = f"contracts/{CONTRACT}.sol"
# What the ledger creates and runs on its own storage. Its code is part of the ledger's.
PARTNER = "RareActs"
PARTNER_SOURCE = f"contracts/{PARTNER}.sol"
ARTIFACT = ROOT / "receipts_ledger" / "chain" / "artifacts" / f"{CONTRACT}.json"
CACHE = ROOT / "build" / "compile"

RUNTIME_SIZE_MAX_BYTES = 24_576  # EIP-170
INITCODE_SIZE_MAX_BYTES = 49_152  # EIP-3860

# Warnings that do not stop the compilation: (error code, folder) and why.
WARNINGS_ALLOWED: Mapping[tuple[str, str], str] = {
    ("6335", "node_modules/"): "OpenZeppelin names variables `error`; the compiler is pinned",
}

_IMPORT = re.compile(r"""^\s*import\b[^"';]*["']([^"']+)["']""", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


class CompilationError(Exception):
    """The sources do not make an artifact; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the artifact, or compare it with what the sources make."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 when the committed artifact is not what the sources make",
    )
    options = parser.parse_args(arguments)
    try:
        artifact = compile_ledger()
    except CompilationError as error:
        print(error, file=sys.stderr)
        return 1
    text = _serialised(artifact)
    if options.check:
        return _check(text)
    ARTIFACT.parent.mkdir(parents=True, exist_ok=True)
    ARTIFACT.write_text(text, encoding="utf-8")
    for name, code in ((CONTRACT, artifact), (PARTNER, artifact["partner"])):
        size = _size_bytes(code["deployedBytecode"])
        print(f"{name}: {size:,} of {RUNTIME_SIZE_MAX_BYTES:,} bytes at run time")
    size = _size_bytes(artifact["bytecode"])
    print(f"both: {size:,} of {INITCODE_SIZE_MAX_BYTES:,} bytes to create them")
    return 0


def compile_ledger() -> dict[str, Any]:
    """Return the artifact that the sources make."""
    profile = tomllib.loads((ROOT / "foundry.toml").read_text(encoding="utf-8"))["profile"]
    remappings = profile["default"]["remappings"]
    sources = _sources(remappings)
    compiler_version = _pinned_compiler_version()
    request = {
        "language": "Solidity",
        "sources": {name: {"content": content} for name, content in sources.items()},
        "settings": _settings(profile["default"], sources),
    }
    return _artifact(_answer(request, compiler_version), request)


def _answer(request: dict[str, Any], compiler_version: str) -> dict[str, Any]:
    """Return what the compiler says to this request, or said before."""
    cached = CACHE / f"{_sha256(compiler_version, _serialised(request))}.json"
    if cached.exists():
        return dict(json.loads(cached.read_text(encoding="utf-8")))
    answer = _run_compiler(request, compiler_version)
    CACHE.mkdir(parents=True, exist_ok=True)
    # Renamed into place: parallel tests may compile at the same moment.
    unfinished = cached.with_suffix(f".{os.getpid()}")
    unfinished.write_text(_serialised(answer), encoding="utf-8")
    unfinished.replace(cached)
    return answer


def _check(text: str) -> int:
    name = ARTIFACT.relative_to(ROOT)
    if not ARTIFACT.exists():
        print(f"{name} is missing; run `make compile` and commit it", file=sys.stderr)
        return 1
    if ARTIFACT.read_text(encoding="utf-8") != text:
        print(
            f"{name} is not what the sources make; run `make compile` and commit it",
            file=sys.stderr,
        )
        return 1
    return 0


def _sources(remappings: Sequence[str]) -> dict[str, str]:
    """Return the contract and everything that it imports, by path from the project's root.

    The compiler gets every source in the request, since npm's opens no file.
    """
    prefixes = [mapping.split("=", 1) for mapping in remappings]
    sources: dict[str, str] = {}
    waiting = [SOURCE]
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        try:
            content = (ROOT / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise CompilationError(f"{name} is imported but does not exist") from None
        sources[name] = content
        for imported in _IMPORT.findall(_COMMENT.sub("", content)):
            waiting.append(_resolved(imported, name, prefixes))
    return dict(sorted(sources.items()))


def _resolved(imported: str, importer: str, prefixes: Sequence[Sequence[str]]) -> str:
    if imported.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(importer), imported))
    for prefix, target in prefixes:
        if imported.startswith(prefix):
            return target + imported.removeprefix(prefix)
    return imported


def _settings(profile: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    used = [
        mapping
        for mapping in profile["remappings"]
        if any(name.startswith(mapping.split("=", 1)[1]) for name in sources)
    ]
    asked = {
        SOURCE: {
            CONTRACT: [
                "abi",
                "devdoc",
                "evm.bytecode.object",
                "evm.deployedBytecode.immutableReferences",
                "evm.deployedBytecode.object",
                "metadata",
                "storageLayout",
                "userdoc",
            ]
        },
        PARTNER_SOURCE: {
            PARTNER: [
                "evm.deployedBytecode.immutableReferences",
                "evm.deployedBytecode.object",
                "storageLayout",
            ]
        },
    }
    return {
        "evmVersion": profile["evm_version"],
        "viaIR": profile["via_ir"],
        "optimizer": {
            "details": profile["optimizer_details"],
            "enabled": profile["optimizer"],
            "runs": profile["optimizer_runs"],
        },
        "metadata": {
            "appendCBOR": profile["cbor_metadata"],
            "bytecodeHash": profile["bytecode_hash"],
        },
        "remappings": used,
        # Immutables are told by the numbers of their declarations, which only the tree names.
        "outputSelection": asked
        | {
            name: {"": ["ast"], **asked.get(name, {})}
            for name, content in sources.items()
            if " immutable " in content
        },
    }


def _pinned_compiler_version() -> str:
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return str(manifest["dependencies"]["solc"])


def _compiler(version: str) -> Path:
    """Return a native compiler of the pinned version, or else npm's."""
    if Version(version) in solcx.get_installed_solc_versions():
        return Path(solcx.install.get_executable(version))
    return ROOT / "scripts" / "solc"


def _run_compiler(request: dict[str, Any], version: str) -> dict[str, Any]:
    compiler = _compiler(version)
    found = solcx.wrapper.get_solc_version(compiler)
    if found != Version(version):
        raise CompilationError(f"solc {version} is pinned but {found} is installed; run `make`")
    try:
        answer: dict[str, Any] = solcx.compile_standard(request, solc_binary=compiler)
    except SolcError as error:
        raise CompilationError(str(error.message)) from error
    refused = [
        str(message["formattedMessage"])
        for message in answer.get("errors", [])
        if message["severity"] == "warning" and not _is_allowed(message)
    ]
    if refused:
        raise CompilationError("".join(refused) + "warnings are errors")
    return answer


def _is_allowed(message: Mapping[str, Any]) -> bool:
    place = message.get("sourceLocation", {}).get("file", "")
    return any(
        message["errorCode"] == code and place.startswith(folder)
        for code, folder in WARNINGS_ALLOWED
    )


def _artifact(answer: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    contract = answer["contracts"][SOURCE][CONTRACT]
    partner = answer["contracts"][PARTNER_SOURCE][PARTNER]
    code = contract["evm"]
    names = _immutables(answer)
    sources = request["sources"]
    settings = {
        name: setting for name, setting in request["settings"].items() if name != "outputSelection"
    }
    artifact = {
        "abi": contract["abi"],
        "bytecode": "0x" + code["bytecode"]["object"],
        "compiler": {
            "settings": settings,
            "version": json.loads(contract["metadata"])["compiler"]["version"],
        },
        "contractName": CONTRACT,
        "deployedBytecode": "0x" + code["deployedBytecode"]["object"],
        "devdoc": contract["devdoc"],
        "immutableReferences": _by_name(code, names),
        "partner": {
            "contractName": PARTNER,
            "deployedBytecode": "0x" + partner["evm"]["deployedBytecode"]["object"],
            "immutableReferences": _by_name(partner["evm"], names),
            "storageLayout": partner["storageLayout"],
        },
        "sourcesHash": "0x" + _sha256(*sources, *(one["content"] for one in sources.values())),
        "storageLayout": contract["storageLayout"],
        "userdoc": contract["userdoc"],
    }
    _refuse_oversize(artifact)
    return artifact


def _immutables(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the immutables by the numbers of their declarations."""
    names: dict[str, str] = {}
    for source in answer["sources"].values():
        for unit in source.get("ast", {}).get("nodes", ()):
            for node in unit.get("nodes", ()):
                if node.get("mutability") == "immutable":
                    names[str(node["id"])] = node["name"]
    return names


def _by_name(code: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    references = code["deployedBytecode"].get("immutableReferences", {})
    return {names[number]: places for number, places in references.items()}


def _refuse_oversize(artifact: Mapping[str, Any]) -> None:
    for name, code, field, limit_bytes in (
        (CONTRACT, artifact, "deployedBytecode", RUNTIME_SIZE_MAX_BYTES),
        (CONTRACT, artifact, "bytecode", INITCODE_SIZE_MAX_BYTES),
        (PARTNER, artifact["partner"], "deployedBytecode", RUNTIME_SIZE_MAX_BYTES),
    ):
        size = _size_bytes(code[field])
        if size > limit_bytes:
            raise CompilationError(f"{field} of {name} is {size:,} of {limit_bytes:,} bytes")


def _size_bytes(bytecode: str) -> int:
    return len(bytecode.removeprefix("0x")) // 2


def _sha256(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        # Lengths keep two different lists of parts from making the same bytes.
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def _serialised(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
