"""The audit's report as a sheet. Everything on it comes from the signed document.

So whoever holds the document can print the sheet anew and compare. Nothing is believed to be
there that an audit that could not be decided has not.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from receipts_ledger.sheets.audit_words import (
    ACTS,
    CHECKS,
    COUNTS,
    DIGESTS,
    LEDGER,
    QUESTIONS,
    ROLES,
    VERDICTS,
)
from receipts_ledger.sheets.sheet import (
    Cell,
    Code,
    Column,
    Fact,
    Facts,
    Label,
    Look,
    Note,
    Part,
    Section,
    Sheet,
    Table,
    Verdict,
)

Document: TypeAlias = Mapping[str, Any]

_LOOKS = {
    "equal": Look.GOOD,
    "different": Look.BAD,
    "proved": Look.GOOD,
    "agrees": Look.GOOD,
    "trusted": Look.GOOD,
    "DIFFERENT": Look.BAD,
}


def audit_sheet(told: Document, *, report_digest: str) -> Sheet:
    """Return the sheet of a report."""
    sections = [_subject(told)]
    if told["verdict"] == "undecided":
        sections.append(_reason(told))
    else:
        sections += [_checked(told), _differences(told), _standing(told)]
        sections += [*_refusals(told), _history(told), _digests(told)]
    sections.append(_signature(told, report_digest))
    return Sheet(
        title=Label("Audit of a receipts ledger", "仓单账本审计报告"),
        subtitle=_subtitle(told),
        verdict=_verdict(told),
        sections=tuple(sections),
        foot=f"Report {report_digest}",
        moment=datetime.fromisoformat(told["audited_at"]),
    )


def _subtitle(told: Document) -> str:
    return f"{told['audited_at']} · {told['tool']['name']} {told['tool']['version']}"


def _verdict(told: Document) -> Verdict:
    verdict, count = told["verdict"], told["difference_count"]
    look = _LOOKS.get(verdict, Look.UNSURE)
    if verdict == "different":
        said = Label(
            f"{count:,} difference{'' if count == 1 else 's'}; the list is below.",
            f"共 {count:,} 处差异，见下表。",
        )
    elif verdict == "equal":
        said = Label(
            "Everything that was looked at agrees with the chain and with what was signed.",
            "所查各项均与链上记录及各方签名一致。",
        )
    else:
        said = Label(
            "Nothing is claimed of the ledger, neither good nor bad.", "本报告对账本不作任何结论。"
        )
    return Verdict(look, VERDICTS[verdict], said)


def _subject(told: Document) -> Section:
    ledger, head = told["ledger"], told.get("head")
    facts: list[Fact] = []
    if ledger is not None:
        facts += [
            _fact(LEDGER["chain_id"], str(ledger["chain_id"])),
            _fact(LEDGER["contract"], ledger["contract"], Look.EXACT),
            _fact(LEDGER["genesis_hash"], ledger["genesis_hash"], Look.EXACT),
            _fact(LEDGER["code_hash"], ledger["code_hash"], Look.EXACT),
        ]
    if head is not None:
        facts += [
            _fact(LEDGER["blocks"], _span(told["first_block"], head["number"])),
            _fact(LEDGER["head_hash"], head["hash"], Look.EXACT),
            _fact(LEDGER["trust"], told["trust"]["told"]),
        ]
    if not facts:
        facts.append(_fact(LEDGER["contract"], "unknown", Look.UNSURE))
    return Section(Label("What was audited", "审计对象"), (Facts(tuple(facts)),))


def _span(first: int, last: int) -> str:
    """Say which blocks were read; none where an audit goes on from the head itself."""
    return f"none behind {last:,} 其后无区块" if first > last else f"{first:,} – {last:,}"


def _reason(told: Document) -> Section:
    facts = [_fact(Label("Reason", "原因"), told["reason"])]
    if told.get("block") is not None:
        facts.append(_fact(Label("At block", "所在区块"), f"{told['block']:,}"))
    note = (
        Label(
            "A node contradicts itself, or another one.", "节点的答复自相矛盾，或与其他节点不符。"
        )
        if told.get("contradiction") is not None
        else Label("Something that the audit needs was missing.", "审计所需条件未能具备。")
    )
    return Section(
        Label("Why it could not be decided", "未能判定的原因"), (Facts(tuple(facts)), Note(note))
    )


def _checked(told: Document) -> Section:
    columns = (
        Column(Label("Outcome", "结果"), 2),
        Column(Label("What was looked at", "检查内容"), 9),
    )
    rows = [_check_row(check) for check in told["checks"]]
    return Section(
        Label("What was checked, and how far it was proved", "检查项目与证明程度"),
        (Table(columns, tuple(rows)),),
    )


def _check_row(check: Document) -> tuple[Cell, ...]:
    verdict = check["verdict"]
    look = _LOOKS.get(verdict, Look.UNSURE)
    return (
        Cell(verdict, look, VERDICTS[verdict].chinese if verdict in VERDICTS else ""),
        Cell(check["check"], chinese=CHECKS.get(check["code"], "")),
    )


def _differences(told: Document) -> Section:
    listed, count = told["differences"], told["difference_count"]
    title = Label("Differences, by receipt, pool and party", "差异（按仓单、货位、参与方）")
    if not count:
        return Section(title, (Note(Label("None.", "无。")),))
    columns = (
        Column(Label("About", "对象"), 4),
        Column(Label("What differs", "差异类型"), 5),
        Column(Label("Block", "区块"), 2, Look.NUMBER),
        Column(Label("In what", "内容"), 9),
    )
    by_subject = sorted(listed, key=lambda one: _order(one["subject"]))
    rows: list[tuple[Cell, ...]] = []
    before = None
    for one in by_subject:
        question = QUESTIONS.get(one["kind"], Label(one["kind"], ""))
        # Named once: a reader sees at a glance how many things are concerned.
        subject = Cell("" if one["subject"] == before else one["subject"])
        before = one["subject"]
        rows.append(
            (
                subject,
                Cell(question.english, Look.BAD, question.chinese),
                _number(one["block"]),
                Cell(_detail(one)),
            )
        )
    parts: list[Part] = [Table(columns, tuple(rows))]
    parts += _more(count, len(listed))
    return Section(title, tuple(parts))


def _detail(one: Document) -> str:
    place = "" if one["transaction"] is None else f" (transaction {one['transaction']})"
    return f"{one['detail']}{place}"


def _order(subject: str) -> tuple[int, str]:
    kinds = ("receipt", "pool", "party")
    first = subject.partition(" ")[0]
    return (kinds.index(first) if first in kinds else len(kinds), subject)


def _standing(told: Document) -> Section:
    counts = told["counts"]
    return Section(
        Label("The ledger at the head", "链头处的账本"),
        (
            Facts(
                tuple(
                    _counted(
                        counts,
                        (
                            "receipts_open",
                            "receipts_encumbered",
                            "receipts_closed",
                            "pools",
                            "parties",
                        ),
                    )
                )
            ),
        ),
    )


def _history(told: Document) -> Section:
    counts = told["counts"]
    names = (
        "blocks",
        "transactions",
        "events",
        "signatures",
        "storage_words",
        "receipts_open_proved",
        "pools_proved",
    )
    facts = list(_counted(counts, names))
    if counts.get("rows") is not None:
        rows = ", ".join(f"{count:,} {table}" for table, count in counts["rows"].items())
        facts.append(_fact(COUNTS["rows"], rows or "0"))
    columns = (
        Column(Label("Act carried out", "已执行的行为"), 3),
        Column(Label("Number", "次数"), 1, Look.NUMBER),
    )
    acts = sorted(counts["acts"].items(), key=lambda each: (-each[1], each[0]))
    parts: list[Part] = [Facts(tuple(facts))]
    if acts:
        parts.append(Table(columns, tuple((_act(kind), _number(count)) for kind, count in acts)))
    return Section(Label("What was read", "所读取的记录"), tuple(parts))


def _refusals(told: Document) -> Iterator[Section]:
    """Yield the attempts that the contract refused: they say who tried what."""
    listed = told["refusals"]
    if not listed:
        return
    columns = (
        Column(Label("Block", "区块"), 2, Look.NUMBER),
        Column(Label("Act", "行为"), 3),
        Column(Label("Of", "对象"), 5),
        Column(Label("Rule that refused it", "拒绝依据"), 8),
    )
    rows = tuple(
        (_number(one["block"]), _act(one["act"]), Cell(one["subject"]), Cell(one["reason"]))
        for one in listed
    )
    total = sum(told["counts"]["refused"].values())
    yield Section(
        Label("Attempts that were refused, and are on record", "被拒绝并留有记录的尝试"),
        (Table(columns, rows), *_more(total, len(listed))),
    )


def _digests(told: Document) -> Section:
    facts = [
        _fact(DIGESTS[name], told["digests"][name], Look.EXACT)
        for name in ("events", "state", "refusals", "differences")
    ]
    note = Label(
        "SHA-256. Another program comes to the same digests from the chain alone.",
        "SHA-256。任何其他程序仅凭链上数据即可得出相同摘要。",
    )
    return Section(Label("Digests", "摘要"), (Facts(tuple(facts)), Note(note)))


def _signature(told: Document, report_digest: str) -> Section:
    signature = told["signature"]
    title = Label("Auditor", "审计方")
    facts = [_fact(Label("Report digest", "报告摘要"), report_digest, Look.EXACT)]
    if signature is None:
        note = Label(
            "Not signed. It says what anybody may have written.", "未签名。任何人均可写出此内容。"
        )
        return Section(title, (Facts(tuple(facts)), Note(note)))
    facts += [
        _fact(Label("Signed by", "签名人"), signature["signer"], Look.EXACT),
        *_who(told),
        _fact(Label("Signature (EIP-712)", "签名（EIP-712）"), signature["signature"], Look.EXACT),
    ]
    note = Label(
        "The signature is over the JSON document. Check it with: "
        "receipts-ledger audit check REPORT",
        "签名针对 JSON 报告。核验命令：receipts-ledger audit check REPORT",
    )
    code = Code(
        f"receipts-ledger audit report, digest {report_digest}, signer {signature['signer']}",
        Label(
            "Digest and signer, to compare with the JSON document",
            "摘要与签名人，供与 JSON 报告比对",
        ),
    )
    return Section(title, (Facts(tuple(facts)), Note(note), code))


def _who(told: Document) -> Iterator[Fact]:
    """Yield who the auditor is on the audited ledger, where the audit got so far."""
    auditor, label = told["auditor"], Label("On this ledger", "在本账本中的身份")
    if told["verdict"] == "undecided":
        return
    if auditor["party"] is None:
        yield Fact(label, Cell("no party", Look.UNSURE, "不是参与方"))
        return
    roles = [ROLES[role] for role in auditor["roles"] if role in ROLES]
    english = ", ".join(role.english for role in roles)
    chinese = "、".join(role.chinese for role in roles)
    state = ("", "") if auditor["is_active"] else (", not active", "，未处于有效状态")
    look = Look.GOOD if auditor["is_auditor_of_the_ledger"] else Look.UNSURE
    text = f"party {auditor['party']}: {english}{state[0]}"
    yield Fact(label, Cell(text, look, f"{chinese}{state[1]}"))


def _more(total: int, listed: int) -> Sequence[Note]:
    if total <= listed:
        return ()
    return (
        Note(
            Label(
                f"And {total - listed:,} more, which are in the digest and not in the list.",
                f"另有 {total - listed:,} 项计入摘要，未列出。",
            )
        ),
    )


def _counted(counts: Document, names: Sequence[str]) -> Iterator[Fact]:
    for name in names:
        if name in counts:
            yield _fact(COUNTS[name], f"{counts[name]:,}")


def _fact(label: Label, text: str, look: Look = Look.PLAIN) -> Fact:
    return Fact(label, Cell(text, look))


def _act(kind: str) -> Cell:
    return Cell(kind, chinese=ACTS.get(kind, ""))


def _number(count: int | None) -> Cell:
    return Cell("" if count is None else f"{count:,}", Look.NUMBER)
