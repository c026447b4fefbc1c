"""Write docs/acts.md, the page on every act, from the table that the tests ask the contract by."""

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs"
TABLE = DOCS / "acts.toml"
PAGE = DOCS / "acts.md"

_OPENING = """\
# The acts

Everything that happens on the ledger is one of these acts. Each says who has to sign it, and
nobody else can do it: not the gateway, not its operator, not the registrar. This page is written
by `make acts` from [acts.toml](acts.toml), and `tests/matrix/` asks the compiled contract for
every line of it, with every signature and with each of them missing.

Of every act, in this order: bytes that are no act are `MalformedAct`; after its deadline it is
`DeadlinePassed`; a subject that is not there is `UnknownReceipt`, `UnknownPool` or
`UnknownParty`; a receipt that has ended is `NotOpen`, and one in a sealed pool `Sealed`. A
signature that is none is `BadSignature`, one by a key that speaks for nobody `UnknownKey`, one
too many `SurplusSignature`. Where somebody has not signed, it is `MissingConsent`, or, where
another's signature stands in the place, `WrongRole`. An act that names another version than the
present one is `StaleVersion`: that is why no act can be carried out twice, and why of two pledges
signed for one version only one can be. What each rule says is in [refusals.md](refusals.md).

A party that has to agree twice, one after the other, signs once. "Even suspended" is who can
still let go while everything else is barred to it.
"""


def page(table: Mapping[str, Any]) -> str:
    """Return the page in Markdown."""
    parts = [_OPENING, *_overview(table)]
    for name, told in table["acts"].items():
        parts += _section(table, name, told)
    return "\n".join(parts) + "\n"


def _overview(table: Mapping[str, Any]) -> Iterator[str]:
    yield "## Who signs\n"
    yield "| act | 中文 | about a | signed by | tells |"
    yield "|---|---|---|---|---|"
    for name, told in table["acts"].items():
        signers = " + ".join(_shared(table, told)["signers"])
        events = ", ".join(f"`{event.partition(',')[0]}`" for event in told["events"][:1])
        chinese, subject = told["chinese"], told["subject"]
        yield f"| [{name}](#{_anchor(name)}) | {chinese} | {subject} | {signers} | {events} |"
    yield ""


def _section(table: Mapping[str, Any], name: str, told: Mapping[str, Any]) -> Iterator[str]:
    shared = _shared(table, told)
    yield f"## {name}\n"
    yield f"{told['chinese']}. {told['does']}\n"
    yield f"- **Signed by** {_listed(shared['signers'])}."
    for signer, instead in shared.get("without", {}).items():
        rule, _, _ = instead.partition(" ")
        yield f"- **Without the {signer}**: `{rule}`, for the signature that stands in its place."
    yield f"- **Tells** {', '.join(_event(event) for event in told['events'])}."
    yield f"- **Law.** {told['law']}"
    also = ", ".join(f"`{rule}`" for rule in told["refused_also"])
    if also:
        yield f"- **Refused for what it says itself:** {also}."
    yield ""
    yield from _refused(table, told, shared)


def _refused(
    table: Mapping[str, Any], told: Mapping[str, Any], shared: Mapping[str, Any]
) -> Iterator[str]:
    subject = told["subject"]
    known: Mapping[str, Mapping[str, Any]] = table["standings"][subject]
    left = dict(known)
    always = table["always"][subject]["refused"] if told.get("always", True) else []
    yield f"| when the {subject} | answer |"
    yield "|---|---|"
    for rule, wanted in (*always, *shared["refused"]):
        fitting = [name for name in left if any(_fits(known, name, one) for one in wanted)]
        for name in fitting:
            del left[name]
        if fitting:
            name, _, culprit = rule.partition(" ")
            whose = f" (the {culprit})" if culprit and culprit != subject else ""
            yield f"| {_told(known, fitting)} | `{name}`{whose} |"
    yield f"| {_told(known, list(left))} | passes |\n"


def _told(known: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> str:
    return "; ".join(known[name]["told"] for name in names)


def _fits(known: Mapping[str, Mapping[str, Any]], name: str, wanted: str) -> bool:
    if not wanted.startswith("all "):
        return name == wanted
    mark = wanted.removeprefix("all ")
    marks = known[name].get("marks", ())
    if mark.startswith("not "):
        return mark.removeprefix("not ") not in marks
    return mark in marks


def _shared(table: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
    return table["acts"][told["as"]] if "as" in told else told


def _event(told: str) -> str:
    name, comma, rest = told.partition(",")
    return " or ".join(f"`{one}`" for one in name.split(" or ")) + comma + rest


def _listed(signers: Sequence[str]) -> str:
    if len(signers) == 1:
        return f"the {signers[0]}"
    return ", ".join(f"the {signer}" for signer in signers[:-1]) + f" and the {signers[-1]}"


def _anchor(name: str) -> str:
    return name.lower().replace(",", "").replace(" ", "-")


def main() -> None:
    """Write the page, or with --check say whether it is what the table gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    checks = parser.parse_args().check
    written = page(tomllib.loads(TABLE.read_text("utf-8")))
    if checks and PAGE.read_text("utf-8") != written:
        sys.exit(f"{PAGE.name} is not what {TABLE.name} gives: run make acts")
    if not checks:
        PAGE.write_text(written, "utf-8")


if __name__ == "__main__":
    main()
